"""What goes wrong in an office: sessions end, two people do the same thing, and things change under one's hands."""

import re

import pytest
from playwright.sync_api import expect

from models.enums import RecommendationStatus
from tests.browser import backstage, mailbox
from tests.browser.audit import audit
from tests.browser.conftest import Meet
from tests.browser.installation import Installation
from tests.browser.person import COORDINATOR, DEPARTMENT, PARTNER, PASSWORD, Person

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("lost", ["the session", "the cookie"])
def test_nothing_typed_is_lost_with_a_session(meet: Meet, site: Installation, lost: str) -> None:
    person = meet()
    person.sign_in(PARTNER)
    person.open("/me/profile")
    typed = f"{lost}が切れても残る文章です。"
    person.write("What you are looking for", typed)
    if lost == "the session":
        backstage.end_sessions(site, PARTNER)
    else:
        person.context.clear_cookies()
    person.press("Save")
    expect(person.page).to_have_url(re.compile("/sign-in"))
    person.sign_in(PARTNER)
    expect(person.page).to_have_url(re.compile("/me/profile"))
    expect(person.field("What you are looking for")).to_have_value(typed)
    person.press("Save")
    person.reads("Your profile has been saved. The matching reads it within a few seconds.")


def test_a_session_that_ends_at_a_button_of_htmx_leads_back_with_the_message(meet: Meet, site: Installation) -> None:
    key = backstage.proposed(site, "CH-KG-007")
    city = meet()
    city.sign_in(COORDINATOR)
    city.open(f"/city/matches/{key}")
    city.page.get_by_text(city.say("Add a message")).click()
    city.page.get_by_label(city.say("Message to the partner")).fill("打診の前に書いた言葉")
    backstage.end_sessions(site, COORDINATOR)
    city.press("Approve and invite")
    expect(city.page).to_have_url(re.compile("/sign-in"))
    city.sign_in(COORDINATOR)
    expect(city.page.get_by_label(city.say("Message to the partner"))).to_have_value("打診の前に書いた言葉")
    city.press("Approve and invite")
    expect(city.page.get_by_text(city.say("Invited"), exact=True).first).to_be_visible()


def test_a_double_click_invites_once(meet: Meet, site: Installation) -> None:
    key = backstage.proposed(site, "CH-KG-009")
    city = meet()
    city.sign_in(COORDINATOR)
    city.open(f"/city/matches/{key}")
    city.button("Approve and invite").dblclick()
    expect(city.page.get_by_text(city.say("Invited"), exact=True).first).to_be_visible()
    assert len(backstage.invitations(site, key, PARTNER)) == 1


def test_of_two_who_write_at_once_the_second_sees_both_versions(meet: Meet, site: Installation) -> None:
    path = f"/city/challenges/{backstage.key_of(site, 'CH-KG-034')}/edit"
    department, city = meet(), meet()
    department.sign_in(DEPARTMENT)
    city.sign_in(COORDINATOR)
    for person in (department, city):
        person.open(path)
    department.write("Where", "大学の研究室")
    department.press("Save as a draft")
    department.reads("The challenge has been saved.")
    city.write("Where", "市の全域")
    with city.page.expect_response(f"**{path}") as answer:
        city.press("Save as a draft")
    assert answer.value.status == 409
    versions = city.page.get_by_role("region", name=city.say("Both versions"))
    expect(versions.get_by_role("cell", name="大学の研究室")).to_be_visible()
    expect(versions.get_by_role("cell", name="市の全域")).to_be_visible()
    expect(city.field("Where")).to_have_value("市の全域")
    audit(city.page)
    city.press("Save as a draft")
    city.reads("The challenge has been saved.")


def test_declining_after_accepting_ends_the_introduction(meet: Meet, site: Installation) -> None:
    """In a second window, which still shows the invitation as open."""
    key = backstage.invited(site, "CH-KG-018")
    person, city = meet(), meet()
    person.sign_in(PARTNER)
    person.open(f"/me/invitations/{key}")
    stale = person.context.new_page()
    stale.goto(person.page.url)
    person.press("Accept and be introduced")
    person.reads("Record of the introduction")
    stale.get_by_label(person.say("Reason")).select_option("no_capacity")
    stale.get_by_role("button", name=person.say("Decline the invitation"), exact=True).click()
    expect(stale.get_by_text(person.say("The municipality has been told, with your reason."))).to_be_visible()
    person.page.reload()
    expect(person.heading(person.say("Record of the introduction"), 2)).to_have_count(0)
    assert backstage.status(site, key) is RecommendationStatus.REFUSED
    city.sign_in(COORDINATOR)
    city.open(f"/city/matches/{key}")
    city.reads("Declined by the partner")
    audit(city.page)


def test_accepting_after_declining_is_refused_in_words(meet: Meet, site: Installation) -> None:
    key = backstage.invited(site, "CH-KG-013")
    person = meet()
    person.sign_in(PARTNER)
    person.open(f"/me/invitations/{key}")
    stale = person.context.new_page()
    stale.goto(person.page.url)
    person.page.get_by_label(person.say("Reason")).select_option("no_capacity")
    person.page.get_by_role("button", name=person.say("Decline the invitation"), exact=True).click()
    person.reads("The municipality has been told, with your reason.")
    with stale.expect_response("**/accept") as answer:
        stale.get_by_role("button", name=person.say("Accept and be introduced")).click()
    assert answer.value.status == 409
    assert backstage.status(site, key) is RecommendationStatus.REFUSED
    audit(stale)


def test_an_invitation_lapses_when_its_challenge_is_taken_off(meet: Meet, site: Installation) -> None:
    """The partner has it open meanwhile, and presses the button all the same."""
    key, challenge = backstage.invited(site, "CH-KG-021"), backstage.key_of(site, "CH-KG-021")
    person, city = meet(), meet("en")
    person.sign_in(PARTNER)
    person.open(f"/me/invitations/{key}")
    city.sign_in(COORDINATOR)
    city.open(f"/city/challenges/{challenge}")
    takes_off(city)
    with person.page.expect_response("**/accept") as answer:
        person.press("Accept and be introduced")
    assert answer.value.status == 409
    audit(person.page)
    person.open(f"/me/invitations/{key}")
    expect(person.button("Accept and be introduced")).to_have_count(0)
    audit(person.page)
    assert backstage.status(site, key) is RecommendationStatus.LAPSED
    mailbox.arrives(site, PARTNER, person.say("An invitation has ended"))
    assert person.open(f"/challenges/{challenge}") == 404


def takes_off(city: Person) -> None:
    step = city.page.locator("details").filter(has_text=city.say("Take off the portal")).last
    step.locator("summary").click()
    step.get_by_role("textbox").fill("内容を見直します。")
    city.press("Take off the portal", step)
    city.reads("The challenge is back in review and no longer public.")


def test_a_wrong_password_says_so_and_keeps_the_address(meet: Meet) -> None:
    person = meet()
    person.open("/sign-in")
    person.write("E-mail address", PARTNER)
    person.write("Password", PASSWORD[:-1])
    person.field("Password").press("Enter")
    person.reads("The e-mail address or the password is not right.")
    expect(person.field("E-mail address")).to_have_value(PARTNER)
    audit(person.page)
