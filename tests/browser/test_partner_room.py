"""What a partner is told on its own pages: what would open more challenges, and who offers what to whom."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.audit import audit
from tests.browser.conftest import Meet
from tests.browser.person import PARTNER, PHONE, Person

pytestmark = pytest.mark.browser
KAGA, TOKYO = "172065", "13"


def test_the_region_that_is_lacking_is_told_and_added(meet: Meet) -> None:
    """The maker of sensors leaves for Tokyo, is told what it would gain in 加賀市, and comes back."""
    partner = meet()
    partner.sign_in(PARTNER)
    partner.open("/me/profile")
    partner.write("Pilots you can run at the same time", "20")  # others have filled its time by now
    before = works_in(partner, [TOKYO])
    advice = lacks(partner).get_by_role("listitem").filter(has=partner.link("Change the regions"))
    appears(partner, advice.filter(has_text="加賀市"), True)
    expect(advice.get_by_role("listitem").get_by_role("link").first).to_be_visible()
    audit(partner.page)
    partner.follow("Change the regions", advice)
    assert KAGA in before
    assert works_in(partner, before) == [TOKYO]
    appears(partner, advice, False)


def test_each_side_says_whose_it_is(meet: Meet) -> None:
    partner = meet()
    partner.sign_in(PARTNER)
    partner.follow("Finding each other")
    partner.follow("Possible partners", partner.page.get_by_role("main"))
    card = partner.page.get_by_role("article").first
    ours, theirs = card.locator(".pair__heads span").all()[:2]
    expect(ours).to_have_text(partner.say("What you look for"))
    expect(theirs).to_have_text(partner.say("What they offer"))
    audit(partner.page)
    partner.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    expect(ours).to_be_hidden()
    for words in ("What you look for", "What they offer"):
        caption = card.locator(".pair__whose", has_text=partner.say(words)).first
        expect(caption).to_be_visible()
        assert (caption.bounding_box() or {"height": 0})["height"] > 10, "more than what only a screen reader sees"


def works_in(partner: Person, codes: list[str]) -> list[str]:
    """Choose these regions on the profile and no others; gives those that were chosen before."""
    boxes = partner.page.locator("#regions")
    before: list[str] = boxes.locator("input:checked").evaluate_all("found => found.map(box => box.value)")
    if not boxes.locator("details[open]").count():
        boxes.locator("summary").click()
    for code in {*before, *codes}:
        boxes.locator(f"input[value='{code}']").set_checked(code in codes)
    partner.press("Save")
    partner.reads("Your profile has been saved. The matching reads it within a few seconds.")
    return before


def lacks(partner: Person) -> Locator:
    return partner.page.get_by_role("list", name=partner.say("What would open more challenges to you"))


def appears(partner: Person, advice: Locator, wanted: bool) -> None:
    """As soon as the change has been read."""
    for _ in range(40):
        partner.open("/me")
        if (advice.count() > 0) is wanted:
            return
        partner.page.wait_for_timeout(500)
    pytest.fail(f"after 20 s the advice is {'still missing' if wanted else 'still there'}")
