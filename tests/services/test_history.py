"""The engine measured on what offices decided: which decisions count, how many are needed, what may not leak."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlmodel import Session

from matcher.engine.score import DEFAULT
from matcher.services import corpora, indexing
from matcher.services.corpora import Library
from models import Challenge, Municipality, Partner, Recommendation
from models.enums import DeclineReason, RecommendationSource, RefusalReason
from models.enums import RecommendationStatus as R
from models.queries.decisions import decisions
from models.session import make_engine, open_session
from tests import factories
from tests.factories import NOW
from tests.services.test_matching import WordEncoder
from web.cli import match_history
from web.cli.match_history import TooFew, measure_history

TOPICS = ("見守りセンサー", "乗合バス", "食品ロス", "放課後学習", "太陽光発電", "空き家再生", "観光案内", "農作業支援")


def decide(
    session: Session, challenge: Challenge, partner: Partner, status: R, reason: str = "", score: float | None = None
) -> None:
    session.add(
        Recommendation(
            municipality_id=challenge.municipality_id,
            challenge_id=challenge.pk,
            partner_id=partner.pk,
            source=RecommendationSource.ENGINE,
            status=status,
            reason=reason,
            score=score,
        )
    )
    session.flush()


def test_what_counts_as_a_decision(session: Session) -> None:
    town = factories.municipality(session)
    challenge = factories.challenge(session, town)
    cases = [
        (R.INVITED, "", True),
        (R.INTRODUCED, "", True),
        (R.REFUSED, RefusalReason.NO_CAPACITY, True),  # they fitted; there was no time
        (R.REFUSED, RefusalReason.NOT_OUR_FIELD, False),
        (R.DECLINED, DeclineReason.OFF_TARGET, False),
        (R.DECLINED, DeclineReason.CONFLICT_OF_INTEREST, None),
        (R.PROPOSED, "", None),
        (R.LAPSED, "", None),
    ]
    expected = []
    for status, reason, fits in cases:
        partner = factories.partner(session, town=town)
        decide(session, challenge, partner, status, reason, 0.5)
        expected += [] if fits is None else [(challenge.pk, partner.pk, fits, 0.5)]
    assert decisions(session) == decisions(session, town.code) == expected
    assert decisions(session, "131091") == []


@pytest.fixture
def place(sqlite_schema: Path, tmp_path: Path) -> Iterator[tuple[Session, Library, Municipality]]:
    """Eight topics, three partners each; two challenges a topic, decided as a sensible office would."""
    import shutil

    engine = make_engine(f"sqlite:///{shutil.copy(sqlite_schema, tmp_path / 'musubi.db')}")
    encoder = WordEncoder()
    with open_session(engine) as session:
        town = factories.municipality(session)
        partners = {
            topic: [factories.partner(session, town=town, profile=f"{topic}を扱う会社です。") for _ in range(3)]
            for topic in TOPICS
        }
        for row, topic in enumerate(TOPICS * 2):
            challenge = factories.challenge(session, town, title=f"{topic}を広げたい")
            challenge.problem = f"{topic}が足りない。"
            for partner in partners[topic][:2]:
                decide(session, challenge, partner, R.INVITED, score=0.1)
            other = partners[TOPICS[(row + 1) % len(TOPICS)]][0]
            decide(session, challenge, other, R.DECLINED, DeclineReason.OFF_TARGET, 0.9)
        indexing.mark_unread(session, encoder.model_id, NOW)
        session.commit()
    indexing.drain(engine, encoder)
    library = corpora.publish(engine, tmp_path, encoder)
    assert library is not None
    with open_session(engine) as session:
        yield session, library, town
    engine.dispose()


def test_approved_partners_are_held_against_declined_ones(place: tuple[Session, Library, Municipality]) -> None:
    session, library, town = place
    found = measure_history(session, library, DEFAULT, town=town.code)
    assert (found.decisions, found.approved, found.challenges, found.both) == (48, 32, 16, 16)
    assert found.told_apart.mean > 0.9
    assert found.at_the_time.mean == 0  # the scores shown then had it the wrong way round
    assert found.figures["R@5"].mean > 0.9
    assert found.against is None
    assert "48 decisions, 32 of them approvals" in match_history.as_text(found)


def test_other_weights_are_compared_on_the_same_decisions(place: tuple[Session, Library, Municipality]) -> None:
    session, library, _ = place
    nothing = replace(DEFAULT, passage=0.0, sentence=0.0, words=0.0)
    found = measure_history(session, library, DEFAULT, nothing)
    assert found.against is not None
    assert found.against.ahead.low > 0
    assert "against: nDCG@10" in match_history.as_text(found)


def test_few_decisions_give_no_figures(place: tuple[Session, Library, Municipality]) -> None:
    session, library, _ = place
    with pytest.raises(TooFew, match="0 decisions, 0 challenges with an approved partner; figures need 30 and 10"):
        measure_history(session, library, DEFAULT, town="131091")


def test_from_the_command_line(app: Flask) -> None:
    """Without an index, with one but without decisions, and with options that belong to files."""
    run = app.test_cli_runner().invoke
    assert "there is no index yet" in run(args=["match", "evaluate", "--history"]).stderr
    settings, engine = app.extensions["settings"], app.extensions["engine"]
    assert corpora.publish(engine, settings.data_dir, WordEncoder()) is not None
    result = run(args=["match", "evaluate", "--history"])
    assert result.exit_code == 1
    assert "not enough history yet: 0 decisions" in result.stderr
    assert run(args=["match", "evaluate", "--history", "--languages"]).exit_code == 2
