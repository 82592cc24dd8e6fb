"""A partner asks about a challenge; the office answers in public, adds a file, and sees what it has changed."""

import pytest
from playwright.sync_api import expect

from tests.browser import backstage
from tests.browser.audit import audit
from tests.browser.conftest import Meet
from tests.browser.installation import Installation
from tests.browser.person import COORDINATOR, PARTNER, PHONE

pytestmark = pytest.mark.browser
QUESTION, ANSWER = "蓄電池の設置場所は決まっていますか。", "公民館3か所を候補にしています。"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_question_answer_file_and_versions(meet: Meet, site: Installation, scripts: bool) -> None:
    with backstage.stage(site) as session:
        number = backstage.challenge(session, "CH-KG-003" if scripts else "CH-KG-004").pk
    partner, city = meet(java_script_enabled=scripts), meet(java_script_enabled=scripts)
    partner.sign_in(PARTNER)
    partner.open(f"/challenges/{number}")
    partner.write("Your question", QUESTION)
    partner.press("Ask the office")
    partner.reads("The office has been asked. Its answer will stand here, without your name.")
    city.sign_in(COORDINATOR)
    city.open(f"/city/challenges/{number}")
    city.follow("Questions")
    expect(city.page.get_by_text(QUESTION)).to_be_visible()
    city.press("Answer in public")
    city.reads("Please fill this in.")
    city.write("Answer to the question", ANSWER)
    city.press("Answer in public")
    city.reads("The answer is public, and whoever asked has been told.")
    visitor = meet(java_script_enabled=scripts)
    visitor.open(f"/challenges/{number}")
    expect(visitor.page.get_by_text(ANSWER)).to_be_visible()
    city.open(f"/city/challenges/{number}/files")
    city.page.get_by_label(city.say("File")).set_input_files(
        {"name": "間取り図.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
    )
    city.press("Add")
    city.reads("The file has been added.")
    city.open(f"/city/challenges/{number}/edit")
    city.write("Cause", "古い設備の図面が残っていない。")
    city.press("Save")
    city.follow("Versions")
    expect(city.page.locator("ins").first).to_be_visible()
    visitor.page.reload()
    expect(visitor.page.get_by_role("link", name="間取り図.pdf")).to_be_visible()
    if scripts:
        for person in (city, visitor):
            audit(person.page)
            person.page.set_viewport_size(PHONE)
            audit(person.page)
