"""Four schemes of the field, each played from its setting up to what is public; none of them is built in."""

from datetime import timedelta

import pytest
from playwright.sync_api import Locator, expect

from matcher.services.certificates import fiscal_year
from matcher.services.challenge_data import today
from models.base import utcnow
from tests.browser import applicant as applicants
from tests.browser import applying, introducing
from tests.browser.applicant import Applicant
from tests.browser.applying import Entries
from tests.browser.audit import audit
from tests.browser.conftest import Meet
from tests.browser.field_schemes import ASSESSED, BASIC, CERTIFIED, CHALLENGE, MATCHING, PLEDGE, PREFECTURE, TWO_TIERS
from tests.browser.person import COORDINATOR, PARTNER, Person
from tests.browser.scheme_setup import set_up

pytestmark = pytest.mark.browser
SENSOR, OTHER, OTHER_MAIL = "みまもり工房デモ株式会社", "めぐる冷蔵庫デモ合同会社", "meguru@demo.example"
TOO_LITTLE = dict.fromkeys(ASSESSED, "実施している") | {
    "エネルギー使用量を把握し、減らしている": "取り組んでいない",
    "学校や地域の学びに協力している": "計画している",
}
ENOUGH = dict.fromkeys(ASSESSED, "実施している") | {"学校や地域の学びに協力している": "成果を測り見直している"}
DECLARED = {"行動宣言（SDGsの達成に向けて）": "地域の見守りを、無理なく続けられる形で広げます。"}
DONE = {"12.3": "売れ残りそうな食品を家庭へ届けます。", "2.1": "子ども食堂に食材を渡します。"}
CARE = Applicant(
    name="株式会社ひだまり訪問介護",
    person="南 陽子",
    email="minami@hidamari-care.example",
    kind="Company",
    industry="P",
    prefecture="Ishikawa",
    profile="加賀市内で訪問介護と夜間の見回りを行い、高齢者や障がいのある人が自宅で安心して暮らせるように支えています。"
    "介護福祉士と看護師が家族や民生委員、地域包括支援センターと連絡を取り合い、変化に早く気付いて訪問します。",
    seeks="ひとり暮らしの高齢者の異変を知らせる、工事の要らない見守りセンサーを介護の現場で一緒に試す会社を探しています。",
    offerings=(
        (
            "高齢者や障がいのある人の訪問介護と見守り",
            "自宅での暮らしを続けられるよう、昼夜の訪問、食事や入浴の手助け、家族への連絡を引き受けます。",
            "市内の120世帯を8年間訪問しています。",
        ),
        ("介護の現場での機器の試用", "利用者と家族の同意を得て、見守りの機器を使ってみた感想と記録をまとめます。", ""),
    ),
    challenge="高齢者や障がいのある人が自宅で安心して暮らせるようにしたい",
    wish="在宅の見守りについて、現場のお話を伺いたいです。",
)
#: the maker of sensors, invited to meet the care service
MAKER = Applicant(
    name=SENSOR,
    person="見守 三郎",
    email=PARTNER,
    kind="",
    industry="",
    prefecture="",
    profile="",
    seeks="来週、事務所へ伺って詳しくご説明します。",
    offerings=(),
    challenge=CARE.name,
    wish="介護の現場で見守りセンサーを試したいという会社があります。",
)


def _until(years: int) -> str:
    """The year in which a term ends that begins today, as the pages write it."""
    return f"{(today(utcnow()) - timedelta(days=1)).year + years}年"


def test_two_tiers_with_a_weighted_self_assessment(meet: Meet) -> None:
    city, plain, partner, visitor = meet(), meet(java_script_enabled=False), meet(), meet()
    city.sign_in(COORDINATOR)
    scheme, name = set_up(city, TWO_TIERS), TWO_TIERS["name"]
    year = fiscal_year(today(utcnow()))
    plain.sign_in(PARTNER)
    registers(plain, city, scheme, f"KWP-{year}-0001")
    partner.sign_in(PARTNER)
    assesses_itself(partner, scheme)
    is_asked_and_certified(city, partner, scheme, f"{name} 認証")
    number = f"KWG-{year}-0001"
    address = applying.holds(partner, PARTNER, f"{name} 認証", number, _until(3))
    audit(partner.page)
    applying.is_valid(visitor, address, number)
    audit(visitor.page)
    entries = applying.in_the_register(visitor, scheme, SENSOR)
    expect(entries).to_have_count(2)
    expect(entries.first.get_by_text(number)).to_be_visible()
    audit(visitor.page)


