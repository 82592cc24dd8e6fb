"""Any form that a coordinator has put together: drawing its questions, reading what was entered, naming mistakes."""

import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from matcher.services.attachments import Upload
from models import Attachment, SchemeQuestion, reference
from models.enums import ItemLevel, QuestionKind
from web.forms import FIELD_ERRORS, clean
from web.labels import label
from web.uploads import upload

#: code of a mistake → the sentence beside the question
ERRORS: dict[str, Any] = {
    **FIELD_ERRORS,
    "declaration": _l("You have to agree to this in order to hand the application in."),
    "figure": _l("Please enter a figure, such as 12 or 3.5."),
    "date": _l("Please enter a date."),
}


@dataclass(frozen=True)
class Drawn:
    """A question with what stands in it; `value` is what was entered, right or not."""

    question: SchemeQuestion
    value: Any = None
    error: str = ""
    file: Attachment | None = None

    @property
    def name(self) -> str:
        return f"q-{self.question.key}"

    @property
    def required(self) -> bool:
        return self.question.required or self.question.kind is QuestionKind.DECLARATION

    @property
    def actions(self) -> dict[str, str]:
        """What is done for each target, where the question classifies actions."""
        return {row["target"]: row["text"] for row in self.value or ()} if isinstance(self.value, list) else {}

    @property
    def day(self) -> date | None:
        """The date that was entered, where it is one."""
        if self.question.kind is not QuestionKind.DATE or not self.value:
            return None
        try:
            return date.fromisoformat(self.value)
        except ValueError:
            return None

    def of_goal(self, goal: int) -> int:
        """How many targets of a goal are named."""
        return sum(code.startswith(f"{goal}.") for code in self.actions)


@dataclass(frozen=True)
class Checklist:
    """Items of one category and level that follow each other, with how many are ticked."""

    category: str
    level: ItemLevel | None
    items: list[Drawn]

    @property
    def title(self) -> str:
        words = [self.category, label(self.level) if self.level else ""]
        return " / ".join(filter(None, words)) or _("Checklist")

    @property
    def ticked(self) -> int:
        return sum(item.value is True for item in self.items)


@dataclass(frozen=True)
class Section:
    """A part of the form under a heading; questions without one come under the name of the form."""

    name: str
    anchor: str
    parts: list[Drawn | Checklist] = field(default_factory=list)


def sections(
    questions: Iterable[SchemeQuestion],
    values: Mapping[str, Any],
    errors: Mapping[str, str] | None = None,
    files: Mapping[int, Attachment] | None = None,
) -> list[Section]:
    """The form in its order; `errors` maps keys of questions to codes."""
    wrong, kept = errors or {}, files or {}
    drawn = [
        Drawn(
            question, value := values.get(question.key), _error(wrong.get(question.key)), _file(question, value, kept)
        )
        for question in questions
    ]
    parts = groupby(drawn, key=lambda each: each.question.section)
    return [Section(name, f"part-{place}", _parts(list(inside))) for place, (name, inside) in enumerate(parts, 1)]


def _error(code: str | None) -> str:
    return str(ERRORS.get(code, code)) if code else ""


def _file(question: SchemeQuestion, value: Any, files: Mapping[int, Attachment]) -> Attachment | None:
    return files.get(value) if question.kind is QuestionKind.FILE and isinstance(value, int) else None


def _parts(drawn: list[Drawn]) -> list[Drawn | Checklist]:
    parts: list[Drawn | Checklist] = []
    for (is_item, category, level), run in groupby(drawn, key=_checklist_of):
        inside = list(run)
        parts += [Checklist(category, level, inside)] if is_item else inside
    return parts


def _checklist_of(each: Drawn) -> tuple[bool, str, ItemLevel | None]:
    question = each.question
    return (True, question.category, question.level) if question.kind is QuestionKind.CHECK else (False, "", None)


def mistakes(questions: Sequence[SchemeQuestion], errors: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """What is wrong, as (anchor, question, sentence), in the order of the form."""
    return [(f"q-{q.key}", q.label, _error(errors[q.key])) for q in questions if q.key in errors]


def read(questions: Iterable[SchemeQuestion], sent: MultiDict[str, str] | None = None) -> dict[str, Any]:
    """What was entered, by the keys of the questions, right or not. Files are read by `uploads`."""
    given = request.form if sent is None else sent
    entered = {question.key: _read(question, given) for question in questions if question.kind is not QuestionKind.FILE}
    return entered | _taken_away(questions, given)


def _read(question: SchemeQuestion, given: MultiDict[str, str]) -> Any:
    name = f"q-{question.key}"
    if question.kind in (QuestionKind.CHECK, QuestionKind.DECLARATION):
        return True if name in given else None
    if question.kind is QuestionKind.TARGETS:
        said = ((target.code, clean(given.get(f"{name}-{target.code}"))) for target in reference.targets())
        return [{"target": code, "text": text} for code, text in said if text] or None
    text = clean(given.get(name)) or None
    return _figure(text) if question.kind is QuestionKind.NUMBER and text else text


def _figure(text: str) -> int | float | str:
    """A figure in whatever width of digits; what is none stays as it was typed."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "").strip()
    try:
        figure = float(plain)
    except ValueError:
        return text
    if not math.isfinite(figure) or "_" in plain:
        return text
    return int(figure) if figure.is_integer() and abs(figure) < 1e15 else figure


def _taken_away(questions: Iterable[SchemeQuestion], given: MultiDict[str, str]) -> dict[str, None]:
    files = (question.key for question in questions if question.kind is QuestionKind.FILE)
    return {key: None for key in files if f"q-{key}-remove" in given}


def uploads(questions: Iterable[SchemeQuestion]) -> dict[str, Upload]:
    """The files that were sent along, by the keys of the questions."""
    files = (question.key for question in questions if question.kind is QuestionKind.FILE)
    sent = {key: upload(f"q-{key}") for key in files}
    return {key: found for key, found in sent.items() if found is not None}
