"""Synthetic partners and challenges out of the sentences of the demonstration: as many as a large city has, seeded.

A sentence is the first half of one real sentence and the second half of another. So nearly all differ (an encoder reads
equal texts once, which would flatter its throughput), and meanings are spread as widely as in the real texts.
"""

import json
import random
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from embeddings.sentences import split_sentences
from matcher.services.challenge_data import ChallengeData
from matcher.services.partner_data import OfferingData, PartnerData
from models import reference
from models.enums import ChallengeKind, OfferingStage, PartnerKind, Pillar, TargetBasis

SEED = 20261122
ROOT = Path(__file__).parents[2]
ORGANISATIONS = ("models/demo/organizations.jsonl", "tests/golden/organizations.jsonl")
CHALLENGES = ("models/demo/challenges.jsonl",)
KINDS = (PartnerKind.COMPANY,) * 6 + (PartnerKind.NPO, PartnerKind.UNIVERSITY, PartnerKind.BANK)
CONTACT = "challenge@bench.example"


class Phrases:
    """Halves of real sentences, drawn at random."""

    def __init__(self, texts: Iterable[str]) -> None:
        sentences = [sentence for text in texts for sentence in split_sentences(text, 200)]
        halves = [sentence.split("、", 1) for sentence in sentences]
        self._openings = sorted({half[0] for half in halves if len(half) == 2})
        self._endings = sorted({half[-1] for half in halves})

    def sentence(self, draw: random.Random) -> str:
        return f"{draw.choice(self._openings)}、{draw.choice(self._endings)}"

    def sentences(self, draw: random.Random, count: int) -> str:
        return "".join(self.sentence(draw) for _ in range(count))


def partners(count: int) -> list[PartnerData]:
    """Each with a profile and two or three offerings: eight to ten sentences in all."""
    draw, rows = random.Random(SEED), _lines(ORGANISATIONS)
    phrases = Phrases(row["profile"] for row in rows)
    keywords = sorted({word for row in rows for word in row.get("keywords", ())})
    return [_partner(number, draw, phrases, keywords) for number in range(count)]


def _partner(number: int, draw: random.Random, phrases: Phrases, keywords: Sequence[str]) -> PartnerData:
    codes = sorted(reference.PREFECTURES)
    return PartnerData(
        name=f"合成協力者{number:05}",
        kind=draw.choice(KINDS),
        industry=draw.choice(sorted(reference.INDUSTRIES)),
        prefecture=reference.PREFECTURES[draw.choice(codes)][0],
        profile=phrases.sentences(draw, draw.choice((2, 3))),
        seeks=phrases.sentence(draw) if draw.random() < 1 / 3 else "",
        regions=("00",) if draw.random() < 0.5 else tuple(draw.sample(codes, 3)),
        offerings=tuple(
            OfferingData(
                title="・".join(draw.sample(keywords, 2)),
                stage=draw.choice(list(OfferingStage)),
                description=phrases.sentence(draw),
                track_record=phrases.sentence(draw) if place == 0 else "",
            )
            for place in range(draw.choice((2, 3)))
        ),
        targets=_targets(draw, 2),
        provenance={"basis": "synthetic"},
    )


def challenges(count: int) -> list[ChallengeData]:
    """Each with a problem, an outcome and two needs."""
    draw, rows = random.Random(SEED + 1), _lines(CHALLENGES)
    phrases = Phrases(row["description"] for row in rows)
    titles = sorted({row["title"] for row in rows})
    seeking = sorted({word for row in rows for word in row["seeking"].split("、")})
    return [_challenge(number, draw, phrases, titles, seeking) for number in range(count)]


def _challenge(
    number: int, draw: random.Random, phrases: Phrases, titles: Sequence[str], seeking: Sequence[str]
) -> ChallengeData:
    return ChallengeData(
        title=f"{draw.choice(titles)[:90]}({number:03})",
        kind=draw.choice(list(ChallengeKind)),
        pillar=draw.choice(list(Pillar)),
        problem=phrases.sentences(draw, draw.choice((2, 3))),
        outcome=phrases.sentence(draw),
        wanted_kinds=tuple(draw.sample(list(PartnerKind), draw.choice((0, 0, 1)))),
        needs=tuple(draw.sample(seeking, 2)),
        targets=_targets(draw, 2),
        contact_name="合成 担当者",
        contact_email=CONTACT,
    )


def queries(count: int) -> list[str]:
    """What visitors type: a few words, or a whole sentence; none twice."""
    draw, rows = random.Random(SEED + 2), _lines(CHALLENGES)
    phrases = Phrases(row["description"] for row in rows)
    keywords = sorted({word for row in rows for word in row["keywords"]})
    found: dict[str, None] = {}
    while len(found) < count:
        words = draw.random() < 0.5
        found[" ".join(draw.sample(keywords, 3)) if words else phrases.sentence(draw)[:60]] = None
    return list(found)


def _targets(draw: random.Random, count: int) -> tuple[tuple[str, TargetBasis], ...]:
    codes = sorted(target.code for target in reference.targets())
    return tuple((code, TargetBasis.INFERRED) for code in draw.sample(codes, count))


@cache
def _lines(paths: tuple[str, ...]) -> list[dict[str, Any]]:
    return [json.loads(line) for path in paths for line in (ROOT / path).read_text("utf-8").splitlines()]
