"""The people of one house: inviting them by e-mail, changing what they may do, and taking their seat away."""

from datetime import datetime

from sqlmodel import Session

from matcher import policy
from matcher.errors import Invalid, NotAllowed, NotFound
from matcher.policy import Actor, Subject
from matcher.services import accounts, flow, notices
from matcher.services.tokens import consume_token, digest, find_token, issue_token
from models import Department, Membership, Municipality, Partner, Token, User
from models.enums import Role, TokenPurpose
from models.queries import accounts as queries
from models.queries.accounts import House

ROLES = {
    "municipality": (Role.COORDINATOR, Role.DEPARTMENT),
    "partner": (Role.PARTNER_ADMIN, Role.PARTNER_MEMBER),
}
#: invitations of one house that wait at the same time
MOST_INVITATIONS = 100


def subject_of(house: House) -> Subject:
    """A house as what an action is about."""
    return Subject(house.municipality_id, frozenset({house.partner_id} if house.partner_id else ()))


def roles_of(house: House) -> tuple[Role, ...]:
    """The roles that a house has to give."""
    return ROLES["partner" if house.partner_id else "municipality"]


def house_row(session: Session, house: House) -> Municipality | Partner:
    """The municipality or the partner itself. Raises NotFound."""
    if house.partner_id:
        return flow.get(session, Partner, house.partner_id)
    return flow.get(session, Municipality, house.municipality_id or 0)


def visit(session: Session, actor: Actor, house: House) -> Municipality | Partner:
    """Look at the people of a house: for everybody who sits there, and nobody else.

    Raises NotFound.
    """
    policy.require(actor, "partner.work" if house.partner_id else "city.work", subject_of(house))
    return house_row(session, house)


def invite(
    session: Session,
    actor: Actor,
    house: House,
    email: str,
    role: Role,
    now: datetime,
    *,
    department_id: int | None = None,
    language: str = "ja",
) -> None:
    """Mail somebody an invitation to take a seat; an earlier one to the same address ends.

    Raises Invalid for ``email``, ``role`` or ``department_id``.
    """
    policy.require(actor, "colleague.invite", subject_of(house))
    address = accounts.valid_email(email)
    _check_place(session, house, role, department_id)
    known = queries.user_by_email(session, address)
    if known is not None and queries.seat_at(session, known.pk, house) is not None:
        raise Invalid({"email": "already_colleague"})
    waiting = queries.open_invitations(session, house, now)
    if len(waiting) >= MOST_INVITATIONS:
        raise Invalid({"email": "too_many_invitations"})
    end_invitations(session, house, address, now)
    _send(session, actor, house, address, role, department_id, known.language if known else language, now)


def end_invitations(session: Session, house: House, address: str, now: datetime) -> None:
    """An earlier link leads nowhere any more: neither to a second seat nor back to one that was taken away."""
    for earlier in queries.open_invitations(session, house, now):
        if earlier.email == address:
            earlier.used_at = now


def _check_place(session: Session, house: House, role: Role, department_id: int | None) -> None:
    if role not in roles_of(house):
        raise Invalid({"role": "unknown"})
    if department_id is None:
        return
    department = session.get(Department, department_id)
    if department is None or department.municipality_id != house.municipality_id:
        raise Invalid({"department_id": "unknown"})


def _send(
    session: Session,
    actor: Actor,
    house: House,
    address: str,
    role: Role,
    department_id: int | None,
    language: str,
    now: datetime,
) -> None:
    row = house_row(session, house)
    secret = issue_token(
        session,
        TokenPurpose.INVITE,
        address,
        now,
        role=role.value,
        municipality_id=house.municipality_id,
        partner_id=house.partner_id,
        department_id=department_id,
    )
    key = digest(secret)[:16]
    notices.mail_address(session, "invite_colleague", address, language, key, now, token=secret, house=row.name)
    flow.record(session, actor, "colleague.invited", row, subject_of(house), now, role=role.value)


