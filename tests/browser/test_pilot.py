"""A pilot, played by both sides at browsers: from an introduction to a precedent that everybody reads."""

import pytest
from playwright.sync_api import expect

from matcher.policy import Actor, Seat
from matcher.services import recommendations
from models import Recommendation
from models.base import utcnow
from models.enums import Role
from tests.browser import backstage, mailbox
from tests.browser.audit import audit
from tests.browser.conftest import Meet
from tests.browser.installation import Installation
from tests.browser.person import COORDINATOR, PARTNER, PHONE, Person

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("language", "challenge"), [("ja", "CH-KG-012"), ("en", "CH-KG-003")], ids=["ja", "en"])
def test_from_an_introduction_to_a_precedent(meet: Meet, site: Installation, language: str, challenge: str) -> None:
    city, company, visitor = meet(language), meet(language), meet(language)
    title = f"実証 {language}"
    city.sign_in(COORDINATOR)
    begins(city, introduced(site, challenge), title)
    lays_down_the_plan(city)
    company.sign_in(PARTNER)
    agrees(company, title)
    runs(city, company)
    records_the_result(city)
    publishes(city)
    reads(visitor, city.page.url.replace("/city/", "/"), title)


def introduced(site: Installation, challenge: str) -> int:
    """A partner that has accepted an invitation: the id of the recommendation."""
    key = backstage.invited(site, challenge)
    with backstage.stage(site) as session:
        house = session.get_one(Recommendation, key).partner_id
        person = Actor(None, (Seat(Role.PARTNER_ADMIN, partner_id=house),), name="demo")
        recommendations.accept(session, person, key, message="", now=utcnow())
    return key


def begins(city: Person, match: int, title: str) -> None:
    city.open(f"/city/matches/{match}")
    city.follow("Begin a collaboration from this introduction")
    city.field("Title").wait_for()
    audit(city.page)
    city.write("Title", title)
    city.write("What will be done", "避難所で室温を測る。")
    city.press("Set up")
    city.reads("The collaboration has been set up.")
    city.heading(title).wait_for()
    expect(city.button("Begin the collaboration")).to_have_count(0)


def lays_down_the_plan(city: Person) -> None:
    city.follow("Lay down the plan")
    city.field("From").wait_for()
    audit(city.page)
    city.write("From", "2026-01-05")
    city.write("Until", "2026-03-31")
    city.write("Field of the pilot", "第一避難所")
    city.write("What is measured", "気付くまでの時間")
    city.write("Target value", "10")
    city.write("Unit", "分以内")
    city.page.get_by_role("button", name=city.say("Save the plan")).last.click()
    city.reads("The plan has been saved. Both sides now agree to it anew.")
    city.press("Agree for the municipality")
    city.reads("The municipality agrees to the plan. The partner has been told.")


def agrees(company: Person, title: str) -> None:
    """The mail leads to the plan."""
    company.open(mailbox.link(company.site, PARTNER, "/me/collaborations/"))
    company.open("/me/collaborations")
    audit(company.page)
    company.page.get_by_role("link", name=title, exact=True).click()
    company.reads("The partner has not agreed yet")
    audit(company.page)
    company.press("Agree to the plan")
    company.reads("You have agreed to the plan. The municipality has been told.")


def runs(city: Person, company: Person) -> None:
    city.page.reload()
    city.press("Begin the collaboration")
    city.reads("The collaboration has begun.")
    company.page.get_by_text(company.say("Write a note")).click()
    company.tick("Incident")
    company.write("What happened", "電池が切れました。")
    company.press("Save the note")
    company.reads("The note has been saved.")
    mailbox.link(city.site, COORDINATOR, "/city/collaborations/")
    city.page.reload()
    city.reads("電池が切れました。")
    audit(city.page)
    city.page.set_viewport_size(PHONE)
    audit(city.page)


def records_the_result(city: Person) -> None:
    city.follow("Record the result")
    city.write("Measured", "8分")
    city.choose("Met?", "Met (criterion)")
    city.tick("Put into regular use")
    city.write("What came of it", "すべての避難所に置くことにした。")
    city.write("What was learned", "置く高さを決めておくとよい。")
    audit(city.page)
    city.press("Record the result")
    city.reads("The result has been recorded.")
    city.reads("Is the challenge solved?")


def publishes(city: Person) -> None:
    city.press("Publish as a precedent")
    city.reads("The collaboration is on the portal.")


def reads(visitor: Person, address: str, title: str) -> None:
    """Everybody reads what came of it, and nothing of what stays between the two sides."""
    visitor.open(address)
    visitor.heading(title).wait_for()
    for words in ("すべての避難所に置くことにした。", "置く高さを決めておくとよい。", "気付くまでの時間", "8分"):
        expect(visitor.page.get_by_text(words)).to_be_visible()
    expect(visitor.page.get_by_text("電池が切れました。")).to_have_count(0)
    audit(visitor.page)
