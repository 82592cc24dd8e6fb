"""A department writes a challenge down, a coordinator publishes it, and everybody finds it."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser.audit import audit
from tests.browser.conftest import Meet
from tests.browser.person import COORDINATOR, DEPARTMENT, Person

pytestmark = pytest.mark.browser
FOUND_WITHIN = 10.0
TITLE = "閉校した小学校の校舎に新しい役割を見つけたい"
PROBLEM = (
    "児童の数が減り、山あいの小学校が3年前に閉校しました。校舎と体育館は空いたままで、雨漏りと草刈りに年300万円かかります。"
    "地元の集いの場も失われ、高齢の住民からは寂しいという声が届いています。"
)
OUTCOME = "5年以内に、働く場や泊まる場として校舎に人の出入りが戻り、維持の費用を自ら賄えるようにしたい。"
#: how others would ask for it: by a word that stands in it, and by other words, in another language
BY_WORDS, BY_MEANING = "校舎", ("使われなくなった建物のリノベーション", "reuse of a closed school building")


def test_a_challenge_is_written_published_and_found(meet: Meet) -> None:
    department, city, visitor = meet(), meet(), meet()
    department.sign_in(DEPARTMENT)
    writes(department)
    sees_suggestions(department)
    hands_over(department)
    city.sign_in(COORDINATOR)
    publishes(city)
    seconds = found_by_everybody(visitor)
    print(f"findable {seconds:.1f} s after publication")


def writes(department: Person) -> None:
    department.follow("Write a challenge", department.page.get_by_role("main"))
    department.write("Title", TITLE)
    department.write("What is wrong", PROBLEM)
    department.write("What should be different", OUTCOME)
    need = department.page.get_by_role("textbox", name=re.compile(rf"^{department.say('Need')}"))
    need.first.fill("空き校舎の運営を引き受ける事業者")
    department.press("Add a need")
    expect(need).to_have_count(2)
    expect(need.last).to_be_focused()
    need.last.fill("古い建物を直せる設計者や工務店")


def sees_suggestions(department: Person) -> None:
    """The panel follows the typing by itself; a suggested target is ticked, and another one is picked from the list."""
    similar = department.page.locator("#similar")
    expect(similar.get_by_role("link").first).to_be_visible()
    targets = department.page.get_by_role("group", name=department.say("Targets that solving it would serve"))
    expect(targets.get_by_role("checkbox").first).to_be_visible()
    targets.get_by_role("checkbox").first.check()
    department.page.get_by_label(department.say("Another target")).select_option("11.3")
    expect(targets.get_by_role("checkbox", name=re.compile("11\\.3"))).to_be_checked()
    expect(targets.get_by_role("checkbox", checked=True)).to_have_count(2)
    audit(department.page)


def hands_over(department: Person) -> None:
    department.tick("Problem to solve")
    department.tick("Society")
    department.press("Save and hand to the coordinator")
    department.heading(TITLE).wait_for()
    department.reads("In review")
    audit(department.page)


def publishes(city: Person) -> None:
    """It waits on the work list."""
    city.page.get_by_role("main").get_by_role("link", name=TITLE, exact=True).click()
    reads_the_clinic(city)
    city.press("Publish")
    city.reads("The challenge is published.")


def reads_the_clinic(city: Person) -> None:
    """What the draft does not say leads to its field; back on the page, it can be published all the same."""
    address = city.page.url
    city.follow("Challenge clinic", city.page.locator("#steps"))
    expect(city.page.locator("#clinic")).to_be_in_viewport()
    city.follow("Cause", city.page.locator("#clinic"))
    expect(city.page.get_by_role("textbox", name=re.compile(city.say("Cause")))).to_be_in_viewport()
    audit(city.page)
    city.page.goto(address)


def found_by_everybody(visitor: Person) -> float:
    began = time.monotonic()
    while not finds(visitor, BY_WORDS):
        assert time.monotonic() - began < FOUND_WITHIN, f"not found after {FOUND_WITHIN:.0f} s"
    seconds = time.monotonic() - began
    for asked in BY_MEANING:
        assert finds(visitor, asked), f"not found by {asked!r}"
    visitor.page.get_by_role("link", name=TITLE).click()
    visitor.heading(TITLE).wait_for()
    audit(visitor.page)
    return seconds


def finds(visitor: Person, text: str) -> bool:
    """Whether it stands among the first three results."""
    visitor.open("/challenges")
    visitor.page.get_by_role("searchbox").fill(text)
    visitor.page.get_by_role("searchbox").press("Enter")
    visitor.page.wait_for_url(re.compile("q="))
    titles = visitor.page.locator("#results").get_by_role("article").get_by_role("heading")
    return TITLE in titles.all_inner_texts()[:3]
