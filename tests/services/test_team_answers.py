"""From rows to a team: drafts of one's own, required conditions, who is allowed, and what is said before any index."""

from pathlib import Path

from sqlmodel import col, select

from matcher.services import corpora, indexing
from matcher.services.matchbook import Addition, Team
from matcher.services.matching import LiveMatchbook
from models import Challenge, Need, PartnerRegion
from models.enums import ChallengeStatus, Requirement
from models.session import make_engine, open_session
from tests import factories
from tests.factories import NOW
from tests.services.test_matching import WordEncoder, place

__all__ = ["place"]
PROFILES = ("雪おろしの手伝いをします。", "電話で話し相手になります。", "有機野菜を給食に届けています。")


def test_a_draft_is_read_from_its_rows_and_conditions_hold(place: tuple[Path, str]) -> None:
    folder, url = place
    engine, encoder = make_engine(url), WordEncoder()
    with open_session(engine) as session:
        town = factories.municipality(session)
        keys = [factories.partner(session, f"団体{n}", town=town, profile=p).pk for n, p in enumerate(PROFILES)]
        draft = factories.challenge(session, town, status=ChallengeStatus.DRAFT)
        session.add(Need(challenge_id=draft.pk, position=1, text="電話の話し相手"))
        indexing.mark_unread(session, encoder.model_id, NOW)
        session.commit()
        draft_id = draft.pk
    while indexing.drain(engine, encoder):
        pass
    assert corpora.publish(engine, folder, encoder) is not None
    book = LiveMatchbook(folder, encoder)  # type: ignore[arg-type]
    with open_session(engine) as session:
        team = book.team_for_challenge(session, draft_id)
        assert [side.part for side in team.needs] == ["need", "need"]
        assert [side.text for side in team.needs][1] == "電話の話し相手"
        assert team.considered == 3
        assert all(len(member.answers) == 2 for member in team.members)
        assert team == book.team_for_challenge(session, draft_id), "the same answer each time"
        assert book.team_for_challenge(session, draft_id, allowed=keys[:1]).considered == 1
        assert book.team_for_challenge(session, draft_id, allowed=[]).nobody == (0, 1)
        region = session.exec(select(PartnerRegion).where(col(PartnerRegion.partner_id) == keys[0])).one()
        region.region = "01"
        row = session.get_one(Challenge, draft_id)
        row.required = [Requirement.REGION.value]
        session.commit()
    assert corpora.rebuild(engine, folder, encoder)
    with open_session(engine, write=False) as session:
        assert book.team_for_challenge(session, draft_id).considered == 2, "who breaks a required condition is in none"
    engine.dispose()


def test_who_adds_to_a_group_is_neither_present_nor_somebody_who_repeats_it(place: tuple[Path, str]) -> None:
    folder, url = place
    engine, encoder = make_engine(url), WordEncoder()
    with open_session(engine) as session:
        town = factories.municipality(session)
        keys = [factories.partner(session, f"団体{n}", town=town, profile=p).pk for n, p in enumerate(PROFILES)]
        indexing.mark_unread(session, encoder.model_id, NOW)
        session.commit()
    while indexing.drain(engine, encoder):
        pass
    assert corpora.publish(engine, folder, encoder) is not None
    book, wish = LiveMatchbook(folder, encoder), "雪おろしの手伝い。電話の話し相手。"  # type: ignore[arg-type]
    with open_session(engine, write=False) as session:
        found = book.additions(session, wish, keys[:1], allowed=keys[1:])
        assert [side.text for side in found.needs] == ["雪おろしの手伝い。", "電話の話し相手。"]
        added = [member.partner_id for member in found.members]
        assert keys[0] not in added
        assert found == book.additions(session, wish, keys[:1], allowed=keys[1:]), "the same answer each time"
        everybody = book.additions(session, wish, keys, allowed=[])
        assert everybody.members == ()
        assert book.additions(session, "", [], allowed=keys) == Addition()
    engine.dispose()


def test_before_the_first_index_there_is_no_team(tmp_path: Path) -> None:
    book = LiveMatchbook(tmp_path, WordEncoder())  # type: ignore[arg-type]
    assert book.team_for_challenge(None, 1) == Team()  # type: ignore[arg-type]
    assert book.additions(None, "見守り", [1], allowed=[2]) == Addition()  # type: ignore[arg-type]
