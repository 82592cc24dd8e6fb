"""What the platform's operator does: municipalities, accounts, and mail that could not be sent."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlmodel import Session, SQLModel

from matcher import policy
from matcher.errors import Invalid, InvalidTransition, NotAllowed
from matcher.policy import Actor, Subject
from matcher.services import accounts, colleagues, flow, signing
from matcher.services.tokens import void_tokens
from models import Department, Membership, Municipality, OutboxMessage, Partner, User, reference
from models.enums import MailStatus, Role
from models.queries import accounts as account_queries
from models.queries import admin as queries
from models.queries.accounts import House

T = TypeVar("T", bound=SQLModel)

#: kinds of local government, as 全国地方公共団体コード lists them
MUNICIPALITY_KINDS = ("市", "政令指定都市", "中核市", "特別区", "町", "村", "都道府県")
_LONGEST = {"name": 50, "name_kana": 100, "name_en": 100, "slogan": 300, "contact_email": 254}


@dataclass(frozen=True)
class MunicipalityData:
    """What an operator enters about a municipality."""

    name: str
    name_kana: str = ""
    name_en: str = ""
    kind: str = "市"
    slogan: str = ""
    contact_email: str = ""


def _work(actor: Actor) -> None:
    policy.require(actor, "admin.work", Subject())


def look_up(session: Session, actor: Actor, model: type[T], key: int) -> T:
    """Any row, for the operator's eyes. Raises NotFound."""
    _work(actor)
    return flow.get(session, model, key)


def create_municipality(
    session: Session, actor: Actor, code: str, data: MunicipalityData, now: datetime
) -> Municipality:
    """A new tenant. The prefecture follows from the code.

    Raises Invalid for ``code`` (its check digit included) or a field of `data`.
    """
    _work(actor)
    code = reference.plain_digits(code)
    fields = _problems(data)
    if not reference.municipality_code_valid(code) or code[:2] not in reference.PREFECTURES:
        fields["code"] = "municipality_code"
    elif queries.municipality_by_code(session, code) is not None:
        fields["code"] = "municipality_exists"
    if fields:
        raise Invalid(fields)
    prefecture, prefecture_en = reference.PREFECTURES[code[:2]]
    town = Municipality(
        code=code, name=data.name, prefecture=prefecture, prefecture_en=prefecture_en, created_at=now, updated_at=now
    )
    _write(town, data)
    session.add(town)
    flow.record(session, actor, "municipality.created", town, _subject_of_new(session, town), now)
    return town


def _subject_of_new(session: Session, town: Municipality) -> Subject:
    session.flush()
    return Subject(town.pk)


def change_municipality(
    session: Session, actor: Actor, municipality_id: int, data: MunicipalityData, version: int | None, now: datetime
) -> Municipality:
    """Correct the name or the contact. Raises Invalid, or Conflict when it was changed meanwhile."""
    _work(actor)
    town = flow.get(session, Municipality, municipality_id)
    fields = _problems(data)
    if fields:
        raise Invalid(fields)
    flow.check_version(town, version, vars(data))
    _write(town, data)
    town.updated_at = now
    flow.record(session, actor, "municipality.changed", town, Subject(town.pk), now)
    return town


def _problems(data: MunicipalityData) -> dict[str, str]:
    fields = {name: "too_long" for name, longest in _LONGEST.items() if len(getattr(data, name)) > longest}
    if not data.name.strip():
        fields["name"] = "required"
    if data.kind not in MUNICIPALITY_KINDS:
        fields["kind"] = "unknown"
    if data.contact_email:
        try:
            accounts.valid_email(data.contact_email)
        except Invalid:
            fields["contact_email"] = "email"
    return fields


def _write(town: Municipality, data: MunicipalityData) -> None:
    for name, value in vars(data).items():
        setattr(town, name, value)


def add_department(session: Session, actor: Actor, municipality_id: int, name: str, now: datetime) -> Department:
    """One more 所管課. Raises Invalid for ``department``."""
    _work(actor)
    town = flow.get(session, Municipality, municipality_id)
    name = name.strip()
    if not name or len(name) > 100:
        raise Invalid({"department": "too_long" if name else "required"})
    if queries.department_by_name(session, town.pk, name) is not None:
        raise Invalid({"department": "department_exists"})
    row = Department(municipality_id=town.pk, name=name, created_at=now)
    session.add(row)
    flow.record(session, actor, "department.added", row, Subject(town.pk), now)
    return row