def withdraw_invitation(session: Session, actor: Actor, house: House, token_id: int, now: datetime) -> None:
    """Make an invitation useless before it is taken up. Raises NotFound for another house's."""
    policy.require(actor, "colleague.invite", subject_of(house))
    row = next((token for token in queries.open_invitations(session, house, now) if token.id == token_id), None)
    if row is None:
        raise NotFound()
    row.used_at = now
    flow.record(session, actor, "colleague.uninvited", house_row(session, house), subject_of(house), now)


def invitation(session: Session, secret: str, now: datetime) -> tuple[Token, House]:
    """An invitation that can still be taken up, and the house that it leads to. Raises NotFound."""
    token = find_token(session, TokenPurpose.INVITE, secret, now)
    return token, House(token.payload.get("municipality_id"), token.payload.get("partner_id"))


def join(session: Session, actor: Actor, secret: str, now: datetime) -> Membership:
    """Take up an invitation with the account that one is signed in to.

    Raises NotFound when the link leads nowhere, NotAllowed when it was sent to another address.
    """
    token, _house = invitation(session, secret, now)
    user = accounts.own(session, actor)
    if user.email != token.email:
        raise NotAllowed("other_address")
    return _sit_down(session, user, secret, now)


def join_as_new(session: Session, secret: str, name: str, password: str, language: str, now: datetime) -> User:
    """Take up an invitation with a new account, whose address the link has proved.

    Raises NotFound when the link leads nowhere, Invalid for ``name`` or ``password``, and NotAllowed when the address
    has an account, which must be signed in to first.
    """
    token, _house = invitation(session, secret, now)
    if queries.user_by_email(session, token.email) is not None:
        raise NotAllowed("sign_in_first")
    user = accounts.create_user(session, token.email, name, password, language, now, confirmed=True)
    _sit_down(session, user, secret, now)
    return user


def _sit_down(session: Session, user: User, secret: str, now: datetime) -> Membership:
    token = consume_token(session, TokenPurpose.INVITE, secret, now)
    house = House(token.payload.get("municipality_id"), token.payload.get("partner_id"))
    held = queries.seat_at(session, user.pk, house)
    if held is not None:
        return held
    row = accounts.seat(
        session,
        user,
        Role(token.payload["role"]),
        municipality_id=house.municipality_id,
        partner_id=house.partner_id,
        department_id=token.payload.get("department_id"),
    )
    flow.record(
        session, accounts.person_of(user), "membership.granted", row, subject_of(house), now, role=row.role.value
    )
    return row


def change_role(session: Session, actor: Actor, house: House, membership_id: int, role: Role, now: datetime) -> None:
    """Let a colleague do more or less.

    Raises NotFound for another house's, Invalid for ``role``, and for ``seat`` when nobody would look after the house.
    """
    policy.require(actor, "colleague.invite", subject_of(house))
    row = _seat_in(session, house, membership_id)
    if role not in roles_of(house):
        raise Invalid({"role": "unknown"})
    if row.role == role:
        return
    accounts.require_other_keeper(session, row)
    before, row.role = row.role, role
    flow.record(
        session, actor, "membership.changed", row, subject_of(house), now, before=before.value, after=role.value
    )


def revoke(session: Session, actor: Actor, house: House, membership_id: int, now: datetime) -> None:
    """Take a colleague's seat away, or give up one's own.

    Raises NotFound for another house's, Invalid for ``seat`` when nobody would look after the house.
    """
    row = _seat_in(session, house, membership_id)
    own = row.user_id == actor.user_id
    if not own:
        policy.require(actor, "colleague.invite", subject_of(house))
    accounts.require_other_keeper(session, row)
    flow.record(session, actor, "membership.revoked", row, subject_of(house), now, own=own)
    end_invitations(session, house, flow.get(session, User, row.user_id).email, now)
    session.delete(row)
    session.flush()


def _seat_in(session: Session, house: House, membership_id: int) -> Membership:
    row = flow.get(session, Membership, membership_id)
    if House.of(row) != house:
        raise NotFound()
    return row
