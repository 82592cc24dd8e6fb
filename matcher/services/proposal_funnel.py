"""What becomes of proposals (提案): how many come how far, by kind, and how long each step takes from receipt."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from matcher import policy
from matcher.policy import Actor
from matcher.services import flow
from matcher.services.funnel import Lead, lead_of
from models.enums import ProposalKind, ProposalStatus
from models.queries import proposal_work as queries
from models.queries.proposal_work import Course, Reached

STEPS = Reached._fields
#: how a proposal ends that does not become a pilot
ENDS = (ProposalStatus.DECLINED, ProposalStatus.WITHDRAWN, ProposalStatus.FORWARDED)


@dataclass(frozen=True)
class Step:
    """How many proposals reached a step: of both kinds, of each kind, and the median of days since receipt."""

    name: str
    count: int
    kinds: dict[ProposalKind, int]
    from_receipt: Lead


@dataclass(frozen=True)
class Outcome:
    """The steps, and in how many cases it ended otherwise, by status and kind."""

    steps: list[Step]
    ends: dict[ProposalStatus, Counter[ProposalKind]]

    @property
    def received(self) -> int:
        return self.steps[0].count


def outcome(session: Session, actor: Actor, municipality_id: int) -> Outcome:
    """What became of the proposals of an office. One query.

    Raises NotFound for somebody from elsewhere.
    """
    policy.require(actor, "city.work", flow.of_municipality(municipality_id))
    found = queries.courses(session, municipality_id)
    ends = {end: Counter(course.kind for course in found if course.status is end) for end in ENDS}
    return Outcome([_step(number, found) for number in range(len(STEPS))], ends)


def _step(number: int, found: Sequence[Course]) -> Step:
    there = [course for course in found if course.reached[number] is not None]
    kinds = Counter(course.kind for course in there)
    lead = lead_of((course.reached.received, course.reached[number]) for course in there)
    return Step(STEPS[number], len(there), {kind: kinds[kind] for kind in ProposalKind}, lead)
