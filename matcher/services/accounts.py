"""People: registering, confirming an address, taking a seat, changing one's own particulars."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from email_validator import EmailNotValidError, validate_email
from sqlmodel import Session

from matcher import policy
from matcher.errors import Invalid, NotFound
from matcher.policy import Actor, Seat, Subject
from matcher.services import counters, flow, notices, passwords, registrations
from matcher.services.tokens import consume_token, digest, find_token, issue_token
from models import Membership, User
from models.enums import Role, TokenPurpose
from models.queries import accounts as queries
from models.queries.accounts import KEEPERS, House

__all__ = ["consume_token", "find_token", "issue_token"]

LANGUAGES = ("ja", "en")
NAME_LENGTH, TITLE_LENGTH, PHONE_LENGTH = 100, 100, 40
#: an operator sets up an account today, and its owner opens the mail after the holidays
WELCOME_LIFETIME = timedelta(days=14)


@dataclass(frozen=True)
class Profile:
    """What people say about themselves."""

    name: str
    title: str = ""
    phone: str = ""
    language: str = "ja"


def fold_email(text: str) -> str:
    """An address in the form in which it is stored, whether or not it is one."""
    return text.strip().casefold()


def valid_email(text: str) -> str:
    """An address that mail can be sent to, folded.

    Raises Invalid for the field ``email``.
    """
    try:
        checked = validate_email(text.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise Invalid({"email": "email"}) from error
    return fold_email(checked.ascii_email or checked.normalized)


def closed_email(user: User) -> str:
    """What stands in the place of the address of somebody who has left; nobody can register it."""
    return f"closed-{user.pk}@invalid"


def is_closed(user: User) -> bool:
    """Whether the owner has closed the account, which cannot be undone."""
    return user.email == closed_email(user)


def person_of(user: User) -> Actor:
    """The person as an actor without seats, for what one does to oneself."""
    return Actor(user.pk, is_admin=user.is_admin, name=user.name)


def create_user(
    session: Session,
    email: str,
    name: str,
    password: str | None,
    language: str,
    now: datetime,
    *,
    confirmed: bool = False,
) -> User:
    """A new person; without a password they choose one by the link of a later mail.

    Raises Invalid for ``email``, ``name`` or ``password``; ``email_taken`` is only for callers whose readers may know.
    """
    address = _check_new(email, name, password)
    if queries.user_by_email(session, address) is not None:
        raise Invalid({"email": "email_taken"})
    return _add(
        session, address, name, passwords.hash_password(password) if password else None, language, now, confirmed
    )


def _check_new(email: str, name: str, password: str | None) -> str:
    fields: dict[str, str] = {}
    address = ""
    try:
        address = valid_email(email)
    except Invalid as error:
        fields |= error.fields
    fields |= _name_problem(name)
    weak = passwords.problem(password, address, name) if password is not None else None
    fields |= {"password": weak} if weak else {}
    if fields:
        raise Invalid(fields)
    return address


def _name_problem(name: str) -> dict[str, str]:
    if not name.strip():
        return {"name": "required"}
    return {"name": "too_long"} if len(name) > NAME_LENGTH else {}


def _add(
    session: Session, email: str, name: str, password_hash: str | None, language: str, now: datetime, confirmed: bool
) -> User:
    user = User(
        email=email,
        name=name.strip(),
        password_hash=password_hash,
        language=language if language in LANGUAGES else LANGUAGES[0],
        email_confirmed_at=now if confirmed else None,
        created_at=now,
        updated_at=now,
    )
    session.add(user)
    session.flush()
    flow.record(session, person_of(user), "user.created", user, Subject(), now)
    return user


def register_person(
    session: Session, *, email: str, name: str, password: str, language: str, now: datetime, return_to: str = ""
) -> User | None:
    """A stranger registers: the new person, with a confirmation mail on its way; None if the address has an account.

    In that case the owner is told by mail, which leads back to `return_to` after signing in, and the caller shows
    the same page as ever. Both ways hash the password, so that they take the same time.

    Raises Invalid for ``email``, ``name`` or ``password``.
    """
    address = _check_new(email, name, password)
    password_hash = passwords.hash_password(password)
    known = queries.user_by_email(session, address)
    if known is not None:
        if known.active:
            notices.mail(session, "already_registered", known, f"{now:%Y%m%d%H}", now, return_to=return_to)
        return None
    user = _add(session, address, name, password_hash, language, now, confirmed=False)
    send_confirmation(session, user, now)
    return user


def send_confirmation(session: Session, user: User, now: datetime) -> None:
    """Mail a link that confirms the address; nothing when it has been confirmed."""
    if user.email_confirmed_at is None:
        token = issue_token(session, TokenPurpose.CONFIRM, user.email, now, user=user)
        notices.mail(session, "confirm", user, digest(token)[:16], now, token=token)


def send_welcome(session: Session, user: User, now: datetime) -> None:
    """Mail a link by which the owner of an account that somebody else set up chooses a password."""
    token = issue_token(session, TokenPurpose.RESET, user.email, now, user=user, lifetime=WELCOME_LIFETIME)
    notices.mail(session, "account_created", user, digest(token)[:16], now, token=token)


def resend_confirmation(session: Session, email: str, network: str, now: datetime) -> None:
    """Send the link again if the address waits for it; the caller cannot tell, and neither can the reader.

    Raises Invalid for something that is no address, Locked after too many mails.
    """
    address = valid_email(email)
    limit_mail(session, address, network, now)
    user = queries.user_by_email(session, address)
    if user is not None and user.active and user.email_confirmed_at is None:
        send_confirmation(session, user, now)
    else:
        issue_token(session, TokenPurpose.CONFIRM, digest(address), now)  # as much work, leading nowhere


def limit_mail(session: Session, address: str, network: str, now: datetime) -> None:
    """Count a mail that anybody can cause. Raises Locked when there have been too many."""
    counted = [(counters.MAIL_ADDRESS, address), (counters.MAIL_NETWORK, network)]
    counters.enter(session, counted, now)
    counters.count(session, counted, now)


def awaiting_confirmation(session: Session, secret: str, now: datetime) -> User:
    """The person whom a confirmation link concerns; confirmed already if the link was used before.

    Raises NotFound when the link leads nowhere.
    """
    row = queries.open_token(session, TokenPurpose.CONFIRM, digest(secret))
    user = session.get(User, row.user_id) if row is not None and row.user_id is not None else None
    if user is None or not user.active:
        raise NotFound("link_gone")
    if user.email_confirmed_at is None:
        find_token(session, TokenPurpose.CONFIRM, secret, now)
    return user


def confirm(session: Session, secret: str, now: datetime) -> User:
    """Confirm the address behind a link; doing it twice is the same as doing it once.

    Raises NotFound when the link leads nowhere.
    """
    user = awaiting_confirmation(session, secret, now)
    if user.email_confirmed_at is None:
        consume_token(session, TokenPurpose.CONFIRM, secret, now)
        mark_confirmed(session, user, now)
    return user


def mark_confirmed(session: Session, user: User, now: datetime) -> None:
    """The address has proved to be the person's own."""
    if user.email_confirmed_at is None:
        user.email_confirmed_at = user.updated_at = now
        flow.record(session, person_of(user), "user.confirmed", user, Subject(), now)
        registrations.announce_confirmed(session, user, now)


