"""Introductions (紹介): whom each side may call from now on, written down as it stands, and the mail about it."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from matcher.lifecycles import CHALLENGE, RECOMMENDATION
from matcher.policy import SYSTEM
from matcher.services import challenge_data, flow, notices
from models import Challenge, Department, Introduction, Municipality, Partner, Recommendation, User
from models.enums import ChallengeStatus
from models.queries import recipients


@dataclass(frozen=True, kw_only=True)
class Contact:
    """A person at a partner whom nobody here knows by an account, as the office was told."""

    name: str
    title: str = ""
    email: str = ""
    phone: str = ""

    def errors(self) -> dict[str, str]:
        """What is wrong with it: `contact_…` → code. Somebody can be called only by name and in one way at least."""
        limits = {"name": challenge_data.NAME, "title": challenge_data.NAME}
        limits |= {"email": challenge_data.EMAIL, "phone": challenge_data.PHONE}
        found = {f"contact_{name}": "too_long" for name, most in limits.items() if len(getattr(self, name)) > most}
        if self.email and not challenge_data.EMAIL_SHAPE.fullmatch(self.email):
            found["contact_email"] = "email"
        if not self.name:
            found["contact_name"] = "required"
        if not self.email and not self.phone:
            found["contact_phone"] = "required"
        return found


def introduce(
    session: Session, row: Recommendation, challenge: Challenge | None, partner_contact: dict[str, Any], now: datetime
) -> Introduction:
    """Write both contacts down as they stand now, open the dialogue, and tell everybody concerned."""
    flow.move(session, SYSTEM, RECOMMENDATION, row, "introduce", flow.of_recommendation(row), now)
    made = Introduction(
        recommendation_id=row.pk,
        municipality_id=row.municipality_id,
        city_contact=_asking_contact(session, row, challenge),
        partner_contact=partner_contact,
        created_at=now,
    )
    session.add(made)
    if challenge is not None and challenge.status is ChallengeStatus.PUBLISHED:
        flow.move(session, SYSTEM, CHALLENGE, challenge, "begin_dialogue", flow.of_challenge(challenge), now)
    _tell_both(session, row, now)
    return made


def of_user(session: Session, user_id: int | None, organisation: str) -> dict[str, Any]:
    """Somebody with an account as a contact; without one, the organisation alone."""
    user = session.get(User, user_id) if user_id is not None else None
    known = {"name": user.name, "title": user.title, "email": user.email, "phone": user.phone} if user else {}
    return {"organisation": organisation, "title": "", "name": "", "email": "", "phone": ""} | known


def as_told(contact: Contact, organisation: str) -> dict[str, Any]:
    """Somebody without an account as a contact."""
    return {"organisation": organisation} | asdict(contact)


def about(session: Session, row: Recommendation) -> dict[str, Any]:
    """What a mail about a recommendation says: which one, of whom, for what, and the office's own words."""
    challenge = session.get(Challenge, row.challenge_id) if row.challenge_id is not None else None
    seeker = session.get(Partner, row.seeker_id) if row.seeker_id is not None else None
    town = flow.get(session, Municipality, row.municipality_id)
    return {
        "recommendation_id": row.pk,
        "challenge_id": row.challenge_id,
        "challenge_title": challenge.title if challenge else "",
        "seeker_name": seeker.name if seeker else "",
        "partner_name": flow.get(session, Partner, row.partner_id).name,
        "municipality_name": town.name,
        "municipality_name_en": town.name_en,
        "message": row.message,
    }


def mail_key(row: Recommendation, at: datetime) -> str:
    """Makes what happens to a recommendation at one moment one mail."""
    return f"{row.pk}-{int(at.timestamp())}"


def office(session: Session, row: Recommendation) -> list[User]:
    """The coordinators, and whoever wrote the challenge and still works there."""
    people = recipients.coordinators_of(session, row.municipality_id)
    challenge = session.get(Challenge, row.challenge_id) if row.challenge_id is not None else None
    author = recipients.author_of(session, challenge) if challenge else None
    if author is not None and author not in people:
        people.append(author)
    return people


def _tell_both(session: Session, row: Recommendation, now: datetime) -> None:
    """The mails say that there are contacts, not which: those stay behind the sign-in."""
    known, key = about(session, row), mail_key(row, now)
    partner_side = recipients.people_of_partner(session, row.partner_id)
    notices.mail_all(session, "introduction", partner_side, key, now, **known, side="partner")
    notices.mail_all(session, "introduction", office(session, row), key, now, **known, side="city")
    if row.seeker_id is not None:
        seekers = recipients.people_of_partner(session, row.seeker_id)
        notices.mail_all(session, "introduction", seekers, key, now, **known, side="seeker")


def _asking_contact(session: Session, row: Recommendation, challenge: Challenge | None) -> dict[str, Any]:
    """Whom the partner may call: the challenge's contact, the seeking partner's person, or else the coordinator."""
    if row.seeker_id is not None:
        seeker = flow.get(session, Partner, row.seeker_id)
        people = recipients.people_of_partner(session, row.seeker_id)
        if people:
            return of_user(session, people[0].pk, seeker.name)
    town = flow.get(session, Municipality, row.municipality_id)
    if challenge is not None and (challenge.contact_email or challenge.contact_phone):
        department = session.get(Department, challenge.department_id) if challenge.department_id is not None else None
        return {
            "organisation": town.name,
            "title": department.name if department else "",
            "name": challenge.contact_name,
            "email": challenge.contact_email,
            "phone": challenge.contact_phone,
        }
    return of_user(session, row.decided_by_id, town.name)
