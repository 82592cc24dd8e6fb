"""Speaks Japanese and English: which one a request wants, where the words are, how dates and numbers are written."""

import re
from datetime import date, datetime
from functools import cached_property, lru_cache
from io import BytesIO
from pathlib import Path

from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, Response, has_request_context, request
from flask_babel import Babel, Domain, format_decimal, get_locale, get_timezone, gettext, ngettext
from flask_login import current_user
from markupsafe import Markup

LANGUAGES = ("ja", "en")
DEFAULT_LANGUAGE = "ja"
LANGUAGE_COOKIE = "lang"
FOLDER = Path(__file__).parent / "translations"
_KANA = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


class PoDomain(Domain):
    """A domain read from the .po files themselves, so that no compiled file has to be kept in step with them."""

    def get_translations(self) -> NullTranslations:
        return translations(str(get_locale() or DEFAULT_LANGUAGE))


class PoBabel(Babel):
    """Flask-Babel with that domain."""

    @cached_property
    def domain_instance(self) -> Domain:
        return PoDomain()


def init_i18n(app: Flask) -> None:
    """Attach Flask-Babel, and the filters date_ja, datetime_ja, ago, number and spoken."""
    PoBabel(app, default_locale=DEFAULT_LANGUAGE, default_timezone="Asia/Tokyo", locale_selector=choose_language)
    app.jinja_env.filters.update(
        date_ja=date_ja, datetime_ja=datetime_ja, ago=ago, number=format_decimal, spoken=spoken
    )
    app.after_request(_name_language)


def choose_language() -> str:
    """The person's own setting, else the cookie, else Japanese.

    Accept-Language is left out on purpose: the site is Japanese first, a link that is passed on shows everybody the
    same page, and many browsers in Japanese offices are set to English. The switch is on every page.
    """
    if not has_request_context():
        return DEFAULT_LANGUAGE
    wanted = (getattr(current_user, "language", None), request.cookies.get(LANGUAGE_COOKIE))
    return next((language for language in wanted if language in LANGUAGES), DEFAULT_LANGUAGE)


def _name_language(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.content_language.add(str(get_locale()))
    return response


@lru_cache(maxsize=len(LANGUAGES))
def translations(language: str) -> NullTranslations:
    """All areas of one language, merged; English is the language of the msgids and needs no file."""
    loaded = [_compiled(catalog) for catalog in catalogs(language).values()]
    if not loaded:
        return NullTranslations()
    first, *others = loaded
    for other in others:
        first.merge(other)
    return first


def catalogs(language: str) -> dict[str, Catalog]:
    """The .po files of one language by area, each parsed."""
    files = sorted((FOLDER / language / "LC_MESSAGES").glob("*.po"))
    return {file.stem: read_po(BytesIO(file.read_bytes()), locale=language) for file in files}


def _compiled(catalog: Catalog) -> Translations:
    machine_object = BytesIO()
    write_mo(machine_object, catalog)
    machine_object.seek(0)
    return Translations(machine_object)


def date_ja(value: date | str | None) -> str:
    """2026年11月22日, or 22 November 2026 on an English page; the day is Japan's. Empty for None.

    Mails carry days and moments as ISO text.
    """
    if not value:
        return ""
    value = date.fromisoformat(value) if isinstance(value, str) else value
    day = _local(value)
    return format_date(day, "y年M月d日" if _japanese() else "d MMMM y", locale=get_locale())


def datetime_ja(value: datetime | str | None) -> str:
    """2026年11月22日 9時05分, or 22 November 2026, 09:05 on an English page. Empty for None; ISO text from mails."""
    if not value:
        return ""
    value = datetime.fromisoformat(value) if isinstance(value, str) else value
    moment = value.astimezone(get_timezone())
    clock = f" {moment.hour}時{moment.minute:02}分" if _japanese() else f", {moment:%H:%M}"
    return date_ja(value) + clock


def ago(value: date | None, today: date | None = None) -> str:
    """How long ago in whole days, in words; the date itself when it is more than 60 days away or lies ahead."""
    if value is None:
        return ""
    days = ((today or datetime.now(get_timezone()).date()) - _local(value)).days
    if days == 0:
        return gettext("today")
    if days == 1:
        return gettext("yesterday")
    return ngettext("%(num)d day ago", "%(num)d days ago", days) if 1 < days <= 60 else date_ja(value)


def spoken(text: object) -> Markup:
    """`` lang="ja"`` for a Japanese text on a page in another language, so that it is read out right (WCAG 3.1.2)."""
    return Markup(' lang="ja"') if not _japanese() and _KANA.search(str(text or "")) else Markup()


def _local(value: date) -> date:
    return value.astimezone(get_timezone()).date() if isinstance(value, datetime) else value


def _japanese() -> bool:
    return str(get_locale() or DEFAULT_LANGUAGE) == "ja"
