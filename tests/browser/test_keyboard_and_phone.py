"""Without a mouse, and on a phone; results that follow the typing, under an address that can be passed on."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.audit import check_phone
from tests.browser.conftest import Meet
from tests.browser.person import PARTNER, PHONE, Person

pytestmark = pytest.mark.browser


def focused(person: Person) -> str:
    """What the element with the focus is, in short."""
    return str(person.page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))


def tab_to(person: Person, name: str, most: int = 60) -> None:
    """Press Tab until an element with this id or text has the focus."""
    for _ in range(most):
        person.page.keyboard.press("Tab")
        if focused(person) == name:
            return
    pytest.fail(f"the keyboard does not reach {name!r}")


def headings(person: Person) -> Locator:
    return person.page.locator("#results").get_by_role("article").get_by_role("heading")


def titles(person: Person) -> list[str]:
    return headings(person).all_inner_texts()


def test_the_first_key_leads_past_the_head(meet: Meet) -> None:
    person = meet()
    person.open("/challenges")
    person.page.keyboard.press("Tab")
    skip = person.link("Skip to the main text")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    person.page.keyboard.press("Enter")
    expect(person.page.get_by_role("main")).to_be_focused()
    person.page.keyboard.press("Tab")
    assert person.page.evaluate("document.activeElement.closest('main') !== null")


def test_a_menu_opens_and_closes_by_keys(meet: Meet) -> None:
    person = meet()
    person.sign_in(PARTNER)
    account = person.page.locator("details.menu > summary")
    account.focus()
    person.page.keyboard.press("Enter")
    settings = person.link("Account settings")
    expect(settings).to_be_visible()
    person.page.keyboard.press("Tab")
    expect(settings).to_be_focused()
    person.page.keyboard.press("Escape")
    expect(settings).to_be_hidden()
    expect(account).to_be_focused()


def test_filters_work_by_keys_and_keep_the_focus(meet: Meet) -> None:
    """Also where the control itself stands in the part that is exchanged."""
    person = meet()
    person.open("/challenges")
    before = titles(person)
    box = person.page.get_by_role("checkbox", name=person.say("Environment"))
    if not box.is_visible():
        person.page.get_by_text(person.say("Narrow down")).press("Enter")
    box.press("Space")
    expect(person.page).to_have_url(re.compile("pillar="))
    expect(box).to_be_focused()
    expect(box).to_be_checked()
    assert titles(person) != before
    order = person.page.get_by_label(person.say("Order"))
    order.focus()
    person.page.keyboard.press("ArrowDown")
    expect(person.page).to_have_url(re.compile("sort="))
    expect(order).to_be_focused()
    assert focused(person) == "sort"


def test_results_follow_the_typing_and_their_address_can_be_shared(meet: Meet) -> None:
    person, friend = meet(), meet("en")
    person.open("/challenges")
    before = titles(person)
    field = person.page.get_by_role("searchbox")
    field.press_sequentially("高齢者が安心して暮らせる", delay=20)
    expect(person.page).to_have_url(re.compile("q="))
    expect(person.page.locator("[data-results]")).not_to_have_attribute("aria-busy", "true")
    expect(field).to_be_focused()
    expect(field).to_have_value("高齢者が安心して暮らせる")
    found = titles(person)
    assert found
    assert found != before
    friend.open(person.page.url)
    assert titles(friend) == found
    person.page.go_back()
    expect(person.page).not_to_have_url(re.compile("q="))
    expect(headings(person)).to_have_text(before, use_inner_text=True)  # waits: the page is fetched again


def test_a_phone_shows_everything_within_its_width(meet: Meet) -> None:
    person = meet(viewport=PHONE, is_mobile=True, has_touch=True)
    person.open("/")
    check_phone(person.page)
    person.page.locator("details.nav > summary").tap()
    expect(person.link("Challenges", person.page.get_by_role("navigation"))).to_be_visible()
    check_phone(person.page)
    person.link("Challenges", person.page.get_by_role("navigation")).tap()
    person.page.get_by_text(person.say("Narrow down")).tap()
    expect(person.page.get_by_role("checkbox", name=person.say("Environment"))).to_be_visible()
    check_phone(person.page)
    person.page.get_by_role("checkbox", name=person.say("Environment")).tap()
    expect(person.page).to_have_url(re.compile("pillar="))
    person.page.get_by_role("article").first.get_by_role("link").first.tap()
    person.link("Show interest").first.wait_for()
    check_phone(person.page)
