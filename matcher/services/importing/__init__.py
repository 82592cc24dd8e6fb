"""Lists that an office reads in: taken in, tried out, written down, and taken back again.

A trial is the real thing in a savepoint that is rolled back, so that what is foretold is what happens.
"""

from matcher.services.importing.batches import KINDS, apply, assign_columns, begin, drop, handed_back, suggested, undo
from matcher.services.importing.fields import Column, Vocabulary, fold, guess

__all__ = [
    "KINDS",
    "Column",
    "Vocabulary",
    "apply",
    "assign_columns",
    "begin",
    "drop",
    "fold",
    "guess",
    "handed_back",
    "suggested",
    "undo",
]