def house_for(session: Session, role: Role, municipality_code: str = "", partner_key: str = "") -> House:
    """The house at which `role` sits: a municipality by its code, a partner by its 法人番号 or its number here.

    Raises Invalid for ``municipality`` or ``partner``.
    """
    if role in colleagues.ROLES["municipality"]:
        town = queries.municipality_by_code(session, reference.plain_digits(municipality_code))
        if town is None:
            raise Invalid({"municipality": "unknown"})
        return House(municipality_id=town.pk)
    key = reference.plain_digits(partner_key)
    partner = queries.partner_by_number(session, key) if len(key) == 13 else None
    if partner is None and key.isdecimal() and len(key) < 10:
        partner = session.get(Partner, int(key))
    if partner is None:
        raise Invalid({"partner": "unknown"})
    return House(partner_id=partner.pk)


def create_user(
    session: Session,
    actor: Actor,
    email: str,
    name: str,
    language: str,
    now: datetime,
    *,
    role: Role | None = None,
    house: House | None = None,
) -> User:
    """An account for somebody else, who chooses the password by a link. Raises Invalid."""
    _work(actor)
    user = accounts.create_user(session, email, name, None, language, now)
    if role is not None and house is not None:
        give_seat(session, actor, user.pk, role, house, now)
    accounts.send_welcome(session, user, now)
    return user


def give_seat(session: Session, actor: Actor, user_id: int, role: Role, house: House, now: datetime) -> Membership:
    """Let a person work for a house. Raises Invalid for ``role`` when the house has no such role."""
    _work(actor)
    user = flow.get(session, User, user_id)
    if role not in colleagues.roles_of(house):
        raise Invalid({"role": "unknown"})
    row = accounts.seat(session, user, role, municipality_id=house.municipality_id, partner_id=house.partner_id)
    flow.record(session, actor, "membership.granted", row, colleagues.subject_of(house), now, role=role.value)
    return row


def take_seat(session: Session, actor: Actor, membership_id: int, now: datetime) -> None:
    """Take a seat away; unlike colleagues, an operator may leave a house without anybody."""
    _work(actor)
    row = flow.get(session, Membership, membership_id)
    subject = colleagues.subject_of(House.of(row))
    flow.record(session, actor, "membership.revoked", row, subject, now, own=row.user_id == actor.user_id)
    if row.scheme_id is None:  # nobody is invited to screen
        colleagues.end_invitations(session, House.of(row), flow.get(session, User, row.user_id).email, now)
    session.delete(row)
    session.flush()


def set_active(session: Session, actor: Actor, user_id: int, active: bool, now: datetime) -> User:
    """Shut somebody out at once, or let them in again; a closed account stays closed. Never oneself."""
    user = _somebody_else(session, actor, user_id)
    if active and accounts.is_closed(user):
        raise NotAllowed("closed_account")
    user.active, user.updated_at = active, now
    if not active:
        signing.end_all_sessions(session, user)
        void_tokens(session, user, now)
    flow.record(session, actor, "user.enabled" if active else "user.disabled", user, Subject(), now)
    return user


def set_admin(session: Session, actor: Actor, user_id: int, is_admin: bool, now: datetime) -> User:
    """Make somebody an operator, or no longer. Never oneself: so there is always one left."""
    user = _somebody_else(session, actor, user_id)
    user.is_admin, user.updated_at = is_admin, now
    flow.record(session, actor, "user.admin_granted" if is_admin else "user.admin_revoked", user, Subject(), now)
    return user


def _somebody_else(session: Session, actor: Actor, user_id: int) -> User:
    """Another person's row, while every operator's is held: two who demote each other at once leave one."""
    _work(actor)
    if actor.user_id not in {operator.pk for operator in account_queries.admins(session)}:
        raise NotAllowed(action="admin.work")
    user = flow.get(session, User, user_id)
    if user.pk == actor.user_id:
        raise NotAllowed("not_oneself")
    return user


def resend_link(session: Session, actor: Actor, user_id: int, now: datetime) -> None:
    """Send the mail again that somebody needs to come in for the first time.

    Raises InvalidTransition when they do not need one.
    """
    _work(actor)
    user = flow.get(session, User, user_id)
    if not user.active or (user.email_confirmed_at is not None and user.password_hash is not None):
        raise InvalidTransition("user", "resend_link", "active" if user.active else "disabled")
    if user.password_hash is None:
        accounts.send_welcome(session, user, now)
    else:
        accounts.send_confirmation(session, user, now)
    flow.record(session, actor, "user.link_resent", user, Subject(), now)


def resend_mail(session: Session, actor: Actor, message_id: int, now: datetime) -> OutboxMessage:
    """Try a dead mail again from the beginning. Raises InvalidTransition for any other, or for one long forgotten."""
    _work(actor)
    message = flow.get(session, OutboxMessage, message_id)
    if message.status is not MailStatus.DEAD or not message.to_email:
        raise InvalidTransition("mail", "resend", message.status.value)
    message.status, message.attempts, message.next_attempt_at = MailStatus.PENDING, 0, now
    flow.record(session, actor, "mail.resent", message, Subject(), now, template=message.template)
    return message
