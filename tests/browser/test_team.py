"""A coordinator sees that nobody answers all needs of a challenge, and puts a team of partners on its list."""

import pytest
from playwright.sync_api import expect

from matcher.services import flow
from models import Challenge, Need
from models.base import utcnow
from models.enums import ChallengeKind, ChallengeStatus, EntityType, Pillar
from tests.browser import backstage
from tests.browser.audit import audit
from tests.browser.conftest import Meet
from tests.browser.installation import Installation
from tests.browser.person import COORDINATOR, PHONE, Person

pytestmark = pytest.mark.browser
NEEDS = ("避難所の空きや混雑を住民に知らせる仕組み", "学校でのプログラミング教育と教員の研修")
READ_WITHIN = 30


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_from_several_needs_to_a_team_on_the_list(meet: Meet, site: Installation, scripts: bool) -> None:
    city = meet(java_script_enabled=scripts)
    city.sign_in(COORDINATOR)
    city.open(f"/city/challenges/{drafted(site, f'防災と学びを一緒に進めたい {scripts}')}/matches")
    city.follow("See which partners could cover them together")
    wait_until_read(city)
    table = city.page.get_by_role("region", name=city.say("Who covers which need"))
    expect(table.get_by_text(city.say("Covers it"), exact=True)).to_have_count(len(NEEDS))
    names = table.get_by_role("columnheader").get_by_role("link").all_inner_texts()
    assert len(names) == len(NEEDS)
    if scripts:
        audit(city.page)
        city.page.set_viewport_size(PHONE)
        audit(city.page)
    puts_forward(city, names)


def drafted(site: Installation, title: str) -> int:
    """A challenge with two needs, for each of which the demonstration knows a partner."""
    with backstage.stage(site) as session:
        said = {"kind": ChallengeKind.PROBLEM, "pillar": Pillar.SOCIETY, "status": ChallengeStatus.DRAFT}
        town = backstage.challenge(session, "CH-KG-011").municipality_id
        row = Challenge(municipality_id=town, title=title, **said)
        session.add(row)
        session.flush()
        session.add_all([Need(challenge_id=row.pk, position=n, text=text) for n, text in enumerate(NEEDS)])
        flow.mark(session, EntityType.CHALLENGE, row.pk, utcnow())
        return row.pk


def wait_until_read(city: Person) -> None:
    """The worker reads the texts within moments; whoever comes sooner is told to look again."""
    waiting = city.page.get_by_text(city.say("The needs could not be compared yet"))
    for _ in range(READ_WITHIN):
        if not waiting.count():
            return
        city.page.wait_for_timeout(1_000)
        city.page.reload()


def puts_forward(city: Person, names: list[str]) -> None:
    """One by the keyboard, the other by a click."""
    adding = city.button("Add to the list")
    expect(adding).to_have_count(2)
    adding.first.focus()
    city.page.keyboard.press("Enter")
    expect(adding).to_have_count(1)
    adding.click()
    expect(adding).to_have_count(0)
    city.follow("Back to the matches")
    for name in names:
        expect(city.page.get_by_role("heading", name=name, exact=True)).to_be_visible()
