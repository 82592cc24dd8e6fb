"""The same pages in a browser that runs no script: every step is a plain form and a whole page."""

import re
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from tests.browser import applicant as applicants
from tests.browser import backstage
from tests.browser.applicant import JAPANESE
from tests.browser.conftest import Meet
from tests.browser.installation import Installation
from tests.browser.person import COORDINATOR, PARTNER, Person

pytestmark = pytest.mark.browser

#: not the one that is registered elsewhere in the same run: the site would ask about the same name
ANOTHER = replace(JAPANESE, name="株式会社野の花発電所")


@pytest.fixture
def plain(meet: Meet) -> Person:
    return meet(java_script_enabled=False)


def test_an_error_stands_beside_its_field(plain: Person) -> None:
    plain.open("/register/organisation")
    applicants.fill_organisation(plain, ANOTHER, number="1234567890123")
    with plain.page.expect_response("**/register/organisation") as answer:
        applicants.next_step(plain)
    assert answer.value.status == 422
    number = plain.field("Corporate number")
    expect(number).to_have_value("1234567890123")
    expect(number).to_have_attribute("aria-invalid", "true")
    expect(number).to_have_accessible_description(
        plain_text(plain, "This is not a valid corporate number. Please check the 13 digits.")
    )
    expect(plain.field("Name of the organisation")).to_have_value(ANOTHER.name)


def test_a_row_is_added_and_taken_away(plain: Person) -> None:
    plain.open("/register")
    plain.follow("Begin")
    for fill in (applicants.fill_organisation, applicants.fill_activities):
        fill(plain, ANOTHER)
        applicants.next_step(plain)
    first, second = (plain.page.get_by_role("group", name=f"シーズ {number}") for number in (1, 2))
    plain.write("Title", "一つ目のシーズ", first)
    plain.press("Add another offering")
    expect(plain.field("Title", first)).to_have_value("一つ目のシーズ")
    plain.write("Title", "二つ目のシーズ", second)
    plain.press("Remove", first)
    expect(plain.field("Title", first)).to_have_value("二つ目のシーズ")
    expect(second).to_have_count(0)


def test_challenges_are_narrowed_down(plain: Person) -> None:
    plain.open("/challenges")
    before = plain.page.locator("[data-announce]").inner_text()
    plain.page.get_by_role("searchbox").fill("高齢者の見守り")
    plain.choose("Municipality", "熊本市")
    plain.press("Show results")
    assert plain.page.locator("[data-announce]").inner_text() != before
    expect(plain.page.get_by_role("article").first).to_be_visible()
    for card in plain.page.get_by_role("article").all():
        expect(card.get_by_text("熊本市").first).to_be_visible()


def test_a_match_is_approved_with_one_invitation_for_two_clicks(plain: Person, site: Installation) -> None:
    key = backstage.proposed(site, "CH-KG-023")
    plain.sign_in(COORDINATOR)
    plain.open(f"/city/matches/{key}")
    plain.button("Approve and invite").dblclick()
    expect(plain.page.get_by_text(plain.say("Invited"), exact=True).first).to_be_visible()
    assert len(backstage.invitations(site, key, PARTNER)) == 1


def plain_text(person: Person, msgid: str) -> re.Pattern[str]:
    """The words of an error, whatever stands around them."""
    return re.compile(re.escape(person.say(msgid)))
