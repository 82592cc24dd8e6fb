"""The demonstration: every line arrives through the services, a repeat changes nothing, and its life can be played."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session, SQLModel, select

import migrations
from matcher.services import demo_data, demo_live, demo_rows, demo_schemes
from matcher.services.assessment import Rules
from models import (
    Application,
    Challenge,
    Collaboration,
    CollaborationPartner,
    Department,
    GroupMember,
    Indicator,
    Interest,
    Introduction,
    Membership,
    Municipality,
    Need,
    Offering,
    Partner,
    PartnerRegion,
    Proposal,
    Recommendation,
    Registration,
    Scheme,
    User,
    WorkingGroup,
)
from models.enums import (
    ChallengeStatus,
    ItemLevel,
    OfferingStage,
    PartnerKind,
    RecommendationStatus,
    RegistrationStatus,
    Role,
)
from models.queries import schemes, upkeep
from models.session import make_engine, open_session
from tests.factories import NOW
from tests.fakes import FakeMatchbook


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A database with the demonstration in it, shared by the tests that only read."""
    engine = make_engine(f"sqlite:///{tmp_path_factory.mktemp('demo')}/demo.db")
    SQLModel.metadata.create_all(engine)
    demo_data.load(engine, NOW)
    yield engine
    engine.dispose()


def test_the_five_schemes_are_set_up_and_public(demo: Session) -> None:
    cards = schemes.cards(demo, schemes.ids(demo, schemes.SchemeFilter()))
    assert [(card.municipality.name, card.tiers) for card in cards] == [
        ("品川区", 1),
        ("川崎市", 2),
        ("平塚市", 1),
        ("加賀市", 1),
        ("熊本市", 1),
    ]
    ladder = schemes.ladder(demo, upkeep.scheme(demo, "SCH-KM-01").pk)
    assert ladder[0].form is not None
    levels = Counter(question.level for question in schemes.questions(demo, ladder[0].form.pk))
    assert (levels[ItemLevel.BASIC], levels[ItemLevel.CHALLENGE]) == (25, 25)
    assert Rules.of(ladder[0].form.rules) == Rules(all_basic=True, min_challenge=5, min_targets=1)


def test_kawasaki_certifies_who_is_registered_and_weighs_two_of_four_categories(demo: Session) -> None:
    scheme = upkeep.scheme(demo, "SCH-KW-01")
    registered, gold = schemes.ladder(demo, scheme.pk)
    assert gold.tier.requires_id == registered.tier.pk
    assert gold.form is not None
    weights = {rule.name: rule.weight for rule in Rules.of(gold.form.rules).categories}
    assert weights == {"環境": 2, "社会": 1, "ガバナンス": 1, "地域": 2}
    assert {row.category for row in schemes.questions(demo, gold.form.pk) if row.category} == set(weights)
    assert scheme.provenance["invented"]
    assert scheme.provenance["source"]


@pytest.mark.parametrize("on", [date(2026, 4, 1), date(2026, 11, 25), date(2027, 3, 31), date(2028, 2, 29)])
def test_rounds_of_the_demonstration_are_never_all_over(on: date) -> None:
    rounds = demo_rows.lines("ladders")[0]["tiers"][0]["rounds"]
    found = [demo_schemes.days(days, on) for _, *days in rounds]
    assert any(opens <= on <= closes < decision for opens, closes, decision in found)


@pytest.fixture
def demo(loaded: Engine) -> Iterator[Session]:
    """Whatever a test writes is rolled back."""
    with open_session(loaded) as session:
        yield session
        session.rollback()


def count(session: Session, table: type[SQLModel]) -> int:
    return len(session.exec(select(table)).all())


def partner(session: Session, key: str) -> Partner:
    return session.exec(select(Partner).where(Partner.external_key == key)).one()


def regions(session: Session, key: str) -> set[str]:
    owner = partner(session, key).pk
    return set(session.exec(select(PartnerRegion.region).where(PartnerRegion.partner_id == owner)))


def test_every_line_is_there(demo: Session) -> None:
    assert count(demo, Municipality) == 5
    assert count(demo, Scheme) == 45
    assert count(demo, Indicator) == 44
    assert count(demo, Partner) == 90 + 3
    assert count(demo, Challenge) == 132
    assert count(demo, Collaboration) == 81 + 106 + 2  # those of the City Lab
    assert count(demo, Proposal) == 17
    assert count(demo, WorkingGroup) == 13
    assert count(demo, Department) > 50


