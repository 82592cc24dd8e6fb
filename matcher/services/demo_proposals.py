"""A year of the demonstration's City Lab: invented proposals, played through the services on the days they name."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlmodel import Session

from matcher.policy import SYSTEM, Actor, Seat
from matcher.services import consultations, outcomes, pilots, proposal_steps, proposals
from matcher.services.demo_rows import Line
from matcher.services.outcomes import Outcome
from matcher.services.pilots import Criterion, PlanData
from matcher.services.proposal_data import ProposalData
from models import Challenge, Collaboration, Partner, Proposal, ProposalPartner
from models.enums import CollaborationResult, ConsultationStatus, ProposalDecline, Role
from models.queries import pilots as pilot_queries
from models.queries import proposals as queries
from models.queries import upkeep

INVENTED = {"invented": True}
#: what an invented department says when it does not simply agree
SAYS = {"no": "今年度は場所と人手を用意できません。", "question": "安全の責任を誰が負うのかを教えてください。"}


@dataclass(frozen=True)
class Play:
    """One line with the proposal that it becomes, and the office that deals with it."""

    session: Session
    line: Line
    row: Proposal
    office: Actor
    partner: Actor

    def on(self, step: str) -> datetime:
        """The morning of the day on which a step was taken."""
        return datetime.combine(date.fromisoformat(self.line[step]), time(1), UTC)


def put(session: Session, line: Line) -> None:
    """Store one proposal with everything that became of it."""
    town = upkeep.towns(session)[line["municipality_code"]].pk
    office = Actor(None, (Seat(Role.COORDINATOR, municipality_id=town),), name="demo")
    lead = upkeep.outside_keys(session, Partner)[line["lead"]]
    partner = Actor(None, (Seat(Role.PARTNER_ADMIN, partner_id=lead),), name="demo")
    play = Play(session, line, _drafted(session, line, town), office, partner)
    proposals.submit(session, partner, play.row.pk, now=play.on("received"))
    for step, act in ACTS.items():
        if step in line:
            act(play)
    session.flush()


def _drafted(session: Session, line: Line, municipality_id: int) -> Proposal:
    """A draft of invented partners, which may have been registered elsewhere only."""
    known = upkeep.outside_keys(session, Partner)
    challenge = upkeep.outside_keys(session, Challenge)[line["challenge"]] if line["challenge"] else None
    said = ProposalData(**{name: line[name] for name in ("title", "summary", "solution", "field")})
    then = datetime.combine(date.fromisoformat(line["received"]), time(0), UTC) - timedelta(days=3)
    row = proposals.draft(session, SYSTEM, known[line["lead"]], municipality_id, said, challenge, then)
    row.is_demo, row.external_key, row.provenance = True, line["id"], INVENTED
    if line["joint"]:
        joint = ProposalPartner(proposal_id=row.pk, partner_id=known[line["joint"]], agreed_at=then, created_at=then)
        session.add(joint)
    session.flush()
    return row


def _ask(play: Play) -> None:
    departments = sorted(upkeep.departments(play.session, play.row.municipality_id).values())
    first = sum(map(ord, play.line["id"])) % len(departments)
    keys = [departments[(first + n) % len(departments)] for n in range(len(play.line["answers"]))]
    due = date.fromisoformat(play.line["answered"]) + timedelta(days=3)
    question = "この提案に応じることはできますか。場所、人手、決まりの面からお答えください。"
    consultations.ask(play.session, play.office, play.row.pk, keys, question, due, now=play.on("asked"))


def _answer(play: Play) -> None:
    asked = queries.consultations(play.session, play.row.pk)
    for each, says in zip(asked, play.line["answers"], strict=True):
        said = ConsultationStatus(says)
        words = SAYS.get(says, "")
        consultations.answer(play.session, play.office, each.row.pk, said, words, now=play.on("answered"))


def _talk(play: Play) -> None:
    proposal_steps.begin_dialogue(play.session, play.office, play.row.pk, now=play.on("dialogue"))


def _prepare(play: Play) -> None:
    now = play.on("prepared")
    proposal_steps.prepare(play.session, play.office, play.row.pk, play.row.title, now=now)
    planned = play.session.get_one(Collaboration, play.row.collaboration_id)
    planned.is_demo, planned.provenance = True, INVENTED


def _begin(play: Play) -> None:
    """Both sides agree to the plan in the week before the pilot begins."""
    key, plan, now = play.row.collaboration_id or 0, play.line["plan"], play.on("pilot")
    said = PlanData(
        **{name: plan[name] for name in ("place", *pilots.TEXTS, "cost_city", "cost_partner")},
        period_from=now.date(),
        period_until=date.fromisoformat(play.line["completed"]),
        criteria=[Criterion(measure, target, unit) for measure, target, unit, *_judged in plan["criteria"]],
    )
    pilots.lay_down(play.session, play.office, key, said, None, now=now - timedelta(days=7))
    pilots.agree(play.session, play.office, key, None, now=now - timedelta(days=6))
    pilots.agree(play.session, play.partner, key, None, now=now - timedelta(days=4))
    pilots.begin(play.session, play.office, key, now=now)


def _complete(play: Play) -> None:
    key, result = play.row.collaboration_id or 0, CollaborationResult(play.line["result"])
    judged = [line[3:] for line in play.line["plan"]["criteria"]]
    rows = pilot_queries.criteria(play.session, key)
    criteria = [(row.pk, measured, met) for row, (measured, met) in zip(rows, judged, strict=True)]
    said = Outcome(result, play.line["outcome"], criteria=criteria)
    outcomes.finish(play.session, play.office, key, said, now=play.on("completed"))


def _decline(play: Play) -> None:
    reason = ProposalDecline(play.line["reason"])
    proposal_steps.decline(play.session, play.office, play.row.pk, reason, "", now=play.on("declined"))


def _withdraw(play: Play) -> None:
    proposals.withdraw(play.session, play.partner, play.row.pk, now=play.on("withdrawn"))


#: step of a line → how it is played, in the order in which steps come
ACTS = {
    "asked": _ask,
    "answered": _answer,
    "dialogue": _talk,
    "prepared": _prepare,
    "pilot": _begin,
    "completed": _complete,
    "declined": _decline,
    "withdrawn": _withdraw,
}
