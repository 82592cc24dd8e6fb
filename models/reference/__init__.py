"""Reference data of the field: SDG goals and targets, industries, prefectures, and the checks on official numbers."""

from models.reference.cells import clean, neutral, plain
from models.reference.numbers import corporate_number_valid, municipality_code_valid, normalise_name, plain_digits
from models.reference.places import INDUSTRIES, PREFECTURES, prefecture_code
from models.reference.sdgs import Goal, Target, goal_of, goals, is_target, target, target_place, targets

__all__ = [
    "INDUSTRIES",
    "PREFECTURES",
    "Goal",
    "Target",
    "clean",
    "corporate_number_valid",
    "goal_of",
    "goals",
    "is_target",
    "municipality_code_valid",
    "neutral",
    "normalise_name",
    "plain",
    "plain_digits",
    "prefecture_code",
    "target",
    "target_place",
    "targets",
]