def test_a_repeat_stores_nothing(loaded: Engine) -> None:
    heard: list[tuple[str, int, int]] = []
    assert demo_data.load(loaded, NOW + timedelta(days=1), lambda *said: heard.append(said)) == 0
    assert all(done == total > 0 for _, done, total in heard)
    assert [name for name, _, _ in heard] == [step.name for step in demo_data.STEPS]


def test_an_interrupted_load_goes_on_where_it_stopped(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/half.db")
    SQLModel.metadata.create_all(engine)

    def fail_in_the_middle(name: str, done: int, _total: int) -> None:
        if name == "organisations" and done == 40:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        demo_data.load(engine, NOW, fail_in_the_middle)
    with open_session(engine) as session:
        assert count(session, Indicator) == 44
        assert count(session, Partner) == 0
    assert demo_data.load(engine, NOW) > 400
    with open_session(engine) as session:
        assert count(session, Partner) == 93
    engine.dispose()


def test_provenance_and_judgement_are_kept(demo: Session) -> None:
    row = partner(demo, "ORG-001")
    assert row.provenance["source_lines"] == [577]
    assert row.provenance["basis"] == "public_knowledge"
    assert row.is_demo
    assert not partner(demo, "ORG-003").is_demo or partner(demo, "ORG-003").provenance["basis"] == "public_knowledge"
    challenge = demo.exec(select(Challenge).where(Challenge.external_key == "CH-HR-001")).one()
    assert challenge.provenance["evidence"]
    assert challenge.provenance["precedents"] == ["INI-SN-005", "INI-HR-016"]


def test_regions_follow_from_where_a_partner_is_and_works(demo: Session) -> None:
    assert regions(demo, "ORG-001") == {"00"}, "from Osaka to Kaga: it goes anywhere"
    assert regions(demo, "ORG-030") == {"17", "172065"}, "at home in Kaga"
    assert regions(demo, "ORG-058") == {"172065"}, "a city's own council"
    assert regions(demo, "ORG-062") == {"17", "18", "172065"}, "two prefectures"


def test_registrations_carry_their_date_and_topic(demo: Session) -> None:
    row = demo.exec(select(Registration).where(Registration.partner_id == partner(demo, "ORG-023").pk)).one()
    assert row.status is RegistrationStatus.REGISTERED
    assert (row.since, row.topic) == ("2021-03", "再生可能エネルギーを起点とした地方創生の推進")


def test_offerings_are_derived_with_a_track_record(demo: Session) -> None:
    rows = demo.exec(select(Offering).where(Offering.partner_id == partner(demo, "ORG-001").pk)).all()
    assert [row.title for row in rows] == ["ブロックチェーン・電子行政・自治体DX"]
    assert rows[0].stage is OfferingStage.ON_SALE
    assert rows[0].track_record == "加賀市と「ブロックチェーンの活用」で連携(2018年3月)。"
    government = demo.exec(select(Partner).where(Partner.kind == PartnerKind.GOVERNMENT)).all()
    owners = set(demo.exec(select(Offering.partner_id)))
    assert not owners & {row.pk for row in government}


def test_challenges_are_split_into_what_proposers_ask(demo: Session) -> None:
    row = demo.exec(select(Challenge).where(Challenge.external_key == "CH-HR-001")).one()
    assert row.problem.endswith("後押しする方針です。")
    assert row.outcome.endswith("仕組みを探しています。")
    needs = demo.exec(select(Need).where(Need.challenge_id == row.pk).order_by(Need.position)).all()  # type: ignore[arg-type]
    assert [need.text for need in needs] == ["省エネ診断", "更新計画づくり", "補助・融資の活用支援"]


def test_the_work_list_is_alive(demo: Session) -> None:
    statuses = Counter(demo.exec(select(Challenge.status)))
    assert statuses[ChallengeStatus.PUBLISHED] == 132 - len(demo_data.DRAFTS) - len(demo_data.IN_REVIEW)
    assert statuses[ChallengeStatus.IN_REVIEW] == len(demo_data.IN_REVIEW)
    stale = demo.exec(select(Challenge).where(Challenge.review_date < NOW.date())).all()  # type: ignore[operator]
    assert {row.external_key for row in stale} == demo_data.STALE
    waiting = demo.exec(select(Registration).where(Registration.status == RegistrationStatus.APPLIED)).all()
    assert len(waiting) == 2


def test_precedents_know_their_partners(demo: Session) -> None:
    row = demo.exec(select(Collaboration).where(Collaboration.external_key == "COL-045")).one()
    parties = demo.exec(select(CollaborationPartner).where(CollaborationPartner.collaboration_id == row.pk)).all()
    assert len(parties) == 5
    assert all(party.partner_id for party in parties)
    assert row.published


@pytest.mark.parametrize(
    ("period", "year"), [("令和6年度", "2024"), ("～2021年度", "2021"), ("2019～2021年度", "2019"), ("", "")]
)
def test_the_year_of_a_printed_period(period: str, year: str) -> None:
    assert demo_rows.first_year(period) == year


def test_one_account_for_each_role(demo: Session) -> None:
    held = set(demo.exec(select(Membership.role)))
    assert held == {Role.COORDINATOR, Role.DEPARTMENT, Role.PARTNER_ADMIN, Role.PARTNER_MEMBER}
    assert demo.exec(select(User).where(User.is_admin)).one().email == "admin@demo.example"
    assert all(user.is_demo and user.email_confirmed_at for user in demo.exec(select(User)))
    assert set(demo_data.ROLES) <= upkeep.emails(demo)


def test_closed_accounts_cannot_sign_in(demo: Session) -> None:
    assert demo_data.close_accounts(demo) == len(demo_data.ACCOUNTS)
    assert upkeep.demo_accounts(demo) == []
    assert all(user.password_hash is None for user in demo.exec(select(User)))


def test_a_few_days_show_every_state(demo: Session) -> None:
    assert demo_live.enact(demo, FakeMatchbook(), NOW)
    statuses = set(demo.exec(select(Recommendation.status)))
    wanted = {"proposed", "declined", "invited", "refused", "introduced"}
    assert statuses == {RecommendationStatus(name) for name in wanted}
    assert count(demo, Introduction) == 5
    assert count(demo, Interest) == 2
    dialogue = demo.exec(select(Challenge.external_key).where(Challenge.status == ChallengeStatus.IN_DIALOGUE))
    assert set(dialogue) == {"CH-KG-024", "CH-KG-019", "CH-KM-002", "CH-KM-009"}
    invented = [
        row for row in demo.exec(select(Collaboration).where(Collaboration.is_demo)) if "note" in row.provenance
    ]
    assert Counter(row.status for row in invented) == {"planned": 1, "running": 1, "done": 3}
    assert all(row.provenance["note"] for row in invented)
    assert [row.published for row in invented] == [row.status == "done" for row in invented]
    assert Counter(demo.exec(select(GroupMember.status))) == {"member": 19, "requested": 1}
    assert Counter(demo.exec(select(Application.status))) == {"granted": 2, "received": 1, "asked": 1}


def test_it_is_played_once(demo: Session) -> None:
    assert demo_live.enact(demo, FakeMatchbook(), NOW)
    assert not demo_live.enact(demo, FakeMatchbook(), NOW)


class EmptyMatchbook(FakeMatchbook):
    """An index that has not been built."""

    def _ranking(self, ids, limit, allowed):  # type: ignore[no-untyped-def]
        return super()._ranking([], limit, allowed)


def test_it_is_played_on_an_empty_index_too(demo: Session) -> None:
    assert demo_live.enact(demo, EmptyMatchbook(), NOW)
    assert RecommendationStatus.INTRODUCED in set(demo.exec(select(Recommendation.status)))


def test_without_the_demonstration_nothing_is_played(session: Session) -> None:
    assert not demo_live.enact(session, FakeMatchbook(), NOW)


@pytest.mark.postgresql
def test_it_fits_postgresql_too(postgres_url: str) -> None:
    """Lengths and references are checked there more strictly."""
    server = make_engine(f"{postgres_url}/postgres", isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE demo")
    server.dispose()
    engine = make_engine(f"{postgres_url}/demo")
    migrations.upgrade(engine)
    assert demo_data.load(engine, NOW) > 500
    with open_session(engine) as session:
        assert demo_live.enact(session, FakeMatchbook(), NOW)
        session.commit()
    assert demo_data.load(engine, NOW) == 0
    engine.dispose()
