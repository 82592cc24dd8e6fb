"""Applications to schemes: who begins, fills in and hands in one, what is refused, and that nothing is lost."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session, col, select

from matcher.errors import Conflict, Invalid, InvalidTransition, NotAllowed, NotFound
from matcher.policy import Actor
from matcher.services import applications, intake, screening
from matcher.services.attachments import Upload
from models import Answer, Application, AuditEvent, Municipality, OutboxMessage, Partner, SchemeRound, SchemeTier
from models.enums import ApplicationStatus as P
from models.enums import Intake, ItemLevel, PartnerKind, QuestionKind, SchemeScope, TierLevel
from models.queries import applications as queries
from tests import factories
from tests.factories import NOW

QUESTIONS = (
    {"key": "plan", "kind": QuestionKind.LONG_TEXT, "required": True},
    {"key": "staff", "kind": QuestionKind.NUMBER, "unit": "人"},
    {"key": "begin", "kind": QuestionKind.DATE},
    {"key": "size", "kind": QuestionKind.CHOICE, "options": [{"label": "大"}, {"label": "小"}]},
    {"key": "clean", "kind": QuestionKind.DECLARATION},
    {"key": "goals", "kind": QuestionKind.TARGETS, "public": True},
    {"key": "paper", "kind": QuestionKind.FILE},
    {"key": "report", "kind": QuestionKind.LONG_TEXT, "required": True, "renewal_only": True},
)
COMPLETE = {"plan": "屋上に太陽光を置く。", "clean": True}


class Line:
    """A municipality with a scheme of one tier, and a partner with its people."""

    def __init__(self, session: Session, **tier: object) -> None:
        self.session = session
        self.town: Municipality = factories.municipality(session)
        self.coordinator = factories.coordinator(session, self.town)
        self.scheme = factories.scheme(session, self.town)
        self.tier: SchemeTier = factories.tier(session, self.scheme, **{"questions": QUESTIONS, **tier})  # type: ignore[arg-type]
        self.partner: Partner = factories.partner(session, town=self.town)
        self.actor: Actor = factories.partner_admin(session, self.partner)

    def begun(self) -> Application:
        return intake.begin(self.session, self.actor, self.tier.pk, self.partner.pk, now=NOW)

    def filled(self, **answers: object) -> Application:
        row = self.begun()
        return applications.fill(self.session, self.actor, row.pk, {**COMPLETE, **answers}, version=None, now=NOW)

    def submitted(self, **answers: object) -> Application:
        return applications.submit(self.session, self.actor, self.filled(**answers).pk, now=NOW)


@pytest.fixture
def line(session: Session) -> Line:
    return Line(session)


def mails(session: Session) -> list[str]:
    return list(session.exec(select(OutboxMessage.template).order_by(col(OutboxMessage.id))))


def events(session: Session) -> list[str]:
    return list(session.exec(select(AuditEvent.event).order_by(col(AuditEvent.id))))


def test_from_draft_to_receipt(session: Session, line: Line) -> None:
    row = line.submitted()
    assert (row.status, row.submitted_at, row.status_since) == (P.RECEIVED, NOW, NOW)
    assert events(session) == ["application.begun", "application.filled", "application.received"]
    assert mails(session) == ["application_received", "application_receipt"]
    assert applications.submit(session, line.actor, row.pk, now=NOW) is row
    assert len(mails(session)) == 2


def test_the_open_application_is_found_again(session: Session, line: Line) -> None:
    assert line.begun().pk == line.begun().pk
    assert len(session.exec(select(Application)).all()) == 1


def test_who_may_not_begin(session: Session, line: Line) -> None:
    stranger = factories.partner_admin(session, factories.partner(session, "よそ"))
    with pytest.raises(NotAllowed):
        intake.begin(session, stranger, line.tier.pk, line.partner.pk, now=NOW)
    with pytest.raises(NotAllowed):
        intake.begin(session, line.coordinator, line.tier.pk, line.partner.pk, now=NOW)
    line.scheme.published = False
    with pytest.raises(NotFound):
        line.begun()


def test_a_kind_of_organisation_that_is_not_eligible(line: Line) -> None:
    line.scheme.eligible_kinds = [PartnerKind.NPO.value]
    with pytest.raises(Invalid) as refused:
        line.begun()
    assert refused.value.fields == {"tier": "kind_not_eligible"}


def test_the_lower_tier_must_be_in_force(session: Session, line: Line) -> None:
    upper = factories.tier(session, line.scheme, position=1, name="Gold", requires_id=line.tier.pk)
    with pytest.raises(Invalid) as refused:
        intake.begin(session, line.actor, upper.pk, line.partner.pk, now=NOW)
    assert refused.value.fields == {"tier": "lower_tier"}
    lower = line.submitted()
    screening.screen(session, line.coordinator, lower.pk, now=NOW)
    screening.grant(session, line.coordinator, lower.pk, now=NOW)
    assert intake.begin(session, line.actor, upper.pk, line.partner.pk, now=NOW).status is P.DRAFT
    with pytest.raises(Invalid) as again:
        line.begun()
    assert again.value.fields == {"tier": "held_already"}
    found = intake.rung(session, upper.pk)
    assert intake.obstacle(session, found, line.partner, date(2029, 11, 21)) == ""
    assert intake.obstacle(session, found, line.partner, date(2029, 11, 22)) == "lower_tier"


def test_rounds_open_and_close(session: Session) -> None:
    line = Line(session, intake=Intake.ROUNDS)
    with pytest.raises(Invalid) as refused:
        line.begun()
    assert refused.value.fields == {"tier": "round_closed"}
    opened = SchemeRound(tier_id=line.tier.pk, name="秋", opens=date(2026, 11, 1), closes=date(2026, 11, 22))
    session.add(opened)
    session.flush()
    row = line.filled()
    with pytest.raises(Invalid) as late:
        applications.submit(session, line.actor, row.pk, now=NOW + timedelta(days=1))
    assert late.value.fields == {"round": "round_closed"}
    assert applications.submit(session, line.actor, row.pk, now=NOW).round_id == opened.pk


def test_a_draft_keeps_anything_and_handing_in_says_what_is_wrong(session: Session, line: Line) -> None:
    given = {
        "plan": "あ" * 5001,
        "staff": "十人",
        "begin": "来年",
        "size": "中",
        "goals": [{"target": "99", "text": "?"}],
    }
    row = line.filled(**given, clean=None)
    assert queries.answers(session, row.pk) == given
    with pytest.raises(Invalid) as refused:
        applications.submit(session, line.actor, row.pk, now=NOW)
    assert refused.value.fields == {
        "plan": "too_long",
        "staff": "figure",
        "begin": "date",
        "size": "unknown",
        "clean": "declaration",
        "goals": "unknown",
    }


def test_answers_are_saved_step_by_step(session: Session, line: Line) -> None:
    row = line.begun()
    for given in ({"plan": "はじめ"}, {"staff": 0}, {"unknown": "x"}, {"plan": "おわり", "begin": "2026-12-01"}):
        applications.fill(session, line.actor, row.pk, given, version=None, now=NOW)
    assert queries.answers(session, row.pk) == {"plan": "おわり", "staff": 0, "begin": "2026-12-01"}
    applications.fill(session, line.actor, row.pk, {"begin": ""}, version=None, now=NOW)
    assert "begin" not in queries.answers(session, row.pk)


def test_two_people_who_save_see_both_versions(session: Session, line: Line) -> None:
    row = line.begun()
    version = row.version
    later = NOW + timedelta(minutes=1)
    applications.fill(session, line.actor, row.pk, {"plan": "甲"}, version=version, now=later)
    with pytest.raises(Conflict) as refused:
        applications.fill(session, line.actor, row.pk, {"plan": "乙", "staff": None}, version=version, now=NOW)
    assert refused.value.differences == [("問1", "乙", "甲")]


def test_a_file_is_kept_replaced_and_taken_away(session: Session, line: Line) -> None:
    row = line.begun()
    for name in ("一.pdf", "二.pdf"):
        files = {"paper": Upload(name, b"%PDF-1.7")}
        applications.fill(session, line.actor, row.pk, {}, uploads=files, version=None, now=NOW)
    (kept,) = queries.files(session, row.pk).values()
    assert applications.file(session, line.actor, row.pk, kept.pk)[1] == b"%PDF-1.7"
    assert (kept.name, queries.answers(session, row.pk)) == ("二.pdf", {"paper": kept.pk})
    with pytest.raises(Invalid) as refused:
        applications.fill(
            session, line.actor, row.pk, {}, uploads={"paper": Upload("x.exe", b"MZ")}, version=None, now=NOW
        )
    assert refused.value.fields == {"paper": "file_kind"}
    applications.fill(session, line.actor, row.pk, {"paper": None}, version=None, now=NOW)
    assert queries.files(session, row.pk) == {}


def test_a_failing_self_assessment_is_refused_and_a_passing_one_kept(session: Session) -> None:
    items = tuple({"key": f"b{n}", "kind": QuestionKind.CHECK, "level": ItemLevel.BASIC} for n in range(2))
    line = Line(session, questions=items, rules={"all_basic": True})
    row = line.begun()
    applications.fill(session, line.actor, row.pk, {"b0": True}, version=None, now=NOW)
    with pytest.raises(Invalid) as refused:
        applications.submit(session, line.actor, row.pk, now=NOW)
    assert refused.value.fields == {"assessment": "assessment"}
    applications.fill(session, line.actor, row.pk, {"b1": True}, version=None, now=NOW)
    assert applications.submit(session, line.actor, row.pk, now=NOW).score["passed"] is True


def test_a_declaration_is_in_force_at_once(session: Session) -> None:
    row = Line(session, level=TierLevel.DECLARATION).submitted()
    assert (row.status, row.number) == (P.GRANTED, "2026-001")
    assert mails(session) == ["application_received", "application_granted"]


def test_a_prefectures_scheme_asks_for_the_city(session: Session, line: Line) -> None:
    line.scheme.scope = SchemeScope.PREFECTURE
    row = line.filled()
    with pytest.raises(Invalid) as refused:
        applications.submit(session, line.actor, row.pk, now=NOW)
    assert refused.value.fields == {"locality": "required"}
    applications.fill(session, line.actor, row.pk, {}, locality="熊本市", version=None, now=NOW)
    assert applications.submit(session, line.actor, row.pk, now=NOW).locality == "熊本市"


@pytest.mark.parametrize(
    ("address", "city"),
    [
        ("熊本県熊本市中央区手取本町1-1", "熊本市"),
        ("加賀市大聖寺南町二41", "加賀市"),
        ("東京都品川区広町2-1-36", "品川区"),
        ("神奈川県足柄下郡箱根町湯本", "箱根町"),
        ("", ""),
        ("1-2-3", ""),
    ],
)
def test_the_city_is_read_from_the_address(session: Session, address: str, city: str) -> None:
    partner = factories.partner(session)
    partner.address = address
    assert intake.locality_of(partner) == city


def test_only_the_partner_fills_in_and_only_its_keepers_hand_in(session: Session, line: Line) -> None:
    row = line.filled()
    stranger = factories.partner_admin(session, factories.partner(session, "よそ"))
    with pytest.raises(NotFound):
        applications.fill(session, stranger, row.pk, {"plan": "x"}, version=None, now=NOW)
    with pytest.raises(NotAllowed):
        applications.fill(session, line.coordinator, row.pk, {"plan": "x"}, version=None, now=NOW)
    member = factories.seat(session, factories.user(session), factories.Role.PARTNER_MEMBER, partner=line.partner)
    applications.fill(session, member, row.pk, {"staff": 3}, version=None, now=NOW)
    with pytest.raises(NotAllowed):
        applications.submit(session, member, row.pk, now=NOW)
    applications.submit(session, line.actor, row.pk, now=NOW)
    with pytest.raises(InvalidTransition):
        applications.fill(session, line.actor, row.pk, {"plan": "y"}, version=None, now=NOW)


def test_asking_back_and_answering(session: Session, line: Line) -> None:
    row = line.submitted()
    screening.screen(session, line.coordinator, row.pk, now=NOW)
    screening.ask(session, line.coordinator, row.pk, "規模は？", now=NOW)
    applications.fill(session, line.actor, row.pk, {"staff": 12}, version=None, now=NOW)
    with pytest.raises(Invalid):
        applications.answer(session, line.actor, row.pk, " ", now=NOW)
    applications.answer(session, line.actor, row.pk, "12人です。", now=NOW)
    assert (row.status, row.asked, row.reply) == (P.SCREENING, "規模は？", "12人です。")
    assert mails(session)[-2:] == ["application_asked", "application_answered"]


def test_withdrawing(session: Session, line: Line) -> None:
    row = line.begun()
    applications.withdraw(session, line.actor, row.pk, now=NOW)
    assert mails(session) == []
    again = line.submitted()
    assert again.pk != row.pk
    applications.withdraw(session, line.actor, again.pk, now=NOW)
    applications.withdraw(session, line.actor, again.pk, now=NOW)
    assert again.status is P.WITHDRAWN
    assert mails(session)[-1:] == ["application_ended"]
    assert session.exec(select(Answer)).first() is not None
