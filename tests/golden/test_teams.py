"""Teams from real texts: partners planted for single needs, among the demonstration's own, with the real encoder.

`pytest -s` prints the figures. The rows whose id begins with "fresh" were written after the constants had been set.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from rich.progress import Progress

from embeddings.convert import convert_bundled
from embeddings.encoder import EncoderConfig, open_encoder
from embeddings.sentences import sentence_spans
from matcher.engine.corpus import Query
from matcher.engine.rank import rank
from matcher.engine.teams import Proposal, propose
from matcher.engine.types import Document, Passage, Role, Sentence
from web.cli import match_records
from web.cli.match_read import read_table
from web.cli.match_work import DEMO, Desk

pytestmark = pytest.mark.encoder
HERE = Path(__file__).parent
ROWS: list[dict[str, Any]] = [json.loads(line) for line in (HERE / "teams.jsonl").read_text("utf-8").splitlines()]


@dataclass(frozen=True)
class Found:
    """The proposal for one row, and the partners that the list of recommendations begins with, as many."""

    row: dict[str, Any]
    proposal: Proposal
    listed: tuple[str, ...]

    @property
    def team(self) -> set[str]:
        return {member.owner for member in self.proposal.members}

    @property
    def proposed(self) -> set[str]:
        """The team, or the one partner who does as well."""
        single = self.proposal.single
        return self.team or ({single.owner} if single and single.covers else set())

    @property
    def planted(self) -> set[str]:
        return {partner["id"] for partner in self.row["planted"]}

    def met(self, owners: set[str]) -> int:
        """How many needs have the partner that was planted for them among these."""
        return len({need for p in self.row["planted"] if p["id"] in owners for need in p["covers"]})


@pytest.fixture(scope="module")
def found() -> list[Found]:
    data_dir = Path(os.environ.get("DATA_DIR", HERE.parents[1] / "var"))
    convert_bundled(data_dir)
    with Progress(disable=True) as bars:
        demonstration = [r.document for r in match_records.partners(read_table(DEMO / "organizations.jsonl"))]
        planted = [_partner(partner) for row in ROWS for partner in row["planted"]]
        desk = Desk(open_encoder(EncoderConfig(data_dir)), [*demonstration, *planted], bars)
        asked = desk.encoded([_challenge(row) for row in ROWS], Role.NEED, "")
    return [_found(desk, row, document) for row, document in zip(ROWS, asked, strict=True)]


def _found(desk: Desk, row: dict[str, Any], document: Document) -> Found:
    query = Query.of(document, Role.NEED, desk.frame)
    proposal = propose(query, desk.corpus, desk.frame)
    best = rank(query, desk.corpus, desk.frame, limit=max(1, len(proposal.members)), explained=0)
    return Found(row, proposal, tuple(candidate.owner for candidate in best.candidates))


def _challenge(row: dict[str, Any]) -> Document:
    body = (*_sentences(row["problem"], "problem"), *_sentences(row["outcome"], "outcome"))
    needs = (Sentence(text, "need", str(place)) for place, text in enumerate(row["needs"]))
    return Document(row["id"], (Passage((Sentence(row["title"], "title"), *body, *needs)),))


def _partner(partner: dict[str, Any]) -> Document:
    offers = (Passage(_sentences(text, "offering", str(n))) for n, text in enumerate(partner["offerings"]))
    return Document(partner["id"], (Passage(_sentences(partner["profile"], "profile")), *offers))


def _sentences(text: str, part: str, part_id: str = "") -> tuple[Sentence, ...]:
    return tuple(Sentence(text[start:end], part, part_id, start) for start, end in sentence_spans(text))


def several(found: list[Found]) -> list[Found]:
    return [item for item in found if len(item.planted) > 1]


def figures(items: list[Found]) -> dict[str, int]:
    """Counts over the challenges for which a team was planted."""
    return {
        "challenges": len(items),
        "teams proposed": sum(bool(item.team) for item in items),
        "exactly the planted team": sum(item.team == item.planted for item in items),
        "members": sum(len(item.team) for item in items),
        "planted members": sum(len(item.team & item.planted) for item in items),
        "needs": sum(len(item.row["needs"]) for item in items),
        "needs met by the proposal": sum(item.met(item.proposed) for item in items),
        "needs met by as many from the list": sum(item.met(set(item.listed)) for item in items),
    }


def test_planted_teams_are_found_more_often_than_by_the_list(found: list[Found]) -> None:
    seen = figures([item for item in several(found) if not item.row["id"].startswith("fresh")])
    fresh = figures([item for item in several(found) if item.row["id"].startswith("fresh")])
    print("", f"seen  {seen}", f"fresh {fresh}", sep="\n")
    for part in (seen, fresh):
        assert part["needs met by the proposal"] >= part["needs met by as many from the list"]
        assert part["planted members"] >= 0.6 * part["members"]
    assert seen["exactly the planted team"] + fresh["exactly the planted team"] >= 5


def test_where_one_partner_does_it_all_no_team_is_proposed(found: list[Found]) -> None:
    for item in found:
        if len(item.planted) == 1:
            assert not item.team
            assert item.proposed == item.planted


def test_where_nobody_can_help_no_team_is_proposed(found: list[Found]) -> None:
    for item in found:
        if not item.planted:
            assert not item.team
            assert item.proposal.nobody


def test_every_member_covers_a_need_with_a_sentence_of_its_own(found: list[Found]) -> None:
    for item in found:
        for member in item.proposal.members:
            assert member.covers
            answers = [member.answers[need] for need in member.covers]
            assert all(answer and answer.answers.text for answer in answers)
