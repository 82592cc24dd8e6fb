"""An office and a partner talk about an invitation, and an office tells many partners at once."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser import backstage
from tests.browser.audit import audit
from tests.browser.conftest import Meet
from tests.browser.installation import Installation
from tests.browser.person import COORDINATOR, PARTNER, Person

pytestmark = pytest.mark.browser
ASKED, ANSWERED = "避難所を見ていただけますか。", "はい、来週伺えます。"
#: a challenge of its own for each way, so that both find an invitation without a word
CHALLENGES = {True: "CH-KG-014", False: "CH-KG-015"}


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_both_sides_talk_where_they_work(meet: Meet, site: Installation, scripts: bool) -> None:
    key = backstage.invited(site, CHALLENGES[scripts])
    city, partner = meet(java_script_enabled=scripts), meet(java_script_enabled=scripts)
    city.sign_in(COORDINATOR)
    city.open(f"/city/matches/{key}")
    says(city, ASKED)
    partner.sign_in(PARTNER)
    partner.page.get_by_role("navigation", name=partner.say("Main menu")).get_by_role(
        "link", name=partner.say("Messages")
    ).click()
    expect(partner.page.get_by_text(partner.say("%(num)s new", num=1)).first).to_be_visible()
    partner.open(f"/me/invitations/{key}")
    expect(lines(partner)).to_have_text([ASKED])
    reads_on(partner, scripts)
    says(partner, ANSWERED)
    expect(lines(partner)).to_have_text([ASKED, ANSWERED])
    city.open(f"/messages/recommendation/{key}")
    expect(lines(city)).to_have_text([ASKED, ANSWERED])
    city.press("Withdraw this message")
    city.reads("This message has been withdrawn.")
    if scripts:
        audit(city.page)


def lines(person: Person) -> Locator:
    return person.page.locator(".talk__line .prose")


def says(person: Person, text: str) -> None:
    """By the keyboard from the field to the button."""
    person.write("Your message", text)
    person.button("Send the message").focus()
    person.page.keyboard.press("Enter")
    expect(person.page.locator(".talk__line--own .prose")).to_have_text([text])
    expect(person.field("Your message")).to_have_value("")


def reads_on(person: Person, scripts: bool) -> None:
    """Coming into view is enough where scripts run; elsewhere there is a button."""
    button = person.button("Mark as read")
    if scripts:
        button.scroll_into_view_if_needed() if button.count() else None
    else:
        button.click()
    expect(button).to_have_count(0)


def test_an_announcement_is_written_looked_at_and_sent(meet: Meet) -> None:
    city = meet()
    city.sign_in(COORDINATOR)
    city.open("/city/announcements/new")
    city.press("Go on to the preview")
    audit(city.page)
    city.write("Heading", "実証実験の説明会")
    city.write("Text", "12月10日に説明会を開きます。")
    city.tick("Company")
    city.press("Go on to the preview")
    city.reads("12月10日に説明会を開きます。")
    audit(city.page)
    city.page.get_by_role("main").get_by_role("button").first.click()
    city.open("/city/announcements")
    row = city.page.get_by_role("row").filter(has_text="実証実験の説明会")
    expect(row.get_by_text(city.say("Sent"), exact=True)).to_be_visible()