def registers(partner: Person, city: Person, scheme: int, number: str) -> None:
    """The first tier, in a browser without scripts; the second one is closed until then."""
    partner.open(f"/schemes/{scheme}")
    partner.page.get_by_role("link", name=f"{partner.say('Apply')} 認証", exact=True).click()
    partner.reads("The tier below has to be in force first.")
    applying.begins(partner, scheme, "登録")
    said = {"現在のSDGsに関する取組": "高齢者の見守りを続けています。", "2030年の目標": "見守る世帯を千にします。"}
    applying.fills(partner, Entries(said))
    expect(partner.button("Hand in the application")).to_have_count(0)
    partner.page.get_by_role("main").get_by_role("link", name=PLEDGE).click()
    applying.fills(partner, Entries(ticked=[PLEDGE]))
    applying.hands_in(partner)
    applying.opens(city, scheme, SENSOR)
    applying.takes_up(city)
    applying.grants(city)
    expect(city.page.get_by_text(number)).to_be_visible()


def assesses_itself(partner: Person, scheme: int) -> None:
    """Short of two marks at first; the page says of which, and lets the application through once they are reached."""
    applying.begins(partner, scheme, "認証")
    audit(partner.page)
    actions = {"3.8": "異変を早く伝え、通院や訪問につなげます。", "11.5": "避難所の室温を測ります。"}
    applying.fills(partner, Entries(ticked=[PLEDGE], chosen=TOO_LITTLE, actions=actions))
    applying.is_held_back(partner, "環境", "地域")
    audit(partner.page)
    partner.follow("Back to the form")
    applying.fills(partner, Entries(chosen=ENOUGH))
    partner.reads("The self-assessment passes.")
    applying.hands_in(partner)


def is_asked_and_certified(city: Person, partner: Person, scheme: int, name: str) -> None:
    question, reply = "廃棄物の量はどのように測っていますか。", "毎月、種類ごとに量って記録しています。"
    applying.opens(city, scheme, SENSOR)
    audit(city.page)
    applying.takes_up(city)
    applying.asks(city, question)
    applying.answers(partner, PARTNER, name, question, reply)
    city.page.reload()
    expect(city.page.get_by_text(reply)).to_be_visible()
    applying.grants(city)
    audit(city.page)


def test_a_prefecture_counts_its_partners_by_city(meet: Meet) -> None:
    city, partner, plain, visitor = meet(), meet(), meet(java_script_enabled=False), meet()
    city.sign_in(COORDINATOR)
    scheme = set_up(city, PREFECTURE)
    partner.sign_in(PARTNER)
    applying.begins(partner, scheme, "登録")
    applying.fills(partner, Entries(DECLARED, [*BASIC[1:], *CHALLENGE[:4]], city="加賀市"))
    applying.is_held_back(partner, partner.say("Basic items"), partner.say("Challenge items"))
    audit(partner.page)
    partner.page.get_by_role("main").get_by_role("link", name=BASIC[0]).click()
    applying.fills(partner, Entries(ticked=[BASIC[0]]))
    applying.is_held_back(partner, partner.say("Challenge items"))
    partner.follow("Back to the form")
    audit(partner.page)
    applying.fills(partner, Entries(ticked=[CHALLENGE[4]]))
    applying.hands_in(partner)
    plain.sign_in(OTHER_MAIL)
    applying.begins(plain, scheme, "登録")
    applying.fills(plain, Entries(DECLARED, [*BASIC, *CHALLENGE], city="小松市"))
    applying.hands_in(plain)
    for applicant in (SENSOR, OTHER):
        applying.opens(city, scheme, applicant)
        applying.takes_up(city)
        applying.grants(city)
    entry = applying.in_the_register(visitor, scheme, SENSOR)
    expect(entry.get_by_text("加賀市")).to_be_visible()
    expect(_figure(visitor, visitor.say("partners in the whole scheme"))).to_contain_text("2")
    expect(_figure(visitor, visitor.say("of which in %(city)s", city="加賀市"))).to_contain_text("1")
    audit(visitor.page)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_actions_are_certified_and_found_by_goal(meet: Meet, scripts: bool) -> None:
    city, partner, visitor = (meet(java_script_enabled=scripts) for _ in range(3))
    city.sign_in(COORDINATOR)
    name = CERTIFIED["name"] + ("" if scripts else "・第二")
    scheme = set_up(city, {**CERTIFIED, "name": name})
    partner.sign_in(OTHER_MAIL)
    applying.begins(partner, scheme, "推進パートナー")
    applying.fills(partner, Entries(ticked=[PLEDGE]))
    expect(partner.button("Hand in the application")).to_have_count(0)
    partner.follow("Back to the form")
    applying.fills(partner, Entries(actions=DONE))
    applying.hands_in(partner)
    applying.opens(city, scheme, OTHER)
    applying.takes_up(city)
    applying.grants(city)
    entry = applying.in_the_register(visitor, scheme, OTHER)
    expect(entry.get_by_text("認定第1号")).to_be_visible()
    entry.locator("summary").click()
    for text in DONE.values():
        expect(entry.get_by_text(text)).to_be_visible()
    if scripts:
        audit(visitor.page)
    for goal, found in ((12, 1), (4, 0)):
        visitor.open(f"/schemes/{scheme}/register?goal={goal}")
        expect(visitor.page.get_by_role("article")).to_have_count(found)


