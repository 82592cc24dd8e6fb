"""What the platform's operator does, on both databases."""

import pytest
from sqlmodel import Session, select

from matcher.errors import Conflict, Invalid, InvalidTransition, NotAllowed, NotFound
from matcher.policy import Actor
from matcher.services import accounts, admin, leaving, signing
from models import AuditEvent, OutboxMessage, User, UserSession
from models.enums import MailStatus, Role
from models.queries import accounts as account_queries
from models.queries import admin as queries
from models.queries.accounts import House
from tests import factories
from tests.factories import NOW

GOOD = "correct horse battery"
DATA = admin.MunicipalityData(name="箱根町", name_en="Hakone", kind="町", contact_email="sdgs@example.lg.jp")


@pytest.fixture
def operator(session: Session) -> Actor:
    return accounts.person_of(factories.user(session, "運営 一郎", is_admin=True))


def test_only_operators_do_any_of_this(session: Session) -> None:
    actor = factories.coordinator(session, factories.municipality(session))
    for action in (
        lambda: admin.create_municipality(session, actor, "143821", DATA, NOW),
        lambda: admin.create_user(session, actor, "new@example.jp", "新人", "ja", NOW),
        lambda: admin.set_admin(session, actor, 1, True, NOW),
        lambda: admin.resend_mail(session, actor, 1, NOW),
        lambda: admin.look_up(session, actor, User, 1),
    ):
        with pytest.raises(NotFound):
            action()


def test_a_municipality_is_added_once_with_its_prefecture(session: Session, operator: Actor) -> None:
    town = admin.create_municipality(session, operator, "１４３８２－１", DATA, NOW)
    assert (town.code, town.prefecture, town.prefecture_en) == ("143821", "神奈川県", "Kanagawa")
    with pytest.raises(Invalid) as caught:
        admin.create_municipality(session, operator, "143821", DATA, NOW)
    assert caught.value.fields == {"code": "municipality_exists"}
    bad = admin.MunicipalityData(name="", kind="国", contact_email="nonsense")
    with pytest.raises(Invalid) as caught:
        admin.create_municipality(session, operator, "143820", bad, NOW)
    assert caught.value.fields == {
        "code": "municipality_code",
        "name": "required",
        "kind": "unknown",
        "contact_email": "email",
    }


def test_two_operators_do_not_overwrite_each_other(session: Session, operator: Actor) -> None:
    town = admin.create_municipality(session, operator, "143821", DATA, NOW)
    changed = admin.MunicipalityData(name="箱根町", slogan="湯のまち")
    admin.change_municipality(session, operator, town.pk, changed, town.version, NOW)
    session.flush()
    with pytest.raises(Conflict):
        admin.change_municipality(session, operator, town.pk, DATA, 1, NOW)


def test_a_department_is_added_once(session: Session, operator: Actor) -> None:
    town = factories.municipality(session)
    admin.add_department(session, operator, town.pk, " 環境課 ", NOW)
    assert [row.name for row in account_queries.departments(session, town.pk)] == ["政策企画部", "環境課"]
    with pytest.raises(Invalid) as caught:
        admin.add_department(session, operator, town.pk, "環境課", NOW)
    assert caught.value.fields == {"department": "department_exists"}


def test_an_account_is_set_up_and_its_owner_chooses_the_password(session: Session, operator: Actor) -> None:
    town = factories.municipality(session)
    house = admin.house_for(session, Role.COORDINATOR, town.code)
    user = admin.create_user(
        session, operator, "new@example.lg.jp", "新任 五郎", "ja", NOW, role=Role.COORDINATOR, house=house
    )
    session.flush()
    mail = session.exec(select(OutboxMessage)).one()
    assert mail.template == "account_created"
    signing.reset_password(session, mail.params["token"], GOOD, NOW)
    assert signing.sign_in(session, user.email, GOOD, "192.0.2.1", NOW) is user
    assert account_queries.memberships(session, user.pk)[0].role is Role.COORDINATOR
    assert [mail.template for mail in session.exec(select(OutboxMessage))] == ["account_created"]


