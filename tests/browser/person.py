"""A person at a browser, who reads one language and finds things by what they are called, not by how they are built."""

import re
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, expect

from tests.browser.installation import Installation
from web.i18n import LANGUAGE_COOKIE, translations

PASSWORD = "musubi-demo-2030"
COORDINATOR, DEPARTMENT = "coordinator@kaga.demo.example", "department@kaga.demo.example"
PARTNER, OPERATOR = "partner@demo.example", "admin@demo.example"
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
#: what a browser writes into its console about an answer that we give on purpose
_ANSWERS = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")
Scope = Page | Locator


class Person:
    """Names are given as msgids; the person looks for them in their own language."""

    def __init__(self, context: BrowserContext, site: Installation, language: str = "ja") -> None:
        self.site, self.language, self.context = site, language, context
        context.add_cookies([{"name": LANGUAGE_COOKIE, "value": language, "url": site.url}])
        self.faults: list[str] = []
        self.page = context.new_page()
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}: {error}"))
        self.page.on("console", self._on_console)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not _ANSWERS.match(message.text):
            self.faults.append(f"{self.page.url}: {message.text}")

    def say(self, msgid: str, **values: Any) -> str:
        """A msgid in this person's language. Words that no page of the site says any more fail at once."""
        if re.match("[A-Za-z]", msgid):
            assert translations("ja").gettext(msgid) != msgid, f"the site does not say {msgid!r}"
        text = translations(self.language).gettext(msgid)
        return text % values if values else text

    def open(self, path: str) -> int:
        """Go to a path of the site, or to a whole address; gives the status of the answer."""
        answer = self.page.goto(path if path.startswith("http") else self.site.url + path)
        assert answer is not None
        return answer.status

    def button(self, msgid: str, scope: Scope | None = None) -> Locator:
        return (scope or self.page).get_by_role("button", name=self._called(msgid))

    def link(self, msgid: str, scope: Scope | None = None) -> Locator:
        return (scope or self.page).get_by_role("link", name=self._called(msgid))

    def field(self, msgid: str, scope: Scope | None = None) -> Locator:
        badge = "|".join(re.escape(self.say(word)) for word in ("Required", "Optional"))
        return (scope or self.page).get_by_label(re.compile(rf"^\s*{re.escape(self.say(msgid))}\s*({badge})?\s*$"))

    def press(self, msgid: str, scope: Scope | None = None) -> None:
        self.button(msgid, scope).click()

    def follow(self, msgid: str, scope: Scope | None = None) -> None:
        self.link(msgid, scope).click()

    def write(self, msgid: str, text: str, scope: Scope | None = None) -> None:
        self.field(msgid, scope).fill(text)

    def choose(self, msgid: str, option: str, scope: Scope | None = None) -> None:
        """Pick from a list; `option` is a msgid or words that are the same in both languages."""
        self.field(msgid, scope).select_option(label=self.say(option))

    def tick(self, words: str, scope: Scope | None = None) -> None:
        (scope or self.page).get_by_label(self.say(words)).first.check()

    def reads(self, msgid: str, scope: Scope | None = None, **values: Any) -> None:
        """It stands there, or will in a moment."""
        expect((scope or self.page).get_by_text(self.say(msgid, **values)).first).to_be_visible()

    def heading(self, text: str, level: int = 1) -> Locator:
        return self.page.get_by_role("heading", name=text, level=level)

    def sign_in(self, email: str, password: str = PASSWORD) -> None:
        """Through the page, then on in this person's language, whatever the account was set to."""
        if "/sign-in" not in self.page.url:
            self.open("/sign-in")
        self.write("E-mail address", email)
        self.write("Password", password)
        self.field("Password").press("Enter")
        expect(self.page).not_to_have_url(re.compile("/sign-in"))
        self.speak()

    def speak(self) -> None:
        """Switch the site to this person's language when it speaks another."""
        if self.page.locator("html").get_attribute("lang") != self.language:
            self.page.get_by_role("button", name={"ja": "日本語", "en": "EN"}[self.language], exact=True).click()
            expect(self.page.locator("html")).to_have_attribute("lang", self.language)

    def _called(self, msgid: str) -> re.Pattern[str]:
        """The words themselves, perhaps with whom they are about; not words that merely contain them."""
        return re.compile(rf"^(\+ )?{re.escape(self.say(msgid))}(\s*: .*|\s*\(.*\)|\s*\d+)?$")
