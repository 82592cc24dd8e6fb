"""Partners: registering, look-alikes, editing, and what each writes beside it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from matcher.errors import Conflict, Duplicate, Invalid, NotAllowed, NotFound
from matcher.policy import ANONYMOUS, SYSTEM, Actor, Seat
from matcher.services import partners, registrations
from matcher.services.partner_data import OfferingData, PartnerData, PersonData, ProfileData, plain_regions
from models import AuditEvent, IndexChange, Membership, OutboxMessage, Partner, Registration, User, reference
from models.enums import OfferingStage, PartnerKind, RegistrationStatus, Role, TargetBasis
from models.queries import partner_rooms
from tests import factories
from tests.factories import NOW

OFFERING = OfferingData(title="見守りセンサー", stage=OfferingStage.FIELD_TESTED, description="異変を知らせます。")
DATA = PartnerData(
    name="株式会社みまもり技研",
    kind=PartnerKind.COMPANY,
    corporate_number="７０００－０１２０－５０００２",
    industry="E",
    prefecture="石川県",
    profile="高齢者の見守りセンサーを製造しています。",
    regions=("172065", "17", "17"),
    offerings=(OFFERING,),
    targets=(("3.8", TargetBasis.CONFIRMED), ("11.2", TargetBasis.INFERRED)),
)
PERSON = PersonData(name="企業 花子", email="Hanako@Example.jp", password="mimamori-sensor-2026", title="課長")


def _register(session: Session, data: PartnerData = DATA, person: PersonData = PERSON, **options: bool) -> Registration:
    town = partner_rooms.municipalities(session) or [factories.municipality(session)]
    allow = options.get("allow_duplicate", False)
    found = partners.register(session, data, person, town[0].pk, allow_duplicate=allow, now=NOW)
    assert found is not None
    return found


def test_registering_stores_everything_at_once(session: Session) -> None:
    registration = _register(session)
    partner = session.get(Partner, registration.partner_id)
    assert partner is not None
    assert (partner.corporate_number, partner.name_key) == ("7000012050002", "みまもり技研")
    assert [o.title for o in partner_rooms.offerings(session, partner.pk)] == ["見守りセンサー"]
    assert partner_rooms.regions(session, partner.pk) == ["17", "172065"]
    assert [t.target for t in partner_rooms.targets(session, partner.pk)] == ["3.8", "11.2"]
    assert registration.status is RegistrationStatus.APPLIED
    user = session.exec(select(User).where(User.email == "hanako@example.jp")).one()
    assert (user.title, user.email_confirmed_at) == ("課長", None)
    seat = session.exec(select(Membership).where(Membership.user_id == user.pk)).one()
    assert (seat.role, seat.partner_id) == (Role.PARTNER_ADMIN, partner.pk)
    events = set(session.exec(select(AuditEvent.event).where(AuditEvent.actor_id == user.pk)))
    assert {"partner.registered", "registration.applied"} <= events
    assert session.exec(select(IndexChange).where(IndexChange.entity_id == partner.pk)).first() is not None


def test_coordinators_hear_of_a_registration_once_the_address_is_confirmed(session: Session) -> None:
    town = factories.municipality(session)
    factories.coordinator(session, town)
    _register(session)
    heard = select(OutboxMessage).where(col(OutboxMessage.template) == "registration_received")
    assert session.exec(heard).all() == []
    user = session.exec(select(User).where(User.email == "hanako@example.jp")).one()
    user.email_confirmed_at = NOW
    registrations.announce_confirmed(session, user, NOW)
    registrations.announce_confirmed(session, user, NOW)
    assert len(session.exec(heard).all()) == 1


def test_an_address_with_an_account_stores_nothing_and_tells_its_owner(session: Session) -> None:
    town = factories.municipality(session)
    owner = factories.user(session)
    person = replace(PERSON, email=owner.email)
    answer = partners.register(session, DATA, person, town.pk, allow_duplicate=False, return_to="/x", now=NOW)
    assert answer is None
    assert session.exec(select(Partner)).all() == []
    assert session.exec(select(OutboxMessage)).one().to_email == owner.email


def test_who_has_signed_in_registers_another_organisation(session: Session) -> None:
    town, owner = factories.municipality(session), factories.user(session)
    registration = partners.register_as(session, Actor(owner.pk), DATA, town.pk, allow_duplicate=False, now=NOW)
    assert partner_rooms.partners_of_user(session, owner.pk) == [registration.partner_id]
    with pytest.raises(NotFound):
        partners.register_as(session, ANONYMOUS, DATA, town.pk, allow_duplicate=False, now=NOW)


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"name": ""}, "name", "required"),
        ({"name": "あ" * 201}, "name", "too_long"),
        ({"corporate_number": "7000012050003"}, "corporate_number", "corporate_number"),
        ({"profile": "あ" * 100_000}, "profile", "too_long"),
        ({"profile": ""}, "profile", "required"),
        ({"website": "javascript:alert(1)"}, "website", "url"),
        ({"prefecture": "江戸"}, "prefecture", "unknown"),
        ({"industry": "Z"}, "industry", "unknown"),
        ({"capacity": -1}, "capacity", "number"),
        ({"regions": ("172066",)}, "regions", "unknown"),
        ({"regions": ()}, "regions", "required"),
        ({"offerings": ()}, "offerings", "required"),
        ({"offerings": (replace(OFFERING, title=""),)}, "offerings-0-title", "required"),
        ({"offerings": (OFFERING,) * 21}, "offerings", "too_many"),
        ({"targets": (("8.99", TargetBasis.CONFIRMED),)}, "targets", "unknown"),
    ],
)
def test_a_registration_that_breaks_a_rule_is_refused(session: Session, change: dict, field: str, code: str) -> None:
    town = factories.municipality(session)
    with pytest.raises(Invalid) as refused:
        partners.register(session, replace(DATA, **change), PERSON, town.pk, allow_duplicate=False, now=NOW)
    assert refused.value.fields[field] == code


def test_the_same_number_is_certain_and_is_left_to_the_coordinator(session: Session) -> None:
    first = _register(session)
    other = replace(DATA, name="まったく別の名前", offerings=(OFFERING,))
    person = replace(PERSON, email="other@example.jp")
    with pytest.raises(Duplicate) as asked:
        _register(session, other, person)
    assert (asked.value.code, asked.value.certain, asked.value.existing) == ("same_number", True, [])
    second = session.get(Partner, _register(session, other, person, allow_duplicate=True).partner_id)
    assert second is not None
    assert second.corporate_number is None
    assert second.provenance == {"lookalikes": [first.partner_id], "claimed_number": "7000012050002"}


def test_the_same_name_in_the_same_place_is_asked_about(session: Session) -> None:
    first = _register(session)
    session.get_one(Registration, first.pk).status = RegistrationStatus.REGISTERED
    other = replace(DATA, name="（株）ミマモリ技研".replace("ミマモリ", "みまもり"), corporate_number="")
    person = replace(PERSON, email="other@example.jp")
    with pytest.raises(Duplicate) as asked:
        _register(session, other, person)
    assert (asked.value.code, asked.value.certain) == ("same_name", False)
    assert asked.value.existing == [(first.partner_id, "株式会社みまもり技研")]
    assert _register(session, other, person, allow_duplicate=True).partner_id != first.partner_id
    assert not partners.lookalikes(session, replace(other, prefecture="東京都"))


def test_only_the_system_and_the_operator_add_partners_without_a_person(session: Session) -> None:
    partner = partners.add(session, SYSTEM, replace(DATA, external_key="ORG-001", is_demo=True), now=NOW)
    assert (partner.external_key, partner.is_demo) == ("ORG-001", True)
    with pytest.raises(NotFound):
        partners.add(session, Actor(1, (Seat(Role.COORDINATOR, 1),)), DATA, now=NOW)


def _profile(partner: Partner, **changes: object) -> ProfileData:
    said = {name: getattr(partner, name) for name in partners.PLAIN}
    return ProfileData(**{**said, "regions": ("00",), **changes})


def test_a_profile_is_changed_by_its_administrator_only(session: Session) -> None:
    partner, other = factories.partner(session), factories.partner(session, "別会社")
    admin = factories.partner_admin(session, partner)
    data = _profile(partner, profile="新しい紹介文です。", regions=("17", "00"))
    partners.update(session, admin, partner.pk, data, version=partner.version, now=NOW)
    assert partner.profile == "新しい紹介文です。"
    assert partner_rooms.regions(session, partner.pk) == ["00"]
    with pytest.raises(NotFound):
        partners.update(session, admin, other.pk, data, version=None, now=NOW)
    member = factories.seat(session, factories.user(session), Role.PARTNER_MEMBER, partner=partner)
    with pytest.raises(NotAllowed):
        partners.update(session, member, partner.pk, data, version=None, now=NOW)


def test_a_stale_profile_is_refused_with_both_versions(session: Session) -> None:
    partner = factories.partner(session)
    admin = factories.partner_admin(session, partner)
    read = partner.version
    partners.update(session, admin, partner.pk, _profile(partner, seeks="実証の場"), version=read, now=NOW)
    session.flush()
    with pytest.raises(Conflict) as refused:
        partners.update(session, admin, partner.pk, _profile(partner, seeks="販路"), version=read, now=NOW)
    assert refused.value.differences == [("seeks", "販路", "実証の場")]
    assert refused.value.version == partner.version
    partners.update(session, admin, partner.pk, _profile(partner), version=read, now=NOW)


def test_a_profile_cannot_take_the_number_of_another(session: Session) -> None:
    _register(session)
    partner = factories.partner(session)
    admin = factories.partner_admin(session, partner)
    data = _profile(partner, corporate_number="7000012050002")
    with pytest.raises(Invalid) as refused:
        partners.update(session, admin, partner.pk, data, version=None, now=NOW)
    assert refused.value.fields == {"corporate_number": "corporate_number_taken"}
    data = _profile(partner, name=DATA.name, prefecture="石川県")
    with pytest.raises(Duplicate):
        partners.update(session, admin, partner.pk, data, version=None, now=NOW)
    partners.update(session, admin, partner.pk, data, version=None, allow_duplicate=True, now=NOW)


def test_targets_are_confirmed_by_the_person_who_sets_them(session: Session) -> None:
    registration = _register(session)
    partner = session.get_one(Partner, registration.partner_id)
    admin = factories.partner_admin(session, partner)
    partners.set_targets(session, admin, partner.pk, ["11.2", "8.10"], version=partner.version, now=NOW)
    session.flush()
    found = [(t.target, t.goal, t.basis) for t in partner_rooms.targets(session, partner.pk)]
    assert found == [("8.10", 8, TargetBasis.CONFIRMED), ("11.2", 11, TargetBasis.CONFIRMED)]
    with pytest.raises(Invalid):
        partners.set_targets(session, admin, partner.pk, ["8.99"], version=None, now=NOW)
    with pytest.raises(Conflict):
        partners.set_targets(session, admin, partner.pk, ["1.1"], version=0, now=NOW)


@given(st.text(alphabet="0123456789", min_size=12, max_size=12))
def test_exactly_one_first_digit_makes_a_corporate_number(rest: str) -> None:
    valid = [digit for digit in "0123456789" if reference.corporate_number_valid(digit + rest)]
    assert len(valid) == 1
    number = valid[0] + rest
    assert reference.corporate_number_valid(reference.plain_digits("－".join(number).translate(_FULL_WIDTH)))


@given(st.text(alphabet="123456789", min_size=13, max_size=13), st.integers(0, 12), st.integers(1, 8))
def test_one_mistyped_digit_is_noticed(number: str, place: int, step: int) -> None:
    if not reference.corporate_number_valid(number):
        return
    wrong = str((int(number[place]) - 1 + step) % 9 + 1)
    mistyped = number[:place] + wrong + number[place + 1 :]
    same_weight = (int(wrong) - int(number[place])) % 9 == 0
    assert reference.corporate_number_valid(mistyped) is (same_weight and place > 0)


@given(st.text())
def test_anything_may_be_typed_as_a_corporate_number(text: str) -> None:
    reference.corporate_number_valid(reference.plain_digits(text))


def test_everywhere_swallows_every_other_region() -> None:
    assert plain_regions(["17", "00", "172065"]) == ("00",)


_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
