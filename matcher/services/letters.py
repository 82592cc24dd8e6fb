"""The mails of an application: to its office and the screeners of its scheme, and to its partner."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from matcher.services import flow, notices
from models import Application, Municipality, Partner, Scheme, SchemeTier
from models.queries import recipients


def to_office(session: Session, template: str, row: Application, now: datetime, **more: Any) -> None:
    """Tell the coordinators and the screeners of the scheme; who is both is told once."""
    people = recipients.coordinators_of(session, row.municipality_id)
    known = {person.pk for person in people}
    people += [person for person in recipients.screeners_of(session, row.scheme_id) if person.pk not in known]
    notices.mail_all(session, template, people, _key(row), now, **names(session, row), **more)


def to_partner(session: Session, template: str, row: Application, now: datetime, **more: Any) -> None:
    """Tell everybody who signs in for the partner."""
    people = recipients.people_of_partner(session, row.partner_id)
    notices.mail_all(session, template, people, _key(row), now, **names(session, row), **more)


def _key(row: Application) -> str:
    """Each step is told once; a later step has a later version."""
    return f"{row.pk}-{row.version}"


def names(session: Session, row: Application) -> dict[str, Any]:
    """What the mails say of an application."""
    town, tier = flow.get(session, Municipality, row.municipality_id), flow.get(session, SchemeTier, row.tier_id)
    return {
        "application_id": row.pk,
        "partner": flow.get(session, Partner, row.partner_id).name,
        "scheme": flow.get(session, Scheme, row.scheme_id).name,
        "tier": tier.name,
        "municipality": town.name,
        "municipality_en": town.name_en,
    }
