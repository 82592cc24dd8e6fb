"""How the offices of the demonstration number and sign their documents; prefixes and sections are invented."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlmodel import Session

from matcher.policy import Actor
from matcher.services import papers
from models.enums import PaperKind

#: 様式 as rules of an office usually number them
FORMS = {
    PaperKind.APPLICATION_FORM.value: "様式第1号（第4条関係）",
    PaperKind.DECISION.value: "様式第2号（第6条関係）",
    PaperKind.CERTIFICATE.value: "様式第3号（第6条関係）",
    PaperKind.PROPOSAL_RECEIPT.value: "様式第4号（第8条関係）",
    PaperKind.PILOT_PLAN.value: "様式第5号（第10条関係）",
    PaperKind.SCHEME_REPORT.value: "様式第6号（第12条関係）",
}


@dataclass(frozen=True)
class Office:
    """The settings of one office."""

    prefix: str
    issuer_title: str
    contact: str
    seal_note: str = "公印省略"
    issuer_name: str = ""


OFFICES = {
    "172065": Office("加企", "加賀市長", "加賀市 政策企画部 SDGs推進担当"),
    "431001": Office("熊政", "熊本市長", "熊本市 政策局 SDGs推進担当"),
    "141305": Office("川環", "川崎市長", "川崎市 総務企画局 SDGs推進担当"),
    "131091": Office("品企", "品川区長", "品川区 企画部 SDGs推進担当"),
    "142034": Office("平企", "平塚市長", "平塚市 企画政策部 SDGs推進担当"),
}


def put(session: Session, office: Actor, municipality_id: int, code: str, now: datetime) -> None:
    """Set up one office of the demonstration."""
    papers.set_up(session, office, municipality_id, asdict(OFFICES[code]), FORMS, now=now)
