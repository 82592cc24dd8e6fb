"""Documents of the work between handing in and outcome: a proposal's receipt, minutes, and the plan of a pilot.

They take plain values, so that whoever keeps proposals, groups or pilots says what stands in them.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from flask_babel import gettext as _

from matcher.services.papers import About
from models.enums import PaperKind, ProposalKind
from web.i18n import datetime_ja
from web.papers import Draft, titled


@dataclass(frozen=True)
class Receipt:
    """A proposal as it was received; `digest` is the SHA-256 of its content, the first of `partners` leads.

    `own` is set when the partner itself prints it, without a number of the office.
    """

    proposal_id: int
    partner_id: int
    partners: tuple[str, ...]
    kind: ProposalKind
    title: str
    challenge: str
    number: str
    received_at: datetime
    digest: str
    confidential: bool
    own: bool = False


@dataclass(frozen=True)
class Minutes:
    """A meeting of a group; `tasks` are (what, who, until when)."""

    meeting_id: int
    group: str
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    present: tuple[str, ...]
    absent: tuple[str, ...]
    agenda: str
    minutes: str
    tasks: tuple[tuple[str, str, date | None], ...] = ()


@dataclass(frozen=True)
class Plan:
    """What both sides agree to before a pilot; `criteria` are (measure, target with its unit), costs in yen."""

    collaboration_id: int
    title: str
    partners: tuple[str, ...]
    department: str
    agreement: str
    agreement_date: date | None
    first: date | None
    last: date | None
    place: str
    roles: str
    data: str
    safety: str
    cost_city: int | None
    cost_partner: int | None
    criteria: tuple[tuple[str, str], ...]
    partner_id: int | None = None


def receipt(said: Receipt) -> Draft:
    """Who handed in which idea, and when to the minute; a register does not name a confidential one."""
    kind = PaperKind.PROPOSAL_RECEIPT
    title = titled(kind, said.number if said.confidential else said.title)
    about = About(kind, "proposal", said.proposal_id, title, said.partners[0], said.partner_id)
    return Draft(about, "papers/receipt.html", {"said": said, "received": datetime_ja(said.received_at)})


def minutes(said: Minutes, *, signed: bool = True) -> Draft:
    """Who met when and where, what was on the agenda, what was said, and who does what until when.

    An office signs and numbers it; a group's own minutes carry neither.
    """
    about = About(PaperKind.MINUTES, "groupmeeting", said.meeting_id, titled(PaperKind.MINUTES, said.title))
    hours = _("%(first)s to %(last)s", first=datetime_ja(said.starts_at), last=datetime_ja(said.ends_at))
    return Draft(about, "papers/minutes.html", {"said": said, "hours": hours, "signed": signed})


def pilot_plan(said: Plan) -> Draft:
    """Period, field, roles, data, safety, costs and the criteria of success, as agreed."""
    addressee = said.partners[0] if said.partners and said.partner_id is not None else ""
    title = titled(PaperKind.PILOT_PLAN, said.title)
    about = About(PaperKind.PILOT_PLAN, "collaboration", said.collaboration_id, title, addressee, said.partner_id)
    return Draft(about, "papers/pilot_plan.html", asdict(said))
