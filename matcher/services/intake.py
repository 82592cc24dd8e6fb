"""Beginning an application: which tier can be applied to, by whom, and when."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from matcher import policy
from matcher.errors import Invalid, NotFound
from matcher.policy import Actor, Subject
from matcher.services import certificates, flow
from matcher.services.challenge_data import today
from models import Application, Partner, Scheme, SchemeTier
from models.enums import ApplicationKind, Intake, SchemeStatus
from models.queries import applications as queries

LONGEST_LOCALITY = 60
_CITY = re.compile(r"(?:.{2,3}?[都道府県])?(?:[^市区町村]+?郡)?([^\s0-9０-９]+?[市区町村])")


@dataclass(frozen=True)
class Rung:
    """A tier with the scheme it belongs to."""

    tier: SchemeTier
    scheme: Scheme

    def subject(self, partner_id: int) -> Subject:
        """What beginning an application to it is about."""
        partners = frozenset({partner_id})
        return Subject(self.scheme.municipality_id, partners, public=True, scheme_id=self.scheme.pk)


def rung(session: Session, tier_id: int) -> Rung:
    """A tier that can be applied to. Raises NotFound for one that the public cannot see, or that nobody runs."""
    tier = flow.get(session, SchemeTier, tier_id)
    scheme = flow.get(session, Scheme, tier.scheme_id)
    if not scheme.published or scheme.municipality_id is None or scheme.status is SchemeStatus.ENDED:
        raise NotFound()
    return Rung(tier, scheme)


def obstacle(session: Session, found: Rung, partner: Partner, on: date) -> str:
    """Why `partner` cannot begin an application on this day: a code, or "" when it can."""
    kinds, required = found.scheme.eligible_kinds, found.tier.requires_id
    if kinds and partner.kind.value not in kinds:
        return "kind_not_eligible"
    if queries.standing(session, found.tier.pk, partner.pk) is not None:
        return "held_already"
    if required is not None and not _in_force(session, required, partner.pk, on):
        return "lower_tier"
    if queries.form_in_use(session, found.tier.pk) is None:
        return "no_form"
    return "" if _takes(session, found.tier, on) else "round_closed"


def _in_force(session: Session, tier_id: int, partner_id: int, on: date) -> bool:
    held = queries.standing(session, tier_id, partner_id)
    return held is not None and certificates.is_valid(held, on)


def _takes(session: Session, tier: SchemeTier, on: date) -> bool:
    return tier.intake is Intake.ROLLING or queries.open_round(session, tier.pk, on) is not None


def begin(session: Session, actor: Actor, tier_id: int, partner_id: int, *, now: datetime) -> Application:
    """Start a draft; the one that is open already is found again.

    Raises NotFound, NotAllowed, or Invalid({"tier": …}) with what `obstacle` says.
    """
    found = rung(session, tier_id)
    policy.require(actor, "application.begin", found.subject(partner_id))
    partner = flow.locked(session, Partner, partner_id)
    there = queries.unfinished(session, tier_id, partner_id)
    if there is not None:
        return there
    why = obstacle(session, found, partner, today(now))
    if why:
        raise Invalid({"tier": why})
    return start(session, actor, found, partner, ApplicationKind.NEW, None, now)


def start(
    session: Session,
    actor: Actor,
    found: Rung,
    partner: Partner,
    kind: ApplicationKind,
    previous: Application | None,
    now: datetime,
) -> Application:
    """Write the draft down. Raises Invalid when the tier has no form."""
    form = queries.form_in_use(session, found.tier.pk)
    if form is None or found.scheme.municipality_id is None:
        raise Invalid({"tier": "no_form"})
    row = Application(
        scheme_id=found.scheme.pk,
        tier_id=found.tier.pk,
        form_id=form.pk,
        municipality_id=found.scheme.municipality_id,
        partner_id=partner.pk,
        previous_id=previous.pk if previous else None,
        kind=kind,
        status_since=now,
        locality=previous.locality if previous else locality_of(partner),
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    flow.record(session, actor, "application.begun", row, flow.of_application(row), now, kind=kind.value)
    return row


def locality_of(partner: Partner) -> str:
    """The city in a partner's address; "" when there is none to be read."""
    found = _CITY.match(partner.address.removeprefix(partner.prefecture).strip())
    return found.group(1)[:LONGEST_LOCALITY] if found else ""
