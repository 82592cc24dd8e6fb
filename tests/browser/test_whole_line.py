"""The main job, played by people at browsers: from a registration to an introduction, in each language."""

import time

import pytest
from playwright.sync_api import Locator, expect

from tests.browser import applicant as applicants
from tests.browser import mailbox
from tests.browser.applicant import APPLICANTS, Applicant
from tests.browser.audit import audit
from tests.browser.conftest import Meet
from tests.browser.person import COORDINATOR, Person

pytestmark = pytest.mark.browser
RECOMMENDED_WITHIN = 10.0


@pytest.mark.parametrize("language", ["ja", "en"])
def test_from_registration_to_introduction(meet: Meet, language: str) -> None:
    company, city, who = meet(language), meet(language), APPLICANTS[language]
    applicants.register(company, who)
    applicants.confirm(company, who)
    sees_what_fits(company)
    edits_the_profile(company)
    city.sign_in(COORDINATOR)
    accepts_the_registration(city, who)
    seconds = finds_it_recommended(city, who)
    print(f"recommended {seconds:.1f} s after acceptance ({language})")
    invites(city, who)
    accepts_the_invitation(company, who)
    both_see_each_other(company, city, who)
    joins_and_leaves_a_group(company)


def sees_what_fits(company: Person) -> None:
    """At once, before any city has looked at the application, and each with its reason."""
    expect(company.page).to_have_url(f"{company.site.url}/me")
    fits = company.page.get_by_role("article")
    expect(fits.first).to_be_visible()
    for number in range(fits.count()):
        assert fits.nth(number).locator(".pair, .signal").count(), "a challenge that fits without a reason"
    audit(company.page)


def edits_the_profile(company: Person) -> None:
    company.follow("What we offer", company.page.get_by_role("navigation"))
    company.write("Website", "https://example.com/")
    audit(company.page)
    company.press("Save")
    company.reads("Your profile has been saved. The matching reads it within a few seconds.")


def accepts_the_registration(city: Person, who: Applicant) -> None:
    audit(city.page)
    city.page.get_by_role("main").get_by_role("link", name=who.name, exact=True).click()
    city.heading(who.name).wait_for()
    for title, _description, _record in who.offerings:
        expect(city.heading(title, 3)).to_be_visible()
    audit(city.page)
    city.press("Register", city.page.locator("#decision"))
    city.reads("The partner is registered.")


def finds_it_recommended(city: Person, who: Applicant) -> float:
    """Ask again and again, as an impatient person would; gives how many seconds passed since the acceptance."""
    began = time.monotonic()
    city.open("/city/challenges?q=" + who.challenge)
    city.follow(who.challenge)
    city.follow("Matches", city.page.get_by_role("main"))
    while True:
        city.page.get_by_role("button", name=city.say("Recommend again")).or_(city.button("Recommend partners")).click()
        city.page.wait_for_load_state()
        seconds = time.monotonic() - began
        if city.page.get_by_role("article", name=who.name).count():
            break
        assert seconds < RECOMMENDED_WITHIN, f"{who.name} is not recommended after {seconds:.1f} s"
    assert seconds < RECOMMENDED_WITHIN
    return seconds


def invites(city: Person, who: Applicant) -> None:
    card = _card(city, who)
    expect(card.locator(".pair").first).to_be_visible()
    if city.language == "ja":  # words in common are marked; a text in another language has none
        expect(card.locator("mark").first).to_be_visible()
    expect(card.get_by_text(city.say("What speaks for it")).first).to_be_visible()
    audit(city.page)
    card.get_by_text(city.say("Add a message")).click()
    card.get_by_label(city.say("Message to the partner")).fill(who.wish)
    city.press("Approve and invite", card)
    expect(_card(city, who).get_by_text(city.say("Invited"), exact=True)).to_be_visible()


def accepts_the_invitation(company: Person, who: Applicant) -> None:
    """The mail leads to the invitation; it says who asks, about what, and why this organisation."""
    company.open(mailbox.link(company.site, who.email, "/me/invitations/"))
    company.heading(who.challenge).wait_for()
    expect(company.page.get_by_text(who.wish)).to_be_visible()
    company.reads("Why we think that you fit")
    audit(company.page)
    company.write("Message to the other side", who.seeks)
    company.press("Accept and be introduced")
    company.reads("You have been introduced. Both sides now know each other's contact person.")


def both_see_each_other(company: Person, city: Person, who: Applicant) -> None:
    company.reads("Record of the introduction")
    expect(company.page.get_by_text("加賀市").first).to_be_visible()
    audit(company.page)
    city.page.reload()
    city.follow("Both contacts", _card(city, who))
    introduction = city.page.locator("#introduction")
    for known in (who.person, who.email, who.seeks):
        expect(introduction.get_by_text(known)).to_be_visible()
    audit(city.page)
    mailbox.link(city.site, COORDINATOR, "/city/matches/")


def joins_and_leaves_a_group(company: Person) -> None:
    company.follow("Working groups", company.page.get_by_role("navigation"))
    company.page.get_by_role("article").filter(has_text=company.say("Open to registered partners")).first.get_by_role(
        "link"
    ).first.click()
    company.press("Join the group")
    company.reads("You have joined the group.")
    audit(company.page)
    company.press("Leave the group")
    company.reads("You have left the group.")


def _card(person: Person, who: Applicant) -> Locator:
    return person.page.get_by_role("article", name=who.name)
