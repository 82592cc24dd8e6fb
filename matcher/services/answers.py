"""What an answer to a question of a form must be before the form can be handed in."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from models import SchemeQuestion, reference
from models.enums import QuestionKind

LONGEST_LINE, LONGEST_TEXT = 300, 5_000


def mistakes(asked: Sequence[SchemeQuestion], answers: Mapping[str, Any]) -> dict[str, str]:
    """What keeps answers from being handed in: the key of a question → the code of its error."""
    found = {question.key: _mistake(question, answers.get(question.key)) for question in asked}
    return {key: code for key, code in found.items() if code}


def is_empty(value: Any) -> bool:
    """Whether nothing was said; the figure 0 is an answer."""
    return value is None or value is False or value == "" or value == []


def _mistake(question: SchemeQuestion, value: Any) -> str:
    if question.kind is QuestionKind.DECLARATION:
        return "" if value is True else "declaration"
    if is_empty(value):
        return "required" if question.required else ""
    check = _WRONG.get(question.kind)
    return check(question, value) if check else ""


def _wrong_text(question: SchemeQuestion, value: Any) -> str:
    longest = LONGEST_LINE if question.kind is QuestionKind.TEXT else LONGEST_TEXT
    return "too_long" if len(str(value)) > longest else ""


def _wrong_number(_question: SchemeQuestion, value: Any) -> str:
    return "" if isinstance(value, int | float) and not isinstance(value, bool) else "figure"


def _wrong_date(_question: SchemeQuestion, value: Any) -> str:
    try:
        date.fromisoformat(str(value))
    except ValueError:
        return "date"
    return ""


def _wrong_choice(question: SchemeQuestion, value: Any) -> str:
    return "" if value in [option["label"] for option in question.options] else "unknown"


def _wrong_targets(_question: SchemeQuestion, value: Any) -> str:
    if any(not reference.is_target(found["target"]) for found in value):
        return "unknown"
    return "too_long" if any(len(found["text"]) > LONGEST_LINE for found in value) else ""


_WRONG: dict[QuestionKind, Callable[[SchemeQuestion, Any], str]] = {
    QuestionKind.TEXT: _wrong_text,
    QuestionKind.LONG_TEXT: _wrong_text,
    QuestionKind.NUMBER: _wrong_number,
    QuestionKind.DATE: _wrong_date,
    QuestionKind.CHOICE: _wrong_choice,
    QuestionKind.TARGETS: _wrong_targets,
}
