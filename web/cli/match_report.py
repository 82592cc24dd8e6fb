"""Writes the figures of ``match evaluate`` as one HTML file that needs nothing else, in Japanese and in English."""

from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import Environment, FileSystemLoader

from web import i18n
from web.cli.match_measure import Report
from web.cli.match_sections import Section, Words, sections, summary

TEMPLATE = "reports/evaluation.html"
LANGUAGES = {"ja": "日本語", "en": "English"}


@dataclass(frozen=True)
class Page:
    """The whole report in one language."""

    language: str
    name: str
    title: str
    contents: str
    lines: Sequence[str]
    sections: Sequence[Section]


def as_html(report: Report) -> str:
    """No scripts, no fonts, no pictures from outside: it can be mailed, kept and printed."""
    folder = i18n.FOLDER.parent / "templates"
    templates = Environment(loader=FileSystemLoader(folder), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    pages = [_page(report, language) for language in LANGUAGES]
    return templates.get_template(TEMPLATE).render(pages=pages)


def _page(report: Report, language: str) -> Page:
    _ = Words(language)
    return Page(
        language,
        LANGUAGES[language],
        _("How good the matches are"),
        _("Contents"),
        summary(report, _),
        list(sections(report, _)),
    )