def test_houses_are_found_by_official_numbers(session: Session) -> None:
    town, company = factories.municipality(session), factories.partner(session)
    company.corporate_number = "7000012050002"
    session.flush()
    assert admin.house_for(session, Role.DEPARTMENT, town.code) == House(municipality_id=town.pk)
    for key in ("7000012050002", "７０００-０１２０-５０００２", str(company.pk)):
        assert admin.house_for(session, Role.PARTNER_ADMIN, partner_key=key) == House(partner_id=company.pk)
    for role, field in ((Role.COORDINATOR, "municipality"), (Role.PARTNER_MEMBER, "partner")):
        with pytest.raises(Invalid) as caught:
            admin.house_for(session, role, "999999", "999999")
        assert caught.value.fields == {field: "unknown"}


def test_a_role_fits_its_house(session: Session, operator: Actor) -> None:
    town, user = factories.municipality(session), factories.user(session)
    with pytest.raises(Invalid):
        admin.give_seat(session, operator, user.pk, Role.PARTNER_ADMIN, House(municipality_id=town.pk), NOW)
    row = admin.give_seat(session, operator, user.pk, Role.DEPARTMENT, House(municipality_id=town.pk), NOW)
    admin.take_seat(session, operator, row.pk, NOW)
    assert account_queries.memberships(session, user.pk) == []


def test_disabling_shuts_out_at_once_and_not_oneself(session: Session, operator: Actor) -> None:
    user = accounts.create_user(session, "a@example.jp", "甲", GOOD, "ja", NOW, confirmed=True)
    signing.start_session(session, user, NOW)
    admin.set_active(session, operator, user.pk, False, NOW)
    assert session.exec(select(UserSession)).all() == []
    with pytest.raises(Invalid):
        signing.sign_in(session, user.email, GOOD, "192.0.2.1", NOW)
    admin.set_active(session, operator, user.pk, True, NOW)
    assert signing.sign_in(session, user.email, GOOD, "192.0.2.1", NOW) is user
    for action in (admin.set_active, admin.set_admin):
        with pytest.raises(NotAllowed):
            action(session, operator, operator.user_id or 0, False, NOW)


def test_a_closed_account_is_not_opened_again(session: Session, operator: Actor) -> None:
    user = accounts.create_user(session, "a@example.jp", "甲", GOOD, "ja", NOW, confirmed=True)
    leaving.close_account(session, accounts.person_of(user), GOOD, NOW)
    with pytest.raises(NotAllowed):
        admin.set_active(session, operator, user.pk, True, NOW)


def test_rights_are_given_and_taken(session: Session, operator: Actor) -> None:
    user = factories.user(session)
    assert admin.set_admin(session, operator, user.pk, True, NOW).is_admin
    assert not admin.set_admin(session, operator, user.pk, False, NOW).is_admin
    session.flush()
    events = [row.event for row in session.exec(select(AuditEvent).order_by(AuditEvent.id))]
    assert events == ["user.admin_granted", "user.admin_revoked"]


def test_only_who_needs_a_link_gets_one(session: Session, operator: Actor) -> None:
    fresh = accounts.create_user(session, "a@example.jp", "甲", GOOD, "ja", NOW)
    admin.resend_link(session, operator, fresh.pk, NOW)
    accounts.mark_confirmed(session, fresh, NOW)
    with pytest.raises(InvalidTransition):
        admin.resend_link(session, operator, fresh.pk, NOW)


def test_dead_mail_is_tried_again(session: Session, operator: Actor) -> None:
    mail = OutboxMessage(
        key="k", template="reset", to_email="a@example.jp", next_attempt_at=NOW, status=MailStatus.DEAD, attempts=6
    )
    session.add(mail)
    session.flush()
    admin.resend_mail(session, operator, mail.pk, NOW)
    assert (mail.status, mail.attempts) == (MailStatus.PENDING, 0)
    with pytest.raises(InvalidTransition):
        admin.resend_mail(session, operator, mail.pk, NOW)


def test_people_and_the_audit_trail_are_found(session: Session, operator: Actor) -> None:
    town = admin.create_municipality(session, operator, "143821", DATA, NOW)
    user = accounts.create_user(session, "per_cent@example.jp", "百分 率子", GOOD, "ja", NOW)
    assert [row.pk for row in queries.users(session, "R_CENT@", 0, 50)[0]] == [user.pk]
    assert queries.users(session, "%", 0, 50)[1] == 0  # what is typed is not a pattern
    assert queries.users(session, "", 1, 50)[1] == 2
    rows, total = queries.audit(session, "", town.pk, 0, 50)
    assert (total, rows[0][0].event, rows[0][2]) == (1, "municipality.created", town)
    assert queries.counts(session).municipalities == 1
    assert queries.mail_counts(session) == dict.fromkeys(MailStatus, 0)
