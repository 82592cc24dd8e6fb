"""Replay and the learning gate on the golden set, through the real encoder: an office, its challenges, its choices."""

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session, SQLModel, col, select

from embeddings.convert import convert_bundled
from embeddings.encoder import Encoder, EncoderConfig, open_encoder
from matcher.engine import learn
from matcher.engine.exposure import SPARE
from matcher.engine.features import MINOR, all_weights
from matcher.engine.score import DEFAULT, Weights
from matcher.policy import SYSTEM, Actor
from matcher.services import corpora, exposures, flow, indexing, learning, recommendations, replay
from matcher.services.matching import LiveMatchbook
from matcher.services.ranking_models import in_use
from models import (
    Challenge,
    Need,
    Offering,
    Partner,
    RankingModel,
    Recommendation,
    RecommendationRun,
    ReplayPart,
    ReplayRecord,
)
from models.enums import DeclineReason, EntityType, PartnerKind, RankingModelStatus, Requirement
from models.enums import RecommendationStatus as R
from models.queries import recommendations as reads
from models.session import make_engine, open_session
from tests import factories
from tests.factories import NOW
from tests.golden.test_quality import CHALLENGES, PARTNERS, known_pairs

pytestmark = pytest.mark.encoder
STRICT = CHALLENGES[-1].document.owner  # accepts companies only, and is what some partners look for
LISTED = 40  # the office reads its lists to the end
DECIDED = 8  # how many of each list the office decides on


@dataclass
class Site:
    """The golden set as an installation: partners registered, challenges published, everything read and indexed."""

    folder: Path
    engine: Engine
    encoder: Encoder
    book: LiveMatchbook
    coordinator: Actor
    challenges: dict[str, int]
    partners: dict[str, int]

    def read(self) -> None:
        while indexing.drain(self.engine, self.encoder):
            pass


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data_dir = Path(os.environ.get("DATA_DIR", Path(__file__).parents[2] / "var"))
    convert_bundled(data_dir)
    folder = tmp_path_factory.mktemp("golden")
    engine, encoder = make_engine(f"sqlite:///{folder}/m.db"), open_encoder(EncoderConfig(data_dir))
    SQLModel.metadata.create_all(engine)
    with open_session(engine) as session:
        town = factories.municipality(session)
        actor = factories.coordinator(session, town)
        partners, challenges = {}, {}
        wish = "".join(sentence.text for sentence in CHALLENGES[-1].document.sentences)
        for number, record in enumerate(PARTNERS):
            text = "".join(sentence.text for sentence in record.document.sentences)
            row = factories.partner(session, record.name, town=town, profile=text)
            row.kind = PartnerKind.COMPANY if number % 3 else PartnerKind.UNIVERSITY
            row.seeks = "" if number % 10 else wish
            for offering in session.exec(select(Offering).where(Offering.partner_id == row.pk)):
                session.delete(offering)
            partners[record.document.owner] = row.pk
        for record in CHALLENGES:
            row = factories.challenge(session, town, title=record.name)
            said = [sentence.text for sentence in record.document.sentences if sentence.part == "problem"]
            row.problem, row.outcome = "".join(said), ""
            if record.document.owner == STRICT:
                row.required, row.wanted_kinds = [Requirement.KIND.value], [PartnerKind.COMPANY.value]
            for need in session.exec(select(Need).where(Need.challenge_id == row.pk)):
                session.delete(need)
            challenges[record.document.owner] = row.pk
        indexing.mark_unread(session, encoder.model_id, NOW)
        session.commit()
    made = Site(folder, engine, encoder, LiveMatchbook(folder, encoder), actor, challenges, partners)  # type: ignore[arg-type]
    made.read()
    corpora.publish(engine, folder, encoder)
    yield made
    engine.dispose()


@pytest.fixture
def session(site: Site) -> Iterator[Session]:
    """Whatever a test writes is rolled back."""
    with open_session(site.engine) as opened:
        yield opened
        opened.rollback()


def _run(session: Session, site: Site, challenge: str, **options: int) -> RecommendationRun:
    made = recommendations.run(
        session,
        site.coordinator,
        site.challenges[challenge],
        site.book,
        now=NOW,
        **options,  # type: ignore[arg-type]
    )
    session.flush()
    return made


def _rebuild_with_other_texts(site: Site, run: RecommendationRun) -> None:
    """Everything that was compared is rewritten, read anew, and the index is rebuilt with another frame."""
    with open_session(site.engine) as session:
        challenge = session.get_one(Challenge, run.challenge_id)
        challenge.problem = "雪の季節に高齢者の家の除雪が追いつかない。"
        flow.mark(session, EntityType.CHALLENGE, challenge.pk, NOW)
        for number, key in enumerate(run.listed):
            session.get_one(Partner, key).profile = f"第{number}の事業として、除雪の機械を貸し出しています。"
            flow.mark(session, EntityType.PARTNER, key, NOW)
        session.commit()
    site.read()
    corpora.rebuild(site.engine, site.folder, site.encoder)


