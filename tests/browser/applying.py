"""An application from both sides: a partner fills it in and hands it in, an office asks, decides and publishes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from playwright.sync_api import Locator, expect

from tests.browser import mailbox
from tests.browser.person import Person


@dataclass(frozen=True)
class Entries:
    """What is entered, by the words of the questions; `actions` maps a target to what is done for it."""

    texts: Mapping[str, str] = field(default_factory=dict)
    ticked: Sequence[str] = ()
    chosen: Mapping[str, str] = field(default_factory=dict)
    actions: Mapping[str, str] = field(default_factory=dict)
    city: str = ""


def begins(partner: Person, scheme: int, tier: str) -> None:
    """From the public page of the scheme to the form of a tier."""
    partner.open(f"/schemes/{scheme}")
    partner.page.get_by_role("link", name=f"{partner.say('Apply')} {tier}", exact=True).click()
    partner.press("Begin the application")
    partner.reads("Application form")


def fills(partner: Person, said: Entries) -> None:
    """Enter everything, and go on to the page on which it is read once more."""
    if said.city:
        partner.write("City where your organisation is", said.city)
    for question, text in said.texts.items():
        partner.write(question, text)
    for item in said.ticked:
        partner.field(item).check()
    for question, answer in said.chosen.items():
        partner.page.get_by_role("group", name=question).get_by_label(answer, exact=True).check()
    for target, text in said.actions.items():
        _classifies(partner, target, text)
    partner.press("Save and go on")
    expect(partner.heading(partner.say("Check and hand in"))).to_be_visible()


def _classifies(partner: Person, target: str, text: str) -> None:
    goal = partner.page.locator("details.goal-actions").nth(int(target.partition(".")[0]) - 1)
    if goal.get_attribute("open") is None:
        goal.locator("summary").click()
    goal.get_by_label(re.compile(rf"^\s*{re.escape(target)}\s")).fill(text)


def is_held_back(partner: Person, *missing: str) -> None:
    """The page says what is missing, and there is nothing to hand in with."""
    partner.reads("This is still missing")
    for line in missing:
        row = partner.page.locator("#assessment").get_by_role("row", name=line)
        expect(row.get_by_text(partner.say("Not reached yet"))).to_be_visible()
    expect(partner.button("Hand in the application")).to_have_count(0)


def hands_in(partner: Person) -> None:
    partner.press("Hand in the application")
    partner.reads("Your application has been handed in.")


def opens(city: Person, scheme: int, partner: str) -> None:
    """Find an application in the list of the office."""
    city.open(f"/city/applications?scheme={scheme}&status=received")
    city.page.get_by_role("main").get_by_role("link", name=partner, exact=True).click()
    expect(city.heading(partner)).to_be_visible()


def takes_up(city: Person) -> None:
    city.press("Take it up")
    city.reads("You have taken the application up.")


def asks(city: Person, question: str) -> None:
    city.write("To the applicant", question)
    city.press("Ask the applicant")
    city.reads("The applicant has been asked.")


def answers(partner: Person, address: str, name: str, question: str, reply: str) -> None:
    """The mail brings the question; the form, which can be corrected, leads to the answer."""
    mailbox.arrives(partner.site, address, question)
    partner.open("/me/applications")
    partner.follow("Answer the office", partner.page.get_by_role("region", name=name, exact=True))
    expect(partner.page.get_by_text(question)).to_be_visible()
    partner.press("Save and go on")
    partner.write("Your answer", reply)
    partner.press("Send the answer")
    partner.reads("Your answer has been sent.")


def grants(city: Person) -> None:
    city.press("Grant")
    city.reads("Granted. The applicant has been told the number.")


def holds(partner: Person, address: str, name: str, number: str, until: str) -> str:
    """The mail and the partner's own page say the number and the term; gives the page that says whether it is valid."""
    mailbox.arrives(partner.site, address, number)
    partner.open("/me/applications")
    partner.follow("View details", partner.page.get_by_role("region", name=name, exact=True))
    held = partner.page.get_by_role("main")
    for words in (number, until):
        expect(held.get_by_text(words).first).to_be_visible()
    return held.locator("a[href*='/verify/']").inner_text()


def is_valid(visitor: Person, address: str, number: str) -> None:
    """What the code on the certificate leads to."""
    visitor.open(address)
    visitor.reads("Valid")
    expect(visitor.page.get_by_text(number)).to_be_visible()


def in_the_register(visitor: Person, scheme: int, partner: str) -> Locator:
    """The public list of those who hold something, from the page of the scheme; gives the partner's entry."""
    visitor.open(f"/schemes/{scheme}")
    visitor.follow("Who holds it")
    entry = visitor.page.get_by_role("article").filter(has=visitor.heading(partner, 2))
    expect(entry.first).to_be_visible()
    return entry
