"""The main job, played by people at browsers: from a registration to an introduction, in each language."""

import pytest
from playwright.sync_api import expect

from tests.browser import applicant as applicants
from tests.browser.applicant import APPLICANTS
from tests.browser.audit import audit
from tests.browser.conftest import Meet
from tests.browser.introducing import (
    accepts_the_invitation,
    accepts_the_registration,
    both_see_each_other,
    finds_it_recommended,
    invites,
)
from tests.browser.person import COORDINATOR, Person

pytestmark = pytest.mark.browser


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