def test_a_recommendation_can_be_computed_again_when_everything_has_changed(site: Site) -> None:
    """To five decimals, evidence included; also after later runs, by hand, and for partners of a partner."""
    with open_session(site.engine) as session:
        runs = [_run(session, site, key, limit=10) for key in ("ch-0002", "ch-0008")]
        again = _run(session, site, "ch-0008", limit=10)
        added = recommendations.add_by_hand(
            session,
            site.coordinator,
            runs[0].challenge_id or 0,
            site.partners["org-0001"],
            matchbook=site.book,
            now=NOW,
        )
        session.commit()
        run_ids, added_id, listed = [run.pk for run in (*runs, again)], added.pk, runs[0].listed
        stored = {
            r.partner_id: (r.rank, r.score, r.evidence) for r in reads.of_challenge(session, runs[0].challenge_id or 0)
        }
        before = site.book.newest()
    _rebuild_with_other_texts(site, runs[0])
    after = site.book.newest()
    assert before is not None
    assert after is not None
    assert after.generation > before.generation
    with open_session(site.engine, write=False) as session:
        for run_id in run_ids:
            verdict = replay.replay_run(session, run_id)
            assert verdict is not None
            assert verdict.differences == ()
            assert not verdict.engine_changed
        first = replay.replay_run(session, run_ids[0])
        assert first is not None
        for match in first.matches:
            rank, score, evidence = stored[match.entity_id]
            assert match.rank == rank
            assert match.score == pytest.approx(score, abs=1.01e-5)
            assert [pair["answers"]["text"] for pair in evidence] == [pair.answers.text for pair in match.evidence]
        by_hand = replay.replay_recommendation(session, added_id)
        assert by_hand is not None
        assert by_hand.identical
        fresh = site.book.partners_for_challenge(session, runs[0].challenge_id or 0, limit=10)
        assert [match.entity_id for match in fresh.matches] != listed, "asked today, the answer is another"
        sizes = sorted(len(part.data) for part in session.exec(select(ReplayPart)))
        assert sizes[-1] < 8_000_000, "the frame of reference"
        assert sizes[-2] < 60_000, "one version of one partner's texts"
        sought = sum(not number % 10 for number in range(len(PARTNERS)))
        assert len(sizes) <= 1 + 2 + 2 * (10 + SPARE) + 1 + sought, "what three runs share is kept once"


def test_whom_a_condition_left_out_and_what_partners_look_for_come_out_again(session: Session, site: Site) -> None:
    """With all weights of that day, those of the smallest facts included."""
    run = _run(session, site, STRICT, limit=20)
    assert run.excluded
    record = session.exec(select(ReplayRecord).where(ReplayRecord.run_id == run.pk)).one()
    assert record.recipe["excluded"] == [left_out["partner_id"] for left_out in run.excluded]
    assert record.recipe["weights"] == run.weights
    assert run.weights.keys() >= MINOR.keys()
    assert any(row.inputs.get("seeks") for row in reads.of_challenge(session, run.challenge_id or 0))
    verdict = replay.replay_run(session, run.pk)
    assert verdict is not None
    assert verdict.differences == ()
    assert verdict.compared >= len(run.listed) + len(run.excluded)
    record.recipe = record.recipe | {"weights": run.weights | {"seeks": 0.0}}
    session.flush()
    changed = replay.replay_run(session, run.pk)
    assert changed is not None
    assert {"score", "parts"} <= {found.what for found in changed.differences}, "those weights count"


def test_what_was_tampered_with_is_found(session: Session, site: Site) -> None:
    run = _run(session, site, "ch-0020", limit=5)
    rows = session.exec(
        select(Recommendation).where(Recommendation.run_id == run.pk).order_by(col(Recommendation.rank))
    ).all()
    rows[1].evidence = rows[0].evidence
    rows[2].fit = (rows[2].fit + 1) % 4
    session.flush()
    verdict = replay.replay_run(session, run.pk)
    assert verdict is not None
    assert [(d.partner_id, d.what) for d in verdict.differences] == [
        (rows[1].partner_id, "evidence"),
        (rows[2].partner_id, "fit"),
    ]


def test_partners_of_a_partner_can_be_computed_again(session: Session, site: Site) -> None:
    key = site.partners["org-0255"]
    made = recommendations.run_for_partner(
        session,
        site.coordinator,
        min(site.coordinator.municipality_ids),
        key,
        site.book,
        limit=5,
        now=NOW,
    )
    session.flush()
    verdict = replay.replay_run(session, made.pk)
    assert verdict is not None
    assert verdict.differences == ()


