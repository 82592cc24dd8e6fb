"""Lets the invented partners apply to schemes: two are certified, one waits to be screened, one has been asked back."""

from typing import Any

from matcher.policy import Actor, Seat
from matcher.services import applications, intake, screening
from matcher.services.demo_cast import Cast
from models import Application, SchemeQuestion
from models.enums import QuestionKind, Role
from models.queries import schemes, upkeep

SENSOR, SATOYAMA, FRIDGE = "DEMO-01", "DEMO-02", "DEMO-03"
KAGA, KUMAMOTO = "SCH-KG-01", "SCH-KM-01"
#: partner → what it says of its actions: (target, text)
ACTIONS = {
    SENSOR: [("3.8", "ひとり暮らしの高齢者の見守りを市内2地区で続ける"), ("9.5", "電池式センサーの改良を毎年行う")],
    SATOYAMA: [("15.2", "里山の間伐と植樹を月1回行う"), ("4.7", "小学校の自然観察を年6回受け入れる")],
    FRIDGE: [("12.3", "店の食品ロスを毎月量り、公表する"), ("2.1", "共同冷蔵庫を3か所で運営する")],
}
WORDS = "（デモ）地域の団体と分担して続けている取組です。"


def play(cast: Cast) -> None:
    """Play it; the days lie before the cast's present."""
    _certified(cast, KAGA, SENSOR, "加賀市", 60)
    _certified(cast, KUMAMOTO, FRIDGE, "熊本市", 45)
    _handed_in(cast, KAGA, SATOYAMA, "加賀市", 3)
    asked = _handed_in(cast, KAGA, FRIDGE, "熊本市", 9)
    office = _office(cast, KAGA)
    screening.screen(cast.session, office, asked.pk, now=cast.ago(8))
    screening.ask(cast.session, office, asked.pk, "市内でのご活動の予定を教えてください。", now=cast.ago(8))


def _certified(cast: Cast, key: str, partner: str, locality: str, days: int) -> None:
    row = _handed_in(cast, key, partner, locality, days)
    office = _office(cast, key)
    screening.screen(cast.session, office, row.pk, now=cast.ago(days - 2))
    screening.grant(cast.session, office, row.pk, now=cast.ago(days - 9))


def _handed_in(cast: Cast, key: str, partner: str, locality: str, days: int) -> Application:
    session, applicant, now = cast.session, cast.of_partner(partner), cast.ago(days)
    tier = schemes.ladder(session, upkeep.scheme(session, key).pk)[0].tier
    row = intake.begin(session, applicant, tier.pk, cast.partners[partner], now=now)
    row.is_demo = True
    given = {question.key: _answer(question, partner) for question in applications.questions(session, row)}
    applications.fill(session, applicant, row.pk, given, locality=locality, version=None, now=now)
    return applications.submit(session, applicant, row.pk, now=now)


def _answer(question: SchemeQuestion, partner: str) -> Any:
    if question.kind in (QuestionKind.CHECK, QuestionKind.DECLARATION):
        return True
    if question.kind is QuestionKind.TARGETS:
        return [{"target": target, "text": text} for target, text in ACTIONS[partner]]
    if question.kind is QuestionKind.CHOICE:
        return question.options[-1]["label"]
    return WORDS if question.kind in (QuestionKind.TEXT, QuestionKind.LONG_TEXT) else None


def _office(cast: Cast, key: str) -> Actor:
    """A coordinator's seat at the office that runs a scheme."""
    town = upkeep.scheme(cast.session, key).municipality_id
    return Actor(None, (Seat(Role.COORDINATOR, municipality_id=town),), name="demo")
