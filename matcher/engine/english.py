"""English words of the field, compared as the Japanese words that mean the same: a notice in English and a profile in
Japanese then share words, count them and show them.

`english.txt` holds one meaning a line: the Japanese word, then English ones in the singular; of regular nouns the
plural is understood. Synonyms within Japanese were tried in the same way (a list of equal words, a list of problems
with what solves them, word pairs learnt from the training texts) and made rankings worse: the vectors know them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from matcher.engine.types import Token

GLOSSARY = Path(__file__).with_name("english.txt")
LONGEST = 3  # words of a term
Forms = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Glossary:
    """What the forms of an English term become."""

    meanings: Mapping[Forms, Forms]

    @classmethod
    def read(cls, forms: Callable[[str], Forms], path: Path = GLOSSARY) -> "Glossary":
        """`forms` tells the words of a text, as they are compared."""
        meanings: dict[Forms, Forms] = {}
        for line in path.read_text("utf-8").splitlines():
            japanese, english = line.split(":")
            for term in english.split(","):
                for spelling in _numbers(term.strip()):
                    meanings.setdefault(forms(spelling), forms(japanese))
        return cls(meanings)

    def joined(self, tokens: Sequence[Token], text: str) -> Iterator[Token]:
        """The tokens of `text`, with Japanese forms for the English terms; what is not English stays."""
        at = 0
        while at < len(tokens):
            size, forms = self._term(tokens[at : at + LONGEST], text)
            yield from (Token(form, tokens[at].start, tokens[at + size - 1].end) for form in forms)
            at += size

    def _term(self, tokens: Sequence[Token], text: str) -> tuple[int, Forms]:
        """The longest term with which `tokens` begin, and its forms."""
        if text[tokens[0].start : tokens[0].end].isascii():
            for size in range(len(tokens), 0, -1):
                meaning = self.meanings.get(tuple(token.form for token in tokens[:size]))
                if meaning:
                    return size, meaning
        return 1, (tokens[0].form,)


def _numbers(term: str) -> tuple[str, ...]:
    """Singular and plural."""
    if term.endswith(("ch", "sh", "s", "x")):
        return term, term + "es"
    if term.endswith("y") and term[-2] not in "aeiou":
        return term, term[:-1] + "ies"
    return term, term + "s"