def test_without_what_it_was_computed_from_nothing_is_claimed(session: Session, site: Site) -> None:
    assert replay.replay_run(session, 10**6) is None
    row = recommendations.add_by_hand(
        session, site.coordinator, site.challenges["ch-0020"], site.partners["org-0002"], now=NOW
    )
    session.flush()
    assert replay.replay_recommendation(session, row.pk) is None


# The gate -------------------------------------------------------------------


def _decide(session: Session, site: Site, right: dict[str, set[str]]) -> None:
    """A year of an office that approves whom the city in fact chose, and sets the next ones aside."""
    for number, (challenge, owners) in enumerate(right.items()):
        run = _run(session, site, challenge, limit=LISTED)
        exposures.run_seen(session, site.coordinator, run.pk, LISTED, now=NOW)
        moment = NOW - timedelta(days=len(right) - number)
        chosen = {site.partners[owner] for owner in owners}
        rows = [r for r in reads.of_challenge(session, run.challenge_id or 0) if r.rank]
        for row in sorted(rows, key=lambda row: row.rank or 0):
            if row.partner_id in chosen:
                row.status, row.decided_at = R.INTRODUCED, moment
            elif (row.rank or 0) <= DECIDED:
                row.status, row.reason, row.decided_at = R.DECLINED, DeclineReason.OFF_TARGET.value, moment
        session.flush()


def _use(session: Session, weights: Weights) -> RankingModel:
    row = RankingModel(
        status=RankingModelStatus.ACTIVE, basis="", weights=weights.as_dict(), compared_with=DEFAULT.as_dict()
    )
    session.add(row)
    session.flush()
    return row


def test_a_model_that_only_counts_words_is_found_out_and_replaced(session: Session, site: Site) -> None:
    """What is learned reads for meaning again, is better beyond chance on later decisions, and orders the lists."""
    _use(session, replace(DEFAULT, passage=0.0, sentence=0.0))
    _decide(session, site, known_pairs())
    row = learning.train(session, SYSTEM, now=NOW)
    session.flush()
    assert row.figures["lists"] >= learn.MIN_FROZEN
    assert row.figures["difference"]["low"] > 0
    assert row.weights["passage"] > 0 < row.weights["sentence"]
    again = learning.train(session, SYSTEM, now=NOW)
    session.flush()
    assert again.weights == row.weights, "the same decisions teach the same"
    before = site.book.partners_for_challenge(session, site.challenges["ch-0020"], limit=20)
    learning.activate(session, SYSTEM, again.pk, now=NOW)
    after = site.book.partners_for_challenge(session, site.challenges["ch-0020"], limit=20)
    assert (after.ranking_model, after.weights) == (again.pk, all_weights(in_use(session).weights.as_dict()))
    assert [match.entity_id for match in after.matches] != [match.entity_id for match in before.matches]
    words = {match.entity_id: (match.fit, match.likelihood) for match in before.matches}
    assert all(words.get(m.entity_id, said) == said for m in after.matches for said in [(m.fit, m.likelihood)])
    assert words.keys() & {match.entity_id for match in after.matches}, "the same word under every model"
    made = _run(session, site, "ch-0020", limit=5)
    verdict = replay.replay_run(session, made.pk)
    assert verdict is not None
    assert verdict.identical, "also with learned weights"
    learning.roll_back(session, SYSTEM, now=NOW)
    back = site.book.partners_for_challenge(session, site.challenges["ch-0020"], limit=20)
    assert back == before


def test_decisions_at_random_do_not_pass(session: Session, site: Site) -> None:
    keys = sorted(site.partners)
    generator = random.Random(5)
    right = {key: set(generator.sample(keys, 40)) for key in known_pairs()}
    _decide(session, site, right)
    row = learning.train(session, SYSTEM, now=NOW)
    session.flush()
    assert not row.figures["better"]


def test_a_draft_is_compared_as_it_would_be_in_the_index(
    site: Site, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clinic reads from its rows what the index does not hold."""
    library, (asking, *others) = site.book.newest(), site.challenges.values()
    assert library is not None
    indexed = site.book.challenges_like(session, asking, limit=5, allowed=others)
    drafts = [str(match.entity_id) for match in indexed.matches[::2]]
    public = library.corpus(corpora.CHALLENGES).updated([], drafts, library.frame)
    smaller = replace(library, corpora={**library.corpora, corpora.CHALLENGES.name: public})
    monkeypatch.setattr(site.book, "newest", lambda: smaller)
    read = site.book.challenges_like(session, asking, limit=5, allowed=others)
    assert read.considered == indexed.considered
    assert [(match.entity_id, match.rank, match.fit, match.score, match.evidence) for match in read.matches] == [
        (match.entity_id, match.rank, match.fit, pytest.approx(match.score, abs=1e-4), match.evidence)
        for match in indexed.matches
    ]
    assert not {str(match.entity_id) for match in site.book.challenges_like(session, asking, allowed=[]).matches}
