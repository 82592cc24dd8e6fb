"""What documents say: each kind is a draft of plain values, written out by a template under the head of its office."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import segno
from flask import current_app, render_template
from flask_babel import get_locale, get_timezone
from flask_babel import gettext as _
from markupsafe import Markup

from matcher.services.papers import About, Head
from models import IssuedPaper
from models.enums import PaperKind
from web.i18n import DEFAULT_LANGUAGE, date_ja
from web.labels import label

#: first day, name
ERAS = ((date(2019, 5, 1), "令和"), (date(1989, 1, 8), "平成"))
#: forms that a partner fills in and an office keeps; they get no number of the office
PRINTED_ONLY = frozenset({PaperKind.APPLICATION_FORM})


@dataclass(frozen=True)
class Draft:
    """A document before it is issued: what it is about, the template that writes it, and the values in it."""

    about: About
    template: str
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def issuable(self) -> bool:
        return self.about.kind not in PRINTED_ONLY

    def addressed_to(self, addressee: str) -> "Draft":
        """The same document to somebody."""
        return replace(self, about=replace(self.about, addressee=addressee))


def titled(kind: PaperKind, name: str) -> str:
    """How a register names a document about something."""
    return _("%(kind)s: %(name)s", kind=label(kind), name=name)


def write(draft: Draft, head: Head) -> str:
    """What the document says, in the reader's language, as it is kept and printed."""
    frame = {"head": head, "about": draft.about, "written_in": language(), "day_of": era_date, "lines": lines}
    return render_template(draft.template, **frame, **draft.values)


def document(body: str, title: str, language: str, day: date) -> str:
    """A complete HTML document around what a document says."""
    css = Path(current_app.static_folder or "", "css/paper.css").read_text("utf-8")
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return render_template("papers/document.html", body=body, title=title, language=language, css=css, moment=moment)


def document_of(paper: IssuedPaper) -> str:
    """An issued document as it was issued."""
    return document(paper.body, f"{paper.reference} {paper.title}", paper.language, paper.issued_on)


def language() -> str:
    """The language in which this page, and a document made on it, is written."""
    return str(get_locale() or DEFAULT_LANGUAGE)


def era_date(value: date | None) -> str:
    """令和8年11月25日, or 25 November 2026 in English; empty for None."""
    if value is None:
        return ""
    day = value.astimezone(get_timezone()).date() if isinstance(value, datetime) else value
    return f"{era_year(day)}年{day.month}月{day.day}日" if language() == "ja" else date_ja(day)


def era_year(day: date) -> str:
    """The year of a day: 令和8, or 2026 in English and before the eras known here."""
    era = next((found for found in ERAS if day >= found[0]), None)
    if era is None or language() != "ja":
        return str(day.year)
    first, name = era
    return name + (str(day.year - first.year + 1) if day.year > first.year else "元")


def lines(text: object) -> Markup:
    """A text of several lines, each on its own."""
    return Markup("<br>").join(str(text or "").splitlines())


def public_address(path: str) -> str:
    """A path of this site as the world outside reaches it."""
    return f"{current_app.extensions['settings'].base_url}{path}"


def qr(text: str) -> str:
    """A QR code (error correction M, quiet zone kept) as an SVG that stands in the document itself."""
    return segno.make(text, error="m", micro=False).svg_data_uri(border=4, scale=4)
