"""From rows to rankings: what is saved becomes findable, what is withdrawn disappears, and nothing is read twice."""

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlmodel import Session, func, select

from matcher.services import corpora, flow, indexing
from matcher.services.matching import LiveMatchbook
from models import IndexChange, Partner, Passage
from models.enums import ChallengeStatus, EntityType, RegistrationStatus
from models.session import make_engine, open_session
from tests import factories
from tests.factories import NOW


class WordEncoder:
    """Vectors out of character pairs: texts that share pairs are near. Counts what it is asked."""

    model_id = "pairs"
    dimension = 64

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.encoded += texts
        rows = np.full((len(texts), self.dimension), 1e-3, np.float32)
        for row, text in zip(rows, texts, strict=True):
            for pair in itertools.pairwise(text):
                row[sum(map(ord, pair)) % self.dimension] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def encode_documents(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        return self.encode_queries(texts)


@pytest.fixture
def place(tmp_path: Path, sqlite_schema: Path) -> tuple[Path, str]:
    import shutil

    shutil.copy(sqlite_schema, tmp_path / "m.db")
    return tmp_path, f"sqlite:///{tmp_path / 'm.db'}"


def _waiting(session: Session) -> int:
    return session.exec(select(func.count()).select_from(IndexChange)).one()


def test_saved_things_become_findable_and_withdrawn_ones_disappear(place: tuple[Path, str]) -> None:
    folder, url = place
    engine, encoder = make_engine(url), WordEncoder()
    with open_session(engine) as session:
        town = factories.municipality(session)
        sensor = factories.partner(session, town=town, profile="高齢者の見守りセンサーを製造しています。")
        farm = factories.partner(session, "農園", town=town, profile="有機野菜を育て、給食に届けています。")
        hidden = factories.partner(session, "申請中の会社", town=town, status=RegistrationStatus.APPLIED)
        challenge = factories.challenge(session, town)
        draft = factories.challenge(session, town, title="給食に有機野菜を使いたい", status=ChallengeStatus.DRAFT)
        indexing.mark_unread(session, encoder.model_id, NOW)
        session.commit()
        ids = {name: row.pk for name, row in {"sensor": sensor, "farm": farm, "hidden": hidden}.items()}
        challenge_id, draft_id = challenge.pk, draft.pk
    while indexing.drain(engine, encoder, limit=2):
        pass
    first = corpora.publish(engine, folder, encoder)
    assert first is not None
    book = LiveMatchbook(folder, encoder)  # type: ignore[arg-type]

    with open_session(engine, write=False) as session:
        ranking = book.partners_for_challenge(session, challenge_id)
        assert ranking.matches[0].entity_id == ids["sensor"]
        assert ids["hidden"] not in {match.entity_id for match in ranking.matches}
        best = ranking.matches[0]
        assert best.evidence[0].answers.text
        assert any(signal.code == "region" and signal.positive for signal in best.signals)
        draft_ranking = book.partners_for_challenge(session, draft_id)
        assert draft_ranking.matches, "its own city may ask for a draft's partners"
        found = book.search(session, "有機野菜", EntityType.CHALLENGE)
        assert draft_id not in {match.entity_id for match in found.matches}, "drafts are in no search"
        only = book.partners_for_challenge(session, challenge_id, allowed={ids["farm"]})
        assert [match.entity_id for match in only.matches] == [ids["farm"]]
        back = book.challenges_for_partner(session, ids["hidden"])
        assert [match.entity_id for match in back.matches] == [challenge_id], "seen by an applicant at once"

    asked = len(encoder.encoded)
    with open_session(engine) as session:
        partner = session.get(Partner, ids["farm"])
        assert partner is not None
        partner.profile = "太陽光発電の設備を設置しています。"
        flow.mark(session, EntityType.PARTNER, ids["farm"], NOW)
        session.commit()
    assert indexing.drain(engine, encoder) == 1
    assert len(encoder.encoded) - asked <= 4, "only what changed is encoded"
    second = corpora.publish(engine, folder, encoder, first)
    assert second is not None
    assert second.generation == first.generation + 1
    with open_session(engine, write=False) as session:
        found = book.search(session, "太陽光発電の設備", EntityType.PARTNER, limit=1)
        assert [match.entity_id for match in found.matches] == [ids["farm"]]
        assert found.generation == second.generation


def test_an_updated_generation_equals_one_made_afresh(place: tuple[Path, str]) -> None:
    folder, url = place
    engine, encoder = make_engine(url), WordEncoder()
    with open_session(engine) as session:
        town = factories.municipality(session)
        for number in range(5):
            factories.partner(
                session, f"会社{number}", town=town, profile=f"第{number}の事業を行います。地域に根ざします。"
            )
        indexing.mark_unread(session, encoder.model_id, NOW)
        session.commit()
    indexing.drain(engine, encoder)
    first = corpora.publish(engine, folder, encoder)
    with open_session(engine) as session:
        factories.partner(session, "新しい会社", town=town, profile="水を守る技術を持ちます。")
        indexing.mark_unread(session, encoder.model_id, NOW)
        session.commit()
        assert _waiting(session) == 1
    indexing.drain(engine, encoder)
    updated = corpora.publish(engine, folder, encoder, first)
    reopened = corpora.open_latest(folder)
    assert updated is not None
    assert reopened is not None
    for library in (updated, reopened):
        owners = sorted(library.corpus(corpora.PARTNERS).units.owners, key=int)
        assert len(owners) == 6
    with open_session(engine, write=False) as session:
        rows = session.exec(select(Passage).where(Passage.sentence == indexing.WHOLE)).all()
        assert len({(row.entity_id, row.passage, row.role) for row in rows}) == len(rows)


def test_without_an_encoder_words_alone_answer(place: tuple[Path, str]) -> None:
    folder, url = place
    engine, encoder = make_engine(url), WordEncoder()
    with open_session(engine) as session:
        town = factories.municipality(session)
        partner = factories.partner(session, town=town)
        indexing.mark_unread(session, encoder.model_id, NOW)
        session.commit()
        partner_id = partner.pk
    indexing.drain(engine, encoder)
    corpora.publish(engine, folder, encoder)
    from embeddings.query_client import QueryClient

    book = LiveMatchbook(folder, QueryClient(folder / "nobody.sock"))
    with open_session(engine, write=False) as session:
        found = book.search(session, "見守りセンサー", EntityType.PARTNER)
    assert not found.semantic
    assert [match.entity_id for match in found.matches] == [partner_id]


def test_each_paragraph_may_point_to_a_target(place: tuple[Path, str]) -> None:
    """An organisation that does several things is not suggested less than one that does a single thing."""
    folder, url = place
    engine, encoder = make_engine(url), WordEncoder()
    with open_session(engine) as session:
        factories.partner(session, town=factories.municipality(session))
        indexing.mark_unread(session, encoder.model_id, NOW)
        session.commit()
    indexing.drain(engine, encoder)
    corpora.publish(engine, folder, encoder)
    book = LiveMatchbook(folder, encoder)  # type: ignore[arg-type]
    said = ("再生可能エネルギーの太陽光発電を広げます。", "食品ロスを減らします。", "放課後に学校で勉強を教えます。")
    together = {found.target: found for found in book.suggest_targets("\n\n".join(said), limit=100)}
    alone = [found for text in said for found in book.suggest_targets(text, limit=100)]
    assert {found.target for found in alone} == set(together)
    assert {"7.2", "12.3"} <= set(together)
    assert all(together[found.target].confidence >= found.confidence for found in alone)
    assert [found.confidence for found in together.values()] == sorted(
        (found.confidence for found in together.values()), reverse=True
    )
