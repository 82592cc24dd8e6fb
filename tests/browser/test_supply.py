"""A coordinator reads where partners are missing, unfolds a goal, and goes on to whom nobody has called."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.audit import audit
from tests.browser.conftest import Meet
from tests.browser.person import COORDINATOR

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_from_the_heat_map_to_the_lists(meet: Meet, scripts: bool) -> None:
    city = meet(java_script_enabled=scripts)
    city.sign_in(COORDINATOR)
    city.open("/city")
    city.follow("Figures")
    city.follow("Supply and demand", city.page.get_by_role("main"))
    city.heading(city.say("Supply and demand")).wait_for()
    table = city.page.get_by_role("table")
    expect(table.get_by_role("row")).to_have_count(1 + 17 + 2)
    city.page.locator("#goal-11 th a").click()
    expect(table.get_by_role("row")).to_have_count(1 + 17 + 10 + 2)
    if scripts:
        audit(city.page)
    city.follow("Challenges of all municipalities")
    expect(table.get_by_role("columnheader")).to_have_count(6)
    with city.page.expect_download() as file:
        city.follow("Save all 169 targets as an Excel file")
    assert file.value.suggested_filename.endswith(".xlsx")
    city.follow("Challenges without a candidate")
    city.follow("Not looked for yet")
    city.follow("Find partners", table.get_by_role("row").nth(1))
    expect(city.page).to_have_url(re.compile(r"/city/challenges/\d+/matches"))
    city.open("/city/supply/partners")
    city.choose("Order", "Name")
    city.press("Show results")
    expect(table.get_by_role("row").nth(1)).to_be_visible()
