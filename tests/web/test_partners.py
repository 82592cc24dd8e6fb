"""Partners on the portal: only registered ones, and never their people."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, select

from models import Offering, PartnerRegion, PartnerTarget, User
from models.enums import OfferingStage, PartnerKind, RegistrationStatus, TargetBasis
from tests import factories


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"甲社", "乙大学"}),
        ("kind=university", {"乙大学"}),
        ("industry=O", {"乙大学"}),
        ("region=17", {"甲社", "乙大学"}),
        ("region=13", {"甲社"}),
        ("goal=4", {"乙大学"}),
        ("stage=prototype", {"乙大学"}),
        ("municipality=141305", {"乙大学"}),
        ("q=%E8%A6%8B%E5%AE%88%E3%82%8A", {"甲社"}),
        ("q=%E4%B9%99%E5%A4%A7", {"乙大学"}),  # by name, which the index does not hold
        ("q=%E4%B8%99%E7%A4%BE", set()),
        ("region=172065&industry=z&stage=%27&goal=x", {"甲社", "乙大学"}),
    ],
)
def test_the_list_is_narrowed_down(client: FlaskClient, store: Session, query: str, names: set[str]) -> None:
    town, other = factories.municipality(store), factories.municipality(store, "141305", "川崎市")
    factories.partner(store, "甲社", town=town, profile="見守りセンサーをつくる。")
    second = factories.partner(store, "乙大学", town=other, profile="学びを支える。")
    second.kind, second.industry = PartnerKind.UNIVERSITY, "O"
    factories.partner(store, "丙社", town=town, status=RegistrationStatus.APPLIED)
    store.flush()
    for region in store.exec(select(PartnerRegion).where(PartnerRegion.partner_id == second.pk)):
        region.region = "172065"
    for offering in store.exec(select(Offering).where(Offering.partner_id == second.pk)):
        offering.stage = OfferingStage.PROTOTYPE
    store.add(PartnerTarget(partner_id=second.pk, goal=4, target="4.4", basis=TargetBasis.CONFIRMED))
    store.commit()
    text = client.get(f"/partners?{query}").text
    assert {name for name in ("甲社", "乙大学", "丙社") if f">{name}</a>" in text} == names


def test_a_partner_tells_what_it_offers_but_not_who_works_there(client: FlaskClient, store: Session) -> None:
    town = factories.municipality(store)
    partner = factories.partner(store, town=town)
    partner.website = "javascript:alert(1)"
    partner.provenance = {"basis": "public_knowledge"}
    actor = factories.partner_admin(store, partner)
    store.commit()
    person = store.get(User, actor.user_id)
    assert person is not None
    text = client.get(f"/partners/{partner.pk}").text
    assert "見守りセンサー" in text
    assert "公開されている情報をもとに" in text
    assert person.name not in text
    assert person.email not in text
    assert "javascript:" not in text


def test_an_unregistered_partner_is_known_to_its_people_and_to_cities_only(
    client: FlaskClient, store: Session, sign_in: Callable[[int], FlaskClient]
) -> None:
    town = factories.municipality(store)
    partner = factories.partner(store, town=town, status=RegistrationStatus.APPLIED)
    own, city = factories.partner_admin(store, partner), factories.coordinator(store, town)
    stranger = factories.partner_admin(store, factories.partner(store, "他社", town=town))
    store.commit()
    address = f"/partners/{partner.pk}"
    assert client.get(address).status_code == 404
    assert sign_in(stranger.user_id or 0).get(address).status_code == 404
    assert sign_in(own.user_id or 0).get(address).status_code == 200
    assert sign_in(city.user_id or 0).get(address).status_code == 200
    assert client.get("/partners/999999999999999999").status_code == 404
