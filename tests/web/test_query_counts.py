"""No page asks the database more than a dozen questions, however many rows there are. Any area may add its pages."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session

from models import (
    Collaboration,
    CollaborationPartner,
    CollaborationTarget,
    GroupMember,
    Indicator,
    PartnerTarget,
    Registration,
    Scheme,
    SchemeTier,
)
from models.enums import (
    ApplicationStatus,
    CollaborationStatus,
    GroupMemberStatus,
    Intake,
    Pillar,
    RegistrationStatus,
    SchemeStatus,
    TargetBasis,
    TierLevel,
)
from tests import factories

#: twelve for the page, one for the number of unread conversations in its head, two for a conversation on it
MOST = 15

ROWS = 30


PAGES = (
    "/",
    "/municipalities",
    "/municipalities/172065",
    "/challenges",
    "/challenges?q=%E8%AA%B2%E9%A1%8C&goal=3&municipality=172065",
    "/challenges/1",
    "/partners",
    "/partners?q=%E8%A6%8B%E5%AE%88%E3%82%8A&region=17&stage=field_tested",
    "/partners/1",
    "/collaborations",
    "/collaborations?q=%E9%80%A3%E6%90%BA",
    "/collaborations/1",
    "/groups",
    "/groups/1",
    "/schemes/1/register",
    "/schemes/1/register?goal=3&q=%E5%9B%A3%E4%BD%93",
    "/verify/key-1",
    "/me/applications",
    "/schemes",
    "/schemes/1",
    "/sitemap.xml",
)


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """Every statement that reaches the database of `app` meanwhile, without those that begin a transaction."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    engine = app.extensions["engine"]
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def partner_person(store: Session) -> int:
    """A few dozen rows of everything; the person works for the first partner."""
    town = factories.municipality(store)
    scheme = factories.scheme(store, town)
    for number in range(1, ROWS + 1):
        factories.challenge(store, town, title=f"課題{number}")
        partner = factories.partner(store, f"団体{number}", town=town)
        group = factories.group(store, town, f"分科会{number}")
        tier = factories.tier(store, scheme, position=number)
        for house in {1, partner.pk}:
            applicant = store.get_one(factories.Partner, house)
            key = {"verify_key": f"key-{number}"} if house == 1 else {}
            factories.application(store, scheme, tier, applicant, status=ApplicationStatus.GRANTED, **key)
        work = Collaboration(
            municipality_id=town.pk,
            kind="pilot",
            title=f"連携{number}",
            outcome="成果",
            status=CollaborationStatus.DONE,
            published=True,
        )
        store.add(work)
        store.flush()
        key = work.pk
        store.add(CollaborationPartner(collaboration_id=key, partner_id=1, name="団体1"))
        store.add(CollaborationPartner(collaboration_id=key, name="ほかの団体"))
        store.add(CollaborationTarget(collaboration_id=key, goal=3, target="3.8"))
        store.add(PartnerTarget(partner_id=partner.pk, goal=3, target="3.8", basis=TargetBasis.CONFIRMED))
        store.add(GroupMember(group_id=1, partner_id=partner.pk, status=GroupMemberStatus.MEMBER))
        if number > 1:
            store.add(GroupMember(group_id=group.pk, partner_id=1, status=GroupMemberStatus.MEMBER))
        store.add(
            Scheme(
                municipality_id=town.pk,
                key=f"S{number}",
                name="制度",
                kind="registration",
                status=SchemeStatus.OPERATING,
                published=True,
            )
        )
        tier = {"name": f"区分{number}", "level": TierLevel.REGISTRATION, "intake": Intake.ROLLING}
        store.add(SchemeTier(scheme_id=1, position=100 + number, **tier))
        store.add(
            Indicator(municipality_id=town.pk, key=f"K{number}", name="指標", direction="up", pillar=Pillar.SOCIETY)
        )
    for number in range(10):
        other = factories.municipality(store, f"{number:06d}", f"町{number}")
        store.add(
            Registration(
                partner_id=1,
                municipality_id=other.pk,
                status=RegistrationStatus.REGISTERED,
                applied_at=factories.NOW,
            )
        )
    actor = factories.partner_admin(store, store.get_one(factories.Partner, 1))
    store.commit()
    assert actor.user_id is not None
    return actor.user_id


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_no_more_than_its_share_of_questions(
    app: Flask, partner_person: int, sign_in: Callable[[int], FlaskClient], path: str
) -> None:
    client = sign_in(partner_person)
    with statements(app) as seen:
        assert client.get(path).status_code == 200
    assert len(seen) <= MOST, "\n\n".join(seen)
