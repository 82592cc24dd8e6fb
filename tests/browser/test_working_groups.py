"""Three kinds of groups, each from its founding to a published result: 分科会, 専門部会 and 協議会."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlmodel import select

from matcher.services import accounts
from matcher.services.challenge_data import JAPAN
from models import GroupMeeting, Municipality, Partner, User, WorkingGroup
from models.base import utcnow
from models.enums import Role
from tests.browser import backstage
from tests.browser.audit import audit
from tests.browser.conftest import Meet
from tests.browser.installation import Installation
from tests.browser.person import COORDINATOR, PARTNER, PASSWORD, Person

pytestmark = pytest.mark.browser
MEMBER = "meguru@demo.example"
KAWASAKI, SHINAGAWA = "coordinator@kawasaki.groups.example", "coordinator@shinagawa.groups.example"
PURPOSE = "ひとり暮らしの高齢者をセンサーで見守る。食品の余りを共同の冷蔵庫で分け合う。里山の木を燃料に生かす。"


def test_a_subcommittee_that_a_partner_founds(meet: Meet, site: Installation) -> None:
    """分科会: a partner of Kawasaki proposes it, the city approves, members meet, and the result is public."""
    coordinated(site, "141305", KAWASAKI)
    registered(site, "DEMO-01", "141305")
    partner, city = meet(), meet()
    partner.sign_in(PARTNER)
    partner.open("/me/groups/new")
    partner.page.select_option("select[name=municipality]", "141305")
    describe(partner, "見守り分科会", "Subcommittee")
    partner.press("Propose the group")
    partner.reads("Your group has been proposed. The municipality will answer you.")
    city.sign_in(KAWASAKI)
    city.open("/city")
    city.page.get_by_role("link", name="見守り分科会", exact=True).click()
    city.press("Approve the founding")
    city.reads("The working group has been founded.")
    group_id = group(site, "見守り分科会")
    other = meet()
    joins(other, MEMBER, group_id)
    looks_for_the_missing(partner, group_id)
    meets(partner, other, site, group_id, "第1回 見守り分科会", public=False)
    publishes(partner, group_id, "見守りの手引き")
    public(meet(), group_id, "見守りの手引き", minutes=False)


def test_an_expert_panel_that_a_city_founds(meet: Meet, site: Installation) -> None:
    """専門部会: Shinagawa founds it and runs it itself; the minutes are public."""
    coordinated(site, "131091", SHINAGAWA)
    city, member = meet(), meet()
    city.sign_in(SHINAGAWA)
    city.open("/city/groups/new")
    describe(city, "専門部会（水辺）", "Expert panel")
    city.press("Found the group")
    city.reads("The working group has been founded.")
    group_id = group(site, "専門部会（水辺）")
    joins(member, PARTNER, group_id)
    meets(city, member, site, group_id, "第1回 専門部会（水辺）", public=True)
    publishes(city, group_id, "水辺の取組事例集")
    public(meet(), group_id, "水辺の取組事例集", minutes=True)


def test_a_council_with_members_who_ask(meet: Meet, site: Installation) -> None:
    """協議会: Kaga's RE100 council lets a member in, gives it a task, meets, and says what came of it."""
    group_id = group(site, "加賀市RE100推進協議会")
    city, member = meet(), meet()
    member.sign_in(PARTNER)
    member.open(f"/groups/{group_id}")
    member.press("Ask to join")
    city.sign_in(COORDINATOR)
    city.open(f"/groups/{group_id}/room")
    asking = city.page.locator("#requests").get_by_role("listitem").filter(has_text="みまもり工房")
    city.press("Admit", asking)
    city.reads("The partner has been told.")
    gives_a_task(city, member)
    meets(city, member, site, group_id, "RE100推進協議会 臨時会", public=True)
    publishes(city, group_id, "会員が30団体に")
    public(meet(), group_id, "会員が30団体に", minutes=True)


def describe(person: Person, name: str, kind: str) -> None:
    person.write("Name of the group", name)
    person.tick(kind)
    person.write("Purpose", PURPOSE)


def joins(person: Person, email: str, group_id: int) -> None:
    person.sign_in(email)
    person.open(f"/groups/{group_id}")
    person.press("Join the group")
    person.reads("You have joined the group.")


