"""Offerings: adding, changing, ordering and taking away, by the partner's administrator only."""

from dataclasses import replace

import pytest
from sqlmodel import Session, select

from matcher.errors import Conflict, Invalid, NotAllowed, NotFound
from matcher.services import completeness, offerings
from matcher.services.partner_data import OfferingData
from models import IndexChange, Offering
from models.enums import OfferingStage, Role
from models.queries import partner_rooms
from tests import factories
from tests.factories import NOW

DATA = OfferingData(title="服薬支援ロボット", stage=OfferingStage.ON_SALE, description="飲み忘れを知らせます。")


def _titles(session: Session, partner_id: int) -> list[str]:
    return [offering.title for offering in partner_rooms.offerings(session, partner_id)]


def test_offerings_are_added_ordered_and_taken_away(session: Session) -> None:
    partner = factories.partner(session)
    admin = factories.partner_admin(session, partner)
    first = partner_rooms.offerings(session, partner.pk)[0]
    second = offerings.add(session, admin, partner.pk, DATA, now=NOW)
    assert _titles(session, partner.pk) == ["見守りセンサー", "服薬支援ロボット"]
    offerings.move(session, admin, partner.pk, second.pk, -1, now=NOW)
    offerings.move(session, admin, partner.pk, second.pk, -1, now=NOW)
    assert _titles(session, partner.pk) == ["服薬支援ロボット", "見守りセンサー"]
    offerings.remove(session, admin, partner.pk, first.pk, now=NOW)
    assert _titles(session, partner.pk) == ["服薬支援ロボット"]
    assert len(session.exec(select(IndexChange)).all()) == 4  # the order of what is said counts: `index verify`


def test_a_stale_offering_is_refused_unless_it_says_the_same(session: Session) -> None:
    partner = factories.partner(session)
    admin = factories.partner_admin(session, partner)
    row = offerings.add(session, admin, partner.pk, DATA, now=NOW)
    read = row.version
    newer = replace(DATA, stage=OfferingStage.PROTOTYPE)
    offerings.update(session, admin, partner.pk, row.pk, newer, version=read, now=NOW)
    session.flush()
    with pytest.raises(Conflict) as refused:
        offerings.update(session, admin, partner.pk, row.pk, DATA, version=read, now=NOW)
    assert refused.value.differences == [("stage", "on_sale", "prototype")]
    offerings.update(session, admin, partner.pk, row.pk, newer, version=read, now=NOW)


def test_limits_and_strangers(session: Session) -> None:
    partner, other = factories.partner(session), factories.partner(session, "別会社")
    admin = factories.partner_admin(session, partner)
    theirs = partner_rooms.offerings(session, other.pk)[0]
    for change in ({"title": ""}, {"title": "あ" * 101}, {"asks": "あ" * 4001}):
        with pytest.raises(Invalid):
            offerings.add(session, admin, partner.pk, replace(DATA, **change), now=NOW)
    for own in (partner.pk, other.pk):
        with pytest.raises(NotFound):
            offerings.update(session, admin, own, theirs.pk, DATA, version=None, now=NOW)
        with pytest.raises(NotFound):
            offerings.remove(session, admin, own, theirs.pk, now=NOW)
    member = factories.seat(session, factories.user(session), Role.PARTNER_MEMBER, partner=partner)
    with pytest.raises(NotAllowed):
        offerings.add(session, member, partner.pk, DATA, now=NOW)
    session.add_all(Offering(partner_id=partner.pk, title="x", stage=OfferingStage.CONCEPT) for _ in range(19))
    session.flush()
    with pytest.raises(Invalid) as refused:
        offerings.add(session, admin, partner.pk, DATA, now=NOW)
    assert refused.value.fields == {"title": "too_many"}


def test_completeness_names_what_is_missing(session: Session) -> None:
    partner = factories.partner(session)
    front = partner_rooms.front(session, partner.pk, enough=completeness.ENOUGH_OFFERING)
    assert front is not None
    assert (front.read, front.waiting, front.registered, front.heard) == (False, False, False, False)
    found = completeness.steps(partner, front.said)
    assert [step.code for step in found if step.done] == ["offering", "regions"]
    assert completeness.percent(found) == 22
