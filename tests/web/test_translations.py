"""Every sentence a person can see exists in Japanese, once, and with the same blanks to fill."""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir

from web import i18n

WEB = Path(i18n.__file__).parent
KEYWORDS = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "_l": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
}
METHODS = [("**.py", "python"), ("templates/**", "jinja2")]
BLANK = re.compile(r"%\(\w+\)|\{\w*\}")

Key = tuple[str | None, str]


@cache
def used() -> dict[Key, str]:
    """(context, msgid) → the first place that says it."""
    found: dict[Key, str] = {}
    # Folders that start with an underscore are skipped unless told otherwise; the macros live in one.
    for file, line, message, _comments, context in extract_from_dir(
        WEB, METHODS, {}, KEYWORDS, directory_filter=lambda folder: not folder.endswith(("static", "__pycache__"))
    ):
        found.setdefault((context, message if isinstance(message, str) else message[0]), f"{file}:{line}")
    return found


@cache
def catalogs() -> dict[str, Catalog]:
    return i18n.catalogs("ja")


def translated() -> Iterator[tuple[str, Key, Message]]:
    for area, catalog in catalogs().items():
        for message in catalog:
            if message.id:
                yield area, (message.context, message_id(message)), message


def message_id(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def words(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def test_everything_said_is_translated() -> None:
    have = {key for _area, key, message in translated() if all(words(message)) and not message.fuzzy}
    missing = [f"{place}  {key[1]!r}" for key, place in used().items() if key not in have]
    assert not missing, "no Japanese for:\n" + "\n".join(sorted(missing))


def test_nothing_is_translated_that_nobody_says() -> None:
    orphans = [f"{area}.po  {key[1]!r}" for area, key, _message in translated() if key not in used()]
    assert not orphans, "not said anywhere in web/:\n" + "\n".join(sorted(orphans))


def test_what_templates_say_can_be_filled_in() -> None:
    """Jinja fills in every sentence, also one without blanks: a bare per cent sign stops the page."""
    broken = []
    for area, key, message in translated():
        place = used().get(key, "")
        for text in (key[1], *words(message)):
            try:
                _ = "reports/" in place or not place.startswith("templates/") or text % defaultdict(int)
            except (ValueError, TypeError) as error:
                broken.append(f"{area}.po  {text!r}: {error}")
    assert not broken, "\n".join(broken)


def test_areas_agree() -> None:
    versions: dict[Key, dict[str, list[str]]] = defaultdict(dict)
    for area, key, message in translated():
        versions[key][area] = words(message)
    conflicts = [
        f"{key[1]!r}: {by_area}" for key, by_area in versions.items() if len({tuple(w) for w in by_area.values()}) > 1
    ]
    assert not conflicts, "the areas differ:\n" + "\n".join(conflicts)


def test_blanks_are_the_same() -> None:
    wrong = []
    for area, key, message in translated():
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        wanted = set(BLANK.findall(ids[-1]))
        wrong += [f"{area}.po  {key[1]!r}: {text!r}" for text in words(message) if set(BLANK.findall(text)) != wanted]
    assert not wrong, "blanks differ:\n" + "\n".join(wrong)


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_the_merged_words_are_what_a_page_gets(language: str) -> None:
    expected = {"ja": ("必須", "3日前"), "en": ("Required", "3 days ago")}[language]
    merged = i18n.translations(language)
    assert merged.gettext("Required") == expected[0]
    assert merged.ngettext("%(num)d day ago", "%(num)d days ago", 3) % {"num": 3} == expected[1]
