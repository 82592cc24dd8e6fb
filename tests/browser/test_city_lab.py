"""A city lab from a posted challenge to a published result: both kinds of proposal, departments asked, yes and no."""

import re

import pytest
from playwright.sync_api import expect

from models import Proposal
from tests.browser import backstage
from tests.browser.audit import audit
from tests.browser.conftest import Meet
from tests.browser.installation import Installation
from tests.browser.person import COORDINATOR, DEPARTMENT, PARTNER, PHONE, Person

pytestmark = pytest.mark.browser
OTHER = "satoyama@demo.example"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_two_proposals_one_pilot(meet: Meet, site: Installation, scripts: bool) -> None:
    title = f"公民館を涼しい居場所にしたい {scripts}"
    department, coordinator = meet(java_script_enabled=scripts), meet(java_script_enabled=scripts)
    maker, forester = meet(java_script_enabled=scripts), meet(java_script_enabled=scripts)
    department.sign_in(DEPARTMENT)
    coordinator.sign_in(COORDINATOR)
    maker.sign_in(PARTNER)
    forester.sign_in(OTHER)
    number = posts(department, coordinator, title)
    solution = answers(maker, number, f"日よけと見守りの組合せ {scripts}")
    field_test = proposes(forester, f"木陰をつくる実証 {scripts}")
    for key in (solution, field_test):
        asks(coordinator, key)
    says(department, solution, "Can be done")
    says(department, field_test, "Cannot be done", "場所を用意できません。")
    runs(coordinator, maker, solution)
    declines(coordinator, field_test)
    forester.open(f"/me/proposals/{field_test}")
    expect(forester.page.get_by_text("来年度に改めてご相談ください。")).to_be_visible()
    visitor = meet(java_script_enabled=scripts)
    visitor.open(f"/collaborations/{collaboration(site, solution)}")
    expect(visitor.page.get_by_text(f"日よけと見守りの組合せ {scripts}").first).to_be_visible()
    if scripts:
        looked_at(coordinator, maker, solution)


def collaboration(site: Installation, proposal_id: int) -> int | None:
    """What came of a proposal."""
    with backstage.stage(site) as session:
        return session.get_one(Proposal, proposal_id).collaboration_id


def posts(department: Person, coordinator: Person, title: str) -> int:
    """The department writes a challenge, and the coordinator publishes it."""
    department.open("/city/challenges/new")
    department.write("Title", title)
    department.tick("Problem to solve")
    department.tick("Society")
    department.write("What is wrong", "夏の日中に、涼しく過ごせる場所が足りない。")
    department.write("What should be different", "歩いて行ける所に涼しい場所がある。")
    department.write("Contact person", "山中 次郎")
    department.write("E-mail of the contact person", "chouju@example.lg.jp")
    department.press("Save and hand to the coordinator")
    department.page.wait_for_url(re.compile(r"/city/challenges/\d+"))
    number = int(department.page.url.split("/city/challenges/")[1].split("?")[0])
    coordinator.open(f"/city/challenges/{number}")
    coordinator.press("Publish")
    coordinator.reads("The challenge is published.")
    return number


def answers(maker: Person, number: int, title: str) -> int:
    maker.open(f"/challenges/{number}")
    maker.follow("Propose a solution")
    return hands_in(maker, title)


def proposes(forester: Person, title: str) -> int:
    forester.open("/municipalities/172065")
    forester.follow("Propose a field test")
    forester.write("Field that is needed", "公園 1か所、夏の三か月")
    return hands_in(forester, title)


def hands_in(person: Person, title: str) -> int:
    """First a draft with its title alone, which cannot be handed in; then all of it."""
    person.write("Title", title)
    person.press("Save")
    person.press("Hand in the proposal")
    person.reads("Please fill this in.")
    person.write("Summary of the proposal", "涼しい居場所をつくります。")
    person.write("What you would do", "三か月試し、利用した人の数を示します。")
    person.press("Save")
    person.press("Hand in the proposal")
    person.reads("The proposal has been received. The receipt has been sent to you by e-mail.")
    person.follow("Receipt to print")
    expect(person.heading(person.say("Receipt of a proposal"))).to_be_visible()
    return int(person.page.url.split("/")[-2])


