"""Looks at a page as a checker does: with axe-core for serious faults, and for what does not fit a phone."""

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.browser.person import DESK, PHONE

AXE = Path(__file__).parent / "vendor" / "axe" / "axe.min.js"
SERIOUS = ("serious", "critical")
LEAST_TARGET = 24
_RUN = """async () => {
    const found = await axe.run(document, {resultTypes: ["violations"]});
    return found.violations.map(({id, impact, nodes}) =>
        ({id, impact, nodes: nodes.map((node) => [node.target.join(" "), node.failureSummary])}));
}"""
#: what reaches over the right edge, unless something around it scrolls by itself
_TOO_WIDE = """() => {
    const edge = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= edge) return [];
    return [...document.body.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > edge + 1)
        .slice(0, 5).map((e) => e.outerHTML.slice(0, 160));
}"""
#: controls that are too small to hit (WCAG 2.2, 2.5.8); links within a sentence and hidden ones do not count
_TOO_SMALL = """(least) => [...document.querySelectorAll("button, summary, select, input:not([type=hidden]), a.btn")]
    .filter((e) => e.checkVisibility({visibilityProperty: true}) && !e.closest(".visually-hidden, .skip-link"))
    .map((e) => [e, (e.closest("label") || e).getBoundingClientRect()])
    .filter(([, box]) => box.width > 1 && box.height > 1 && (box.width < least || box.height < least))
    .map(([e, box]) => `${Math.round(box.width)}x${Math.round(box.height)} ${e.outerHTML.slice(0, 120)}`)"""


@cache
def _axe() -> str:
    return AXE.read_text("utf-8")


def violations(page: Page) -> list[dict[str, Any]]:
    """What axe-core calls serious or critical. It is brought in past the content security policy, which stays on."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(_axe())
    found: list[dict[str, Any]] = page.evaluate(_RUN)
    return [violation for violation in found if violation["impact"] in SERIOUS]


def audit(page: Page) -> None:
    """The page as it stands, at a desk and on a phone; afterwards it is as wide as before."""
    before = page.viewport_size
    for size in (DESK, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        where = f"{page.url} at {size['width']} px"
        found = violations(page)
        assert not found, f"{where}: " + "; ".join(f"{v['id']} ({v['impact']}): {v['nodes'][:3]}" for v in found)
    check_phone(page)
    if before:
        page.set_viewport_size(before)


def check_phone(page: Page) -> None:
    """At the width of a phone nothing reaches over the edge, and what is pressed is large enough."""
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert page.evaluate(_TOO_WIDE) == [], f"{page.url} scrolls sideways on a phone"
    assert page.evaluate(_TOO_SMALL, LEAST_TARGET) == [], f"{page.url} has controls too small to hit"