def seat(
    session: Session,
    user: User,
    role: Role,
    *,
    municipality_id: int | None = None,
    partner_id: int | None = None,
    department_id: int | None = None,
) -> Membership:
    """Give a person a role at one house; who sits there already changes to it."""
    house = House(municipality_id, partner_id)
    row = queries.seat_at(session, user.pk, house)
    if row is None:
        row = Membership(user_id=user.pk, role=role, municipality_id=municipality_id, partner_id=partner_id)
    row.role, row.department_id = role, department_id
    session.add(row)
    session.flush()
    return row


def require_other_keeper(session: Session, held: Membership) -> None:
    """A house never loses the last person who looks after it.

    Raises Invalid for ``seat``.
    """
    if held.role not in KEEPERS:
        return
    if all(other.user_id == held.user_id for other in queries.keepers(session, House.of(held))):
        raise Invalid({"seat": "last_keeper"})


def change_profile(session: Session, actor: Actor, profile: Profile, version: int | None, now: datetime) -> User:
    """Change one's own particulars.

    Raises Invalid, or Conflict when they were changed elsewhere since the form was opened.
    """
    user = own(session, actor)
    _check_profile(profile)
    mine = {"name": profile.name, "title": profile.title, "phone": profile.phone, "language": profile.language}
    flow.check_version(user, version, mine)
    for field, value in mine.items():
        setattr(user, field, value)
    user.updated_at = now
    flow.record(session, actor, "user.changed", user, Subject(), now)
    return user


def _check_profile(profile: Profile) -> None:
    fields = _name_problem(profile.name)
    for field, value, longest in (
        ("title", profile.title, TITLE_LENGTH),
        ("phone", profile.phone, PHONE_LENGTH),
    ):
        if len(value) > longest:
            fields[field] = "too_long"
    if profile.language not in LANGUAGES:
        fields["language"] = "unknown"
    if fields:
        raise Invalid(fields)


def as_actor(user: User, seats: Iterable[Membership]) -> Actor:
    """A person with these seats, as somebody who acts."""
    held = tuple(Seat(m.role, m.municipality_id, m.partner_id, m.department_id, m.scheme_id) for m in seats)
    return Actor(user.pk, held, user.is_admin, name=user.name)


def own(session: Session, actor: Actor) -> User:
    """The account of the person who acts."""
    policy.require(actor, "site.work", Subject())
    return flow.get(session, User, actor.user_id or 0)