def asks(coordinator: Person, key: int) -> None:
    coordinator.open("/city/proposals")
    coordinator.page.locator(f'a[href="/city/proposals/{key}"]').click()
    coordinator.page.get_by_text(coordinator.say("Ask departments"), exact=True).click()
    coordinator.tick("長寿課")
    coordinator.write("Question to the departments", "場所と人手はありますか。")
    coordinator.press("Ask the departments")
    coordinator.reads("The departments have been asked.")


def says(department: Person, key: int, answer: str, reason: str = "") -> None:
    """From the work list, without a reason first where one is needed."""
    department.open("/city?for=department")
    department.page.locator(f'a[href="/city/proposals/{key}"]').first.click()
    department.page.get_by_label(department.say(answer), exact=True).check()
    department.press("Answer for the department")
    if reason:
        department.reads("Please fill this in.")
        department.page.get_by_label(department.say(answer), exact=True).check()
        department.write("Reason or question", reason)
        department.press("Answer for the department")
    department.reads("The answer has been kept.")


def runs(coordinator: Person, maker: Person, key: int) -> None:
    """From the dialogue to the result: the plan is laid down and agreed to by both sides before anything begins."""
    coordinator.open(f"/city/proposals/{key}")
    coordinator.press("Begin the dialogue")
    coordinator.reads("The dialogue has begun, and the partners have been told.")
    coordinator.page.get_by_text(coordinator.say("Prepare a pilot"), exact=True).click()
    coordinator.press("Plan the collaboration")
    coordinator.page.locator("#collaboration a").click()
    coordinator.follow("Lay down the plan")
    coordinator.write("What is measured", "利用した人")
    coordinator.write("Target value", "300")
    coordinator.page.get_by_role("button", name=coordinator.say("Save the plan")).last.click()
    coordinator.press("Agree for the municipality")
    coordinator.reads("The municipality agrees to the plan. The partner has been told.")
    maker.open(f"/me/proposals/{key}")
    maker.page.locator("#collaboration a").click()
    maker.press("Agree to the plan")
    maker.reads("You have agreed to the plan. The municipality has been told.")
    coordinator.page.reload()
    coordinator.press("Begin the collaboration")
    coordinator.reads("The collaboration has begun.")
    coordinator.follow("Record the result")
    coordinator.tick("Put into regular use")
    coordinator.write("What came of it", "三か月で延べ四百人が利用しました。")
    coordinator.press("Record the result")
    coordinator.reads("The result has been recorded.")
    coordinator.press("Publish as a precedent")
    coordinator.reads("The collaboration is on the portal.")


def declines(coordinator: Person, key: int) -> None:
    coordinator.open(f"/city/proposals/{key}")
    coordinator.page.get_by_text(coordinator.say("Do not go on with it"), exact=True).click()
    coordinator.choose("Reason", "No field to test in")
    coordinator.write("Explanation for the partner", "来年度に改めてご相談ください。")
    coordinator.press("Decline with this reason")
    coordinator.reads("The partners have been told, with the reason.")


def looked_at(coordinator: Person, maker: Person, key: int) -> None:
    """Both pages, and the funnel with its figures, at a desk and on a telephone."""
    coordinator.open("/city/funnel")
    expect(coordinator.heading(coordinator.say("What becomes of proposals"), 2)).to_be_visible()
    audit(coordinator.page)
    for person, path in ((coordinator, f"/city/proposals/{key}"), (maker, f"/me/proposals/{key}")):
        person.open(path)
        audit(person.page)
        person.page.set_viewport_size(PHONE)
        audit(person.page)
