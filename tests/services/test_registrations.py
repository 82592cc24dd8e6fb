"""Registrations: each step of the lifecycle, who may take it, and whom it tells."""

import pytest
from sqlmodel import Session, col, select

from matcher.errors import Invalid, InvalidTransition, NotAllowed, NotFound
from matcher.policy import SYSTEM
from matcher.services import registrations
from models import AuditEvent, IndexChange, OutboxMessage, Recommendation, Registration
from models.enums import RecommendationSource, RecommendationStatus, RegistrationStatus, Role
from models.queries import city_partners, partner_rooms
from tests import factories
from tests.factories import NOW


@pytest.fixture
def house(session: Session) -> tuple:
    """A municipality with its coordinator, and a partner with its administrator that has applied."""
    town = factories.municipality(session)
    partner = factories.partner(session, town=town, status=RegistrationStatus.APPLIED)
    row = partner_rooms.registration_at(session, partner.pk, town.pk)
    return town, factories.coordinator(session, town), partner, factories.partner_admin(session, partner), row


def _mails(session: Session, template: str) -> int:
    return len(session.exec(select(OutboxMessage).where(col(OutboxMessage.template) == template)).all())


def test_accepting_registers_tells_and_marks(session: Session, house: tuple) -> None:
    _, coordinator, partner, admin, row = house
    registrations.accept(session, coordinator, row.pk, "ようこそ。", now=NOW)
    assert (row.status, row.note, row.decided_by_id) == (
        RegistrationStatus.REGISTERED,
        "ようこそ。",
        coordinator.user_id,
    )
    mail = session.exec(select(OutboxMessage)).one()
    assert (mail.template, mail.user_id, mail.params["note"]) == (
        "registration_registered",
        admin.user_id,
        "ようこそ。",
    )
    assert session.exec(select(IndexChange).where(IndexChange.entity_id == partner.pk)).first() is not None
    with pytest.raises(InvalidTransition):
        registrations.accept(session, coordinator, row.pk, now=NOW)


def test_returning_and_rejecting_need_a_reason(session: Session, house: tuple) -> None:
    _, coordinator, _, admin, row = house
    for verb in (registrations.return_, registrations.reject):
        with pytest.raises(Invalid) as refused:
            verb(session, coordinator, row.pk, " ", now=NOW)
        assert refused.value.fields == {"note": "required"}
    with pytest.raises(Invalid):
        registrations.return_(session, coordinator, row.pk, "あ" * 2001, now=NOW)
    registrations.return_(session, coordinator, row.pk, "実績を具体的にお書きください。", now=NOW)
    assert row.status is RegistrationStatus.RETURNED
    registrations.resubmit(session, admin, row.pk, "書き足しました。", now=NOW)
    assert (row.status, row.note) == (RegistrationStatus.APPLIED, "書き足しました。")
    registrations.reject(session, coordinator, row.pk, "対象外です。", now=NOW)
    registrations.reapply(session, admin, row.pk, now=NOW)
    registrations.return_(session, coordinator, row.pk, "もう一度お願いします。", now=NOW)
    assert (_mails(session, "registration_returned"), _mails(session, "registration_rejected")) == (2, 1)
    assert _mails(session, "registration_received") == 2


def test_leaving_ends_open_invitations_of_that_municipality(session: Session, house: tuple) -> None:
    town, coordinator, partner, admin, row = house
    registrations.accept(session, coordinator, row.pk, now=NOW)
    invitation = Recommendation(
        municipality_id=town.pk,
        challenge_id=factories.challenge(session, town).pk,
        partner_id=partner.pk,
        source=RecommendationSource.ENGINE,
        status=RecommendationStatus.INVITED,
    )
    session.add(invitation)
    registrations.withdraw(session, admin, row.pk, "事業を終えました。", now=NOW)
    assert row.status is RegistrationStatus.WITHDRAWN
    assert invitation.status is RecommendationStatus.LAPSED
    assert _mails(session, "registration_withdrawn") == 1
    events = set(session.exec(select(AuditEvent.event)))
    assert {"registration.accepted", "registration.withdrawn", "recommendation.lapsed"} <= events


def test_a_partner_applies_elsewhere_once(session: Session, house: tuple) -> None:
    _, _, partner, admin, _ = house
    other = factories.municipality(session, "141305", "川崎市")
    factories.coordinator(session, other)
    row = registrations.apply(session, admin, partner.pk, other.pk, now=NOW)
    assert _mails(session, "registration_received") == 1
    with pytest.raises(Invalid) as refused:
        registrations.apply(session, admin, partner.pk, other.pk, now=NOW)
    assert refused.value.fields == {"municipality": "already_registered"}
    registrations.withdraw(session, admin, row.pk, now=NOW)
    again = registrations.apply(session, admin, partner.pk, other.pk, now=NOW)
    assert (again.pk, again.status) == (row.pk, RegistrationStatus.APPLIED)
    with pytest.raises(NotFound):
        registrations.apply(session, admin, partner.pk, 999_999, now=NOW)


def test_the_first_run_applies_without_telling_anybody(session: Session, house: tuple) -> None:
    _, _, partner, _, _ = house
    other = factories.municipality(session, "141305", "川崎市")
    factories.coordinator(session, other)
    row = registrations.apply(session, SYSTEM, partner.pk, other.pk, topic="実証", since="2018-03", now=NOW)
    assert (row.topic, row.since) == ("実証", "2018-03")
    assert _mails(session, "registration_received") == 0


def test_nobody_else_decides(session: Session, house: tuple) -> None:
    town, coordinator, partner, admin, row = house
    elsewhere = factories.coordinator(session, factories.municipality(session, "141305", "川崎市"))
    stranger = factories.partner_admin(session, factories.partner(session, "別会社"))
    for actor in (elsewhere, stranger):
        for verb in (registrations.accept, registrations.withdraw, registrations.resubmit):
            with pytest.raises(NotFound):
                verb(session, actor, row.pk, now=NOW)
    for actor, verb in (
        (factories.department_staff(session, town), registrations.accept),
        (admin, registrations.accept),
        (coordinator, registrations.withdraw),
    ):
        with pytest.raises(NotAllowed):
            verb(session, actor, row.pk, now=NOW)
    with pytest.raises(NotFound):
        registrations.apply(session, stranger, partner.pk, town.pk, now=NOW)
    assert session.get_one(Registration, row.pk).status is RegistrationStatus.APPLIED


def test_an_application_is_shown_once_an_address_is_confirmed(session: Session) -> None:
    town = factories.municipality(session)
    partner = factories.partner(session, town=town, status=RegistrationStatus.APPLIED)

    def shown() -> int:
        return len(city_partners.applicants(session, town.pk, [RegistrationStatus.APPLIED]))

    assert shown() == 1  # without any account, as an import makes it
    person = factories.user(session, confirmed=False)
    factories.seat(session, person, Role.PARTNER_ADMIN, partner=partner)
    assert shown() == 0
    person.email_confirmed_at = NOW
    session.flush()
    assert shown() == 1