def looks_for_the_missing(person: Person, group_id: int) -> None:
    """Somebody registered could add what the two members cannot do, and is invited."""
    person.open(f"/groups/{group_id}/missing")
    expect(person.heading("足りない団体を探す")).to_be_visible()
    audit(person.page)
    inviting = person.button("Invite into the group")
    if inviting.count():
        inviting.first.click()
        expect(person.page.get_by_text("1団体に参加を案内しました。")).to_be_visible()


def meets(officer: Person, member: Person, site: Installation, group_id: int, title: str, *, public: bool) -> None:
    """A meeting is called, the member comes, and afterwards the minutes are written."""
    begin = datetime.now(JAPAN) + timedelta(days=7)
    officer.open(f"/groups/{group_id}/room")
    officer.follow("Call a meeting")
    officer.write("Title", title)
    officer.write("Begins at", f"{begin:%Y-%m-%dT%H:%M}")
    officer.write("Ends at", f"{begin + timedelta(hours=1):%Y-%m-%dT%H:%M}")
    officer.press("Call the meeting")
    officer.reads("Please enter a place, or a link to take part online.")
    officer.write("Place", "市民館")
    officer.write("Agenda", "進め方")
    officer.press("Call the meeting")
    officer.reads("The meeting has been called, and the members have been invited by mail.")
    address = officer.page.url
    member.open("/me/groups")
    member.page.get_by_role("link", name=title, exact=True).click()
    member.press("We come")
    member.reads("Your answer has been noted.")
    hold(site, title)
    officer.open(address)
    officer.follow("Write the minutes")
    officer.write("Minutes", f"{title}で話し合ったこと。")
    if public:
        officer.tick("Publish the minutes on the portal")
    officer.press("Save the minutes")
    officer.reads("The minutes have been saved.")
    audit(officer.page)
    member.open(address)
    expect(member.page.get_by_text(f"{title}で話し合ったこと。")).to_be_visible()


def gives_a_task(city: Person, member: Person) -> None:
    city.page.locator("#tasks summary").click()
    city.write("What is to be done", "会場を探す")
    city.choose("Who takes it on", "みまもり工房デモ株式会社")
    city.press("Note the task")
    city.reads("The task has been noted.")
    member.open("/me/groups")
    task = member.page.locator("#tasks").get_by_role("listitem").filter(has_text="会場を探す")
    member.press("Mark as done", task)
    member.reads("The task has been changed.")


def publishes(officer: Person, group_id: int, title: str) -> None:
    officer.open(f"/groups/{group_id}/room")
    officer.follow("Write down a result")
    officer.write("Title", title)
    officer.write("What was achieved", "話し合いから生まれました。")
    officer.press("Save the result")
    officer.reads("The result has been saved.")
    audit(officer.page)


def public(visitor: Person, group_id: int, result: str, *, minutes: bool) -> None:
    visitor.open(f"/groups/{group_id}")
    expect(visitor.page.get_by_role("heading", name=result)).to_be_visible()
    if not minutes:
        expect(visitor.page.get_by_text("で話し合ったこと。")).to_have_count(0)
    else:
        visitor.page.locator("#meetings summary").first.click()
        expect(visitor.page.get_by_text("で話し合ったこと。")).to_be_visible()
    audit(visitor.page)


def group(site: Installation, name: str) -> int:
    with backstage.stage(site) as session:
        return session.exec(select(WorkingGroup).where(WorkingGroup.name == name)).one().pk


def hold(site: Installation, title: str) -> None:
    """The week until the meeting goes by."""
    with backstage.stage(site) as session:
        row = session.exec(select(GroupMeeting).where(GroupMeeting.title == title)).one()
        row.starts_at, row.ends_at = utcnow() - timedelta(hours=2), utcnow() - timedelta(hours=1)


def coordinated(site: Installation, code: str, email: str) -> None:
    """A coordinator for a municipality to which the demonstration gives none."""
    with backstage.stage(site) as session:
        if session.exec(select(User).where(User.email == email)).first() is None:
            town = session.exec(select(Municipality).where(Municipality.code == code)).one()
            person = accounts.create_user(session, email, "担当 者", PASSWORD, "ja", utcnow(), confirmed=True)
            accounts.seat(session, person, Role.COORDINATOR, municipality_id=town.pk)


def registered(site: Installation, partner_key: str, code: str) -> None:
    """A registration that is in force."""
    with backstage.stage(site) as session:
        town = session.exec(select(Municipality).where(Municipality.code == code)).one()
        partner: Partner = backstage.partner(session, partner_key)
        backstage.register(session, partner.pk, town.pk)
