"""An organisation that registers, step by step, as a person does it; and who it is, in each language."""

from dataclasses import dataclass

from playwright.sync_api import expect

from tests.browser import mailbox
from tests.browser.audit import audit
from tests.browser.person import Person

PASSWORD = "a long sentence for signing in"


@dataclass(frozen=True)
class Applicant:
    """What an organisation says (`industry`: its letter), and the demonstration's challenge that it answers."""

    name: str
    person: str
    email: str
    kind: str
    industry: str
    prefecture: str
    profile: str
    seeks: str
    offerings: tuple[tuple[str, str, str], ...]
    challenge: str
    wish: str


JAPANESE = Applicant(
    name="水面ソーラー技研株式会社",
    person="池田 水希",
    email="ikeda@minamo-solar.example",
    kind="Company",
    industry="F",
    prefecture="Ishikawa",
    profile="農業用ため池の水面に浮かべる太陽光発電設備を設計し、設置から保守まで一貫して引き受けています。"
    "水位の変化や強風、積雪に耐える係留の工法を開発し、感電や漏電を防ぐ点検の手順も整えました。"
    "水利組合や土地改良区と話し合い、水質と生き物への影響を毎月測って公開しています。",
    seeks="発電設備を浮かべる試験ができるため池と、地元の水利組合との話合いの場を探しています。",
    offerings=(
        (
            "ため池に浮かべる太陽光発電",
            "フロートと係留索でため池の水面に太陽光パネルを浮かべます。堤体に手を加えません。",
            "兵庫県内の農業用ため池3か所で2年間運転しました。",
        ),
        (
            "水上設備の安全点検",
            "小型ドローンと水中カメラで、係留索の緩みと電線の傷みを調べ、事故を防ぎます。",
            "",
        ),
    ),
    challenge="ため池の水面を使う太陽光発電を安全に進めたい",
    wish="水面を使う発電の安全な進め方について、現地を見ながらお話を伺いたいです。",
)
ENGLISH = Applicant(
    name="Polyglot Journeys LLC",
    person="Mary Fields",
    email="mary@polyglot-journeys.example",
    kind="Company",
    industry="G",
    prefecture="Ishikawa",
    profile="We tell visitors from abroad about Japanese hot spring towns in their own languages. "
    "Our editors and translators write about local crafts, food and nature in English, Chinese, Korean and French. "
    "We run a multilingual guide app that hotels and tourist offices use to inform foreign tourists.",
    seeks="Town tourism offices that want to test a multilingual guide with foreign guests.",
    offerings=(
        (
            "Multilingual tourist guide app",
            "Foreign tourists read about sights and the town's efforts in their language, on the spot.",
            "Used by 40 hotels in two hot spring towns for three years.",
        ),
        (
            "Stories about a town for readers abroad",
            "We interview residents and publish articles about the charm of the town in five languages.",
            "",
        ),
    ),
    challenge="外国人観光客に市の取組と魅力を多言語で伝えたい",
    wish="We would like to test your guide with guests at the hot springs.",
)
APPLICANTS = {"ja": JAPANESE, "en": ENGLISH}


def register(person: Person, applicant: Applicant) -> None:
    """All five steps; what the site suggests is corrected on the way."""
    person.open("/register")
    person.follow("Begin")
    for fill in (fill_organisation, fill_activities, fill_offerings, fill_targets):
        fill(person, applicant)
        audit(person.page)
        next_step(person)
    fill_contact(person, applicant)
    audit(person.page)
    person.press("Send the registration")
    person.reads("We have sent a mail to %(email)s.", email=applicant.email)


def confirm(person: Person, applicant: Applicant) -> None:
    """Open the link in the mail, press the button, sign in."""
    person.open(mailbox.link(person.site, applicant.email, "/confirm/"))
    person.press("Confirm the e-mail address")
    person.reads("Your e-mail address has been confirmed. You can sign in now.")
    person.sign_in(applicant.email, PASSWORD)


def next_step(person: Person) -> None:
    person.page.get_by_role("main").get_by_role("button", name=person.say("Next"), exact=True).click()


def fill_organisation(person: Person, applicant: Applicant, number: str = "") -> None:
    person.page.get_by_label(person.say("Municipality to register with")).select_option("172065")
    person.write("Name of the organisation", applicant.name)
    person.write("Corporate number", number)
    person.choose("Kind of organisation", applicant.kind)
    person.page.get_by_label(person.say("Industry")).select_option(applicant.industry)
    person.page.get_by_label(person.say("Prefecture")).select_option("石川県")
    person.write("Address", "加賀市大聖寺南町")


def fill_activities(person: Person, applicant: Applicant) -> None:
    person.write("What you do", applicant.profile)
    person.page.get_by_role("checkbox", name="加賀市" if person.language == "ja" else "Kaga").first.check()
    person.write("What you are looking for", applicant.seeks)


def fill_offerings(person: Person, applicant: Applicant) -> None:
    for number, (title, description, record) in enumerate(applicant.offerings, 1):
        if number > 1:
            person.press("Add another offering")
        row = person.page.get_by_role("group", name=f"{person.say('Offering')} {number}")
        person.write("Title", title, row)
        person.write("What it does", description, row)
        person.choose("Stage", "Field-tested", row)
        person.write("Track record", record, row)


def fill_targets(person: Person, _applicant: Applicant) -> None:
    """One suggestion is cleared, and a target that was not suggested is chosen."""
    suggested = person.page.get_by_role("group", name=person.say("Suggested from your text")).get_by_role("checkbox")
    expect(suggested.first).to_be_visible()
    suggested.first.uncheck()
    goal = person.page.locator("details").filter(has_text=person.say("17")).last
    goal.locator("summary").click()
    goal.get_by_role("checkbox").last.check()


def fill_contact(person: Person, applicant: Applicant) -> None:
    person.write("Your name", applicant.person)
    person.write("E-mail address", applicant.email)
    person.write("Telephone", "0761-00-0000")
    person.write("Password", PASSWORD)
    person.tick("I have read how personal data is handled, and agree.")
    person.tick("I agree that what the organisation says about itself is made public once it is registered.")
