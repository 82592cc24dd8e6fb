"""A coordinator ticks challenges, has them planned, locks and forbids a pair, plans again, and recommends the rest."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.audit import audit
from tests.browser.conftest import Meet
from tests.browser.person import COORDINATOR, Person

pytestmark = pytest.mark.browser
PLANNED_WITHIN = 60_000


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_from_ticks_to_recommendations(meet: Meet, scripts: bool) -> None:
    city = meet(java_script_enabled=scripts)
    city.sign_in(COORDINATOR)
    city.open("/city/assignments")
    begins(city, f"冬の交流会 {scripts}")
    planned(city, "Make the plan", scripts)
    city.reads("The plan in figures")
    if scripts:
        audit(city.page)
    lays_down(city)
    planned(city, "Make the plan again", scripts)
    expect(city.page.locator("#plan").get_by_text(city.say("Locked"), exact=True)).to_be_visible()
    city.page.locator("#plan").get_by_role("checkbox").first.uncheck()
    city.press("Recommend the ticked pairs on this page")
    expect(city.page.locator("#plan").get_by_text(city.say("Proposed"), exact=True).first).to_be_visible()
    expect(city.page.locator("#plan").get_by_role("checkbox")).to_have_count(1)
    city.press("Put it away")
    city.reads("The assignment has been put away.")


def begins(city: Person, name: str) -> None:
    main = city.page.get_by_role("main")
    main.get_by_role("link", name=city.say("Begin an assignment")).first.click()
    city.write("Name", name)
    city.tick("Matching event")
    city.write("Partners for each challenge", "2")
    city.press("Tick all shown")
    expect(city.page.locator("ul.choices--columns input[name=challenges]:checked").first).to_be_visible()
    expect(city.field("Name")).to_have_value(name)
    city.press("Save the assignment")
    city.heading(name).wait_for()


def planned(city: Person, button: str, scripts: bool) -> None:
    """The page follows by itself; without scripts one looks again."""
    city.press(button)
    ready = city.page.get_by_role("main").get_by_text(city.say("Plan ready"), exact=True)
    for _ in range(0 if scripts else 60):
        if ready.count():
            break
        city.page.wait_for_timeout(1_000)
        city.page.reload()
    expect(ready).to_be_visible(timeout=PLANNED_WITHIN)


def lays_down(city: Person) -> None:
    """The first pair stays; the second may not be, which needs a reason."""
    pairs = city.page.locator("#plan").get_by_role("listitem").filter(has=city.page.get_by_role("checkbox"))
    city.press("Lock", pairs.nth(0))
    city.reads("Noted. Make the plan again to see what it changes.")
    second = pairs.nth(1)
    second.get_by_text(re.compile(rf"^{city.say('Forbid')}")).first.click()
    city.press("Forbid this pair", second)
    city.reads("Please fill this in.")
    second = city.page.locator("#plan details[open]")
    second.get_by_label(city.say("Reason")).select_option("already_working")
    city.press("Forbid this pair", second)
    expect(city.page.locator("#rules").get_by_role("row")).to_have_count(3)
    city.reads("Something has been changed since this plan was made. Make it again to take that into account.")
