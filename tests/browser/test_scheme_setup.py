"""A coordinator sets up a scheme of two tiers with a self-assessment and a pass mark, from nothing to public."""

import pytest
from playwright.sync_api import expect

from tests.browser.audit import audit
from tests.browser.conftest import Meet
from tests.browser.person import COORDINATOR, PHONE
from tests.browser.scheme_setup import set_up

pytestmark = pytest.mark.browser
POINTS = "取り組んでいない | 0\n計画中 | 1\n実施中 | 2"


def _assessed(category: str) -> dict[str, object]:
    return {
        "Question": f"{category}の取組",
        "kind": "One of several choices",
        "Must be answered": True,
        "Choices": POINTS,
        "Category of the self-assessment": category,
    }


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_scheme_of_two_tiers_from_nothing_to_public(meet: Meet, scripts: bool) -> None:
    city, name = meet(java_script_enabled=scripts), f"まちのSDGsパートナー {scripts}"
    city.sign_in(COORDINATOR)
    key = set_up(
        city,
        {
            "name": name,
            "summary": "SDGsに取り組む団体を登録し、認証します。",
            "kinds": ["Company", "NPO"],
            "tiers": [
                {
                    "name": "登録",
                    "level": "Registration (confirmation)",
                    "years": 3,
                    "questions": [{"Question": "取組", "kind": "Several lines of text", "Must be answered": True}],
                    "items": [{"lines": ["節電", "分別"], "category": "環境", "level": "Basic item"}],
                    "rules": {"all_basic": True},
                },
                {
                    "name": "認証",
                    "level": "Certification (detailed review)",
                    "requires": "登録",
                    "years": 3,
                    "rounds": [("第1期", "2026-06-01", "2099-07-31")],
                    "questions": [_assessed(category) for category in ("環境", "社会", "ガバナンス", "地域")],
                    "rules": {
                        "categories": {
                            "環境": (2, 60),
                            "社会": (1, ""),
                            "ガバナンス": (1, ""),
                            "地域": (2, 60),
                        },
                        "total": 60,
                    },
                },
            ],
        },
    )
    visitor = meet(java_script_enabled=scripts)
    visitor.open("/schemes")
    visitor.page.get_by_role("link", name=name, exact=True).click()
    expect(visitor.heading("認証", level=2)).to_be_visible()
    visitor.reads("Applications are open")
    city.open(f"/city/schemes/{key}")
    if scripts:
        for person in (city, visitor):
            audit(person.page)
            person.page.set_viewport_size(PHONE)
            audit(person.page)