def test_registered_partners_are_matched_with_each_other_and_with_the_city(meet: Meet) -> None:
    city, care, maker, visitor = meet(), meet(), meet(), meet()
    city.sign_in(COORDINATOR)
    scheme = set_up(city, MATCHING)
    applicants.register(care, CARE)
    applicants.confirm(care, CARE)
    city.open("/city")
    introducing.accepts_the_registration(city, CARE)
    registers_with_the_scheme(care, city, scheme)
    expect(applying.in_the_register(visitor, scheme, CARE.name).get_by_text(CARE.seeks)).to_be_visible()
    audit(visitor.page)
    finds_partners(city)
    introducing.invites(city, MAKER)
    maker.sign_in(PARTNER)
    introducing.accepts_the_invitation(maker, MAKER)
    each_sentence_stands_under_its_speaker(city)
    introducing.both_see_each_other(maker, city, MAKER)
    sees_whom_it_met(care)
    introducing.finds_it_recommended(city, CARE)
    introducing.invites(city, CARE)
    introducing.accepts_the_invitation(care, CARE)
    introducing.both_see_each_other(care, city, CARE)


def registers_with_the_scheme(care: Person, city: Person, scheme: int) -> None:
    applying.begins(care, scheme, "登録")
    said = {"提供できること": CARE.offerings[0][1], "求めていること": CARE.seeks}
    applying.fills(care, Entries(said, [PLEDGE]))
    applying.hands_in(care)
    applying.opens(city, scheme, CARE.name)
    applying.takes_up(city)
    applying.grants(city)


def finds_partners(city: Person) -> None:
    """From the office's list of partners to those who fit one of them."""
    city.open(f"/city/partners?q={CARE.name}")
    row = city.page.get_by_role("row").filter(has_text=CARE.name)
    city.follow("Find partners", row)
    audit(city.page)
    city.press("Recommend partners")
    expect(city.page.get_by_role("article", name=SENSOR)).to_be_visible()


def each_sentence_stands_under_its_speaker(city: Person) -> None:
    """Both directions of a match between partners are told apart."""
    city.page.get_by_role("link", name=SENSOR, exact=True).first.click()
    heads = city.page.locator(".pair__heads")
    expect(heads.first.locator("span").first).to_have_text(CARE.name)
    expect(heads.last.locator("span").first).to_have_text(SENSOR)
    city.page.go_back()


def sees_whom_it_met(care: Person) -> None:
    care.open("/me/partners")
    for known in (MAKER.person, MAKER.email):
        expect(
            care.page.get_by_role("region", name=care.say("Record of the introduction")).get_by_text(known)
        ).to_be_visible()
    audit(care.page)


def _figure(visitor: Person, words: str) -> Locator:
    return visitor.page.locator(".stats > *").filter(has_text=words)
