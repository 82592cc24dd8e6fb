"""Our own texts: a problem of a city, an organisation that could help, and one that only looks as if it could."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from random import Random

from embeddings.sentences import sentence_spans

FOLDER = Path(__file__).parent / "pairs"
UNSEEN = Path(__file__).parent / "unseen"  # written later, by the same rules, and kept apart to measure with
HELD_OUT = 10  # per cent


@dataclass(frozen=True)
class Pair:
    """`profile` belongs to `title` and `description`; `near` shares their topic and does not help."""

    id: str
    field: str
    goals: tuple[int, ...]
    title: str
    description: str
    profile: str
    near: str
    title_en: str = ""
    description_en: str = ""

    @property
    def held_out(self) -> bool:
        """Whether it is for stopping in time instead of for training: decided by the id alone."""
        return int.from_bytes(sha256(self.id.encode()).digest()[:4], "big") % 100 < HELD_OUT

    @property
    def need(self) -> str:
        return joined(self.title, self.description)


def read_pairs(folder: Path = FOLDER) -> list[Pair]:
    """All pairs, by file name and line. Raises ValueError for a line that is not one, or an id used twice."""
    pairs = list(_lines(folder))
    if len({pair.id for pair in pairs}) < len(pairs):
        raise ValueError(f"an id is used twice in {folder}")
    return pairs


def varied_need(pair: Pair, random: Random) -> str:
    """The need as a city might have put it: now and then in English, only its heading, or only its description."""
    title, description = pair.title, pair.description
    if pair.title_en and random.random() < 0.5:
        title, description = pair.title_en, pair.description_en
    chance = random.random()
    if chance < 0.1:
        return title
    return description if chance < 0.25 else joined(title, description)


def varied_offer(text: str, random: Random) -> str:
    """A profile, now and then with a sentence missing: the engine compares sentence by sentence as well."""
    spans = sentence_spans(text)
    if len(spans) < 2 or random.random() >= 0.15:
        return text
    left_out = random.randrange(len(spans))
    return "".join(text[start:end] for number, (start, end) in enumerate(spans) if number != left_out)


def joined(title: str, description: str) -> str:
    if title[-1] in "。．.!?！？":
        return title + description
    return f"{title}. {description}" if title.isascii() else f"{title}。{description}"


def _lines(folder: Path) -> Iterator[Pair]:
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            try:
                fields = json.loads(line)
                yield Pair(**{**fields, "goals": tuple(fields["goals"])})
            except (ValueError, TypeError, KeyError) as error:
                raise ValueError(f"{path.name}, line {number}: {error}") from error
