"""What brings two sides together, from the registration of a partner to the contacts of both, as people do it."""

import time

from playwright.sync_api import Locator, expect

from tests.browser import mailbox
from tests.browser.applicant import Applicant
from tests.browser.audit import audit
from tests.browser.person import COORDINATOR, Person

RECOMMENDED_WITHIN = 10.0


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
    doubt = city.field("Why you invite it all the same", card)
    if doubt.count():  # others in the same run may have filled its time
        doubt.fill(who.wish)
    city.press("Approve and invite", card)
    expect(_card(city, who).get_by_text(city.say("Invited"), exact=True)).to_be_visible()


def accepts_the_invitation(company: Person, who: Applicant) -> None:
    """The mail leads to the invitation; it says who asks, about what, and why this organisation."""
    mailbox.arrives(company.site, who.email, who.wish)
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


def _card(person: Person, who: Applicant) -> Locator:
    return person.page.get_by_role("article", name=who.name)
