"""The forms of a scheme: versions, their questions, and what passes, as a coordinator writes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from matcher.errors import Invalid, InvalidTransition
from matcher.policy import Actor
from matcher.services import flow
from matcher.services.assessment import Rules
from matcher.services.schemes import of_scheme, own_tier
from models import Scheme, SchemeForm, SchemeQuestion
from models.enums import ItemLevel, QuestionKind
from models.queries import schemes as queries

LABEL, SHORT, TEXT = 300, 100, 4_000
MOST_QUESTIONS, MOST_OPTIONS, MOST_WEIGHT = 200, 30, 100.0
#: kinds of questions that count in a self-assessment
COUNTED = frozenset({QuestionKind.CHECK, QuestionKind.CHOICE})
COPIED = (
    "position",
    "key",
    "kind",
    "section",
    "label",
    "help",
    "required",
    "renewal_only",
    "public",
    "category",
    "level",
    "weight",
    "unit",
    "options",
)


@dataclass(frozen=True, kw_only=True)
class QuestionData:
    """A question as it is typed; `options` are (words, points) of a choice."""

    kind: QuestionKind
    label: str
    section: str = ""
    help: str = ""
    required: bool = False
    renewal_only: bool = False
    public: bool = False
    category: str = ""
    level: ItemLevel | None = None
    weight: float = 1.0
    unit: str = ""
    options: tuple[tuple[str, float], ...] = ()


def draft(session: Session, actor: Actor, tier_id: int, *, now: datetime) -> SchemeForm:
    """The version of a tier's form that is being written: a copy of the one in use when there was none yet.

    Raises NotFound or NotAllowed.
    """
    tier, scheme = own_tier(session, actor, tier_id)
    newest = queries.newest_form(session, tier_id)
    if newest is not None and newest.published_at is None:
        return newest
    number, rules = (1, {}) if newest is None else (newest.number + 1, dict(newest.rules))
    row = SchemeForm(tier_id=tier.pk, number=number, rules=rules, created_at=now)
    session.add(row)
    session.flush()
    for question in queries.questions(session, newest.pk) if newest else ():
        said = {name: getattr(question, name) for name in COPIED}
        session.add(SchemeQuestion(form_id=row.pk, created_at=now, **said))
    flow.record(session, actor, "scheme_form.begun", row, of_scheme(scheme), now, tier=tier_id, number=number)
    return row


def add(session: Session, actor: Actor, form_id: int, data: QuestionData, *, now: datetime) -> SchemeQuestion:
    """Put a question at the end of a form.

    Raises NotFound, NotAllowed, Invalid, or, once published, InvalidTransition.
    """
    form, scheme = _open(session, actor, form_id)
    return _add(session, actor, form, scheme, [data], now)[0]


def add_items(
    session: Session, actor: Actor, form_id: int, items: Sequence[str], like: QuestionData, *, now: datetime
) -> list[SchemeQuestion]:
    """Put many items at the end at once, each a question like `like` with its own words. Raises as `add`."""
    form, scheme = _open(session, actor, form_id)
    if not items:
        raise Invalid({"items": "required"})
    made = [QuestionData(**{**vars(like), "label": item}) for item in items]
    return _add(session, actor, form, scheme, made, now)


def edit(session: Session, actor: Actor, question_id: int, data: QuestionData, *, now: datetime) -> SchemeQuestion:
    """Change a question. Raises as `add`."""
    row, form, scheme = _question(session, actor, question_id)
    _check(data)
    _fill(row, data)
    flow.record(session, actor, "scheme_question.edited", row, of_scheme(scheme), now, form=form.pk)
    return row


def move(session: Session, actor: Actor, question_id: int, steps: int, *, now: datetime) -> None:
    """Move a question up (−1) or down (1); at the end it stays where it is. Raises as `add`, Invalid aside."""
    row, form, scheme = _question(session, actor, question_id)
    order = queries.questions(session, form.pk)
    old = next(n for n, question in enumerate(order) if question.pk == row.pk)
    new = min(max(old + steps, 0), len(order) - 1)
    order.insert(new, order.pop(old))
    for place, question in enumerate(order):
        question.position = place
    flow.record(session, actor, "scheme_question.moved", row, of_scheme(scheme), now, form=form.pk)


def remove(session: Session, actor: Actor, question_id: int, *, now: datetime) -> None:
    """Take a question out. Raises as `add`, Invalid aside."""
    row, form, scheme = _question(session, actor, question_id)
    flow.record(session, actor, "scheme_question.removed", row, of_scheme(scheme), now, form=form.pk)
    session.delete(row)
    session.flush()


def set_rules(session: Session, actor: Actor, form_id: int, rules: Rules, *, now: datetime) -> SchemeForm:
    """Say what passes. Raises as `add`."""
    form, scheme = _open(session, actor, form_id)
    _check_rules(rules)
    form.rules = as_stored(rules)
    flow.record(session, actor, "scheme_form.rules_set", form, of_scheme(scheme), now)
    return form


def publish(session: Session, actor: Actor, form_id: int, *, now: datetime) -> SchemeForm:
    """Take a version into use: whoever applies from now on fills it in, and nobody changes it any more.

    Raises Invalid({"form": …}) with `no_question`, `no_category`, `no_basic`, `no_challenge` or `no_targets` when its
    rules ask for what no question gives.
    """
    form, scheme = _open(session, actor, form_id)
    _check_whole(form, queries.questions(session, form_id))
    form.published_at = now
    flow.record(session, actor, "scheme_form.published", form, of_scheme(scheme), now, number=form.number)
    return form


def as_stored(rules: Rules) -> dict[str, Any]:
    """Rules as they stand in the database; what asks for nothing is left out."""
    categories = [_without_none(vars(category)) for category in rules.categories]
    return _without_none({**vars(rules), "categories": categories})


def _without_none(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value is not None}


def _open(session: Session, actor: Actor, form_id: int) -> tuple[SchemeForm, Scheme]:
    form = flow.get(session, SchemeForm, form_id)
    _, scheme = own_tier(session, actor, form.tier_id)
    form = flow.locked(session, SchemeForm, form_id)
    if form.published_at is not None:
        raise InvalidTransition("scheme_form", "edit", "published")
    return form, scheme


def _question(session: Session, actor: Actor, question_id: int) -> tuple[SchemeQuestion, SchemeForm, Scheme]:
    row = flow.get(session, SchemeQuestion, question_id)
    return row, *_open(session, actor, row.form_id)


def _add(
    session: Session, actor: Actor, form: SchemeForm, scheme: Scheme, many: Sequence[QuestionData], now: datetime
) -> list[SchemeQuestion]:
    present = queries.questions(session, form.pk)
    if len(present) + len(many) > MOST_QUESTIONS:
        raise Invalid({"label": "too_many", "items": "too_many"})
    for data in many:
        _check(data)
    place = max((question.position for question in present), default=-1) + 1
    used = {question.key for question in present}
    rows = []
    for offset, data in enumerate(many):
        row = SchemeQuestion(
            form_id=form.pk,
            position=place + offset,
            key=_key(used),
            kind=data.kind,
            label=data.label,
            created_at=now,
        )
        _fill(row, data)
        rows.append(row)
    session.add_all(rows)
    flow.record(session, actor, "scheme_question.added", form, of_scheme(scheme), now, count=len(rows))
    return rows


def _key(used: set[str]) -> str:
    """The next key that no question of the form has: q1, q2 …"""
    highest = max((int(key[1:]) for key in used if key[:1] == "q" and key[1:].isdecimal()), default=0)
    key = f"q{highest + 1}"
    used.add(key)
    return key


def _check(data: QuestionData) -> None:
    found = {"label": "required"} if not data.label else {"label": "too_long"} if len(data.label) > LABEL else {}
    limits = {"section": SHORT, "help": TEXT, "category": 60, "unit": 30}
    found |= {name: "too_long" for name, limit in limits.items() if len(getattr(data, name)) > limit}
    if not 0 <= data.weight <= MOST_WEIGHT:
        found["weight"] = "weight"
    if data.kind is QuestionKind.CHOICE and len(data.options) < 2:
        found["options"] = "options_few"
    if len(data.options) > MOST_OPTIONS or any(len(words) > LABEL for words, _ in data.options):
        found["options"] = "too_long"
    if not all(0 <= points <= MOST_WEIGHT for _, points in data.options):
        found["options"] = "weight"
    if found:
        raise Invalid(found)


def _fill(row: SchemeQuestion, data: QuestionData) -> None:
    counted = data.kind in COUNTED
    row.kind, row.label, row.section, row.help = data.kind, data.label, data.section, data.help
    row.required = data.required or data.kind is QuestionKind.DECLARATION
    row.renewal_only, row.public, row.unit = data.renewal_only, data.public, data.unit
    row.category, row.weight = (data.category, data.weight) if counted else ("", 1.0)
    row.level = data.level if data.kind is QuestionKind.CHECK else None
    is_choice = data.kind is QuestionKind.CHOICE
    row.options = [{"label": words, "points": points} for words, points in data.options] if is_choice else []


def _check_rules(rules: Rules) -> None:
    shares = [category.pass_share for category in rules.categories] + [rules.total_pass_share]
    wrong = {"total": "share"} if any(share is not None and not 0 <= share <= 1 for share in shares) else {}
    wrong |= {"categories": "weight"} if any(not 0 <= one.weight <= MOST_WEIGHT for one in rules.categories) else {}
    counts = {"min_challenge": rules.min_challenge, "min_targets": rules.min_targets}
    wrong |= {name: "number" for name, count in counts.items() if not 0 <= (count or 0) <= MOST_QUESTIONS}
    if wrong:
        raise Invalid(wrong)


def _check_whole(form: SchemeForm, questions: Sequence[SchemeQuestion]) -> None:
    """Refuse rules that nobody could meet."""
    there = {question.category for question in questions if question.category}
    levels = [question.level for question in questions]
    kinds = {question.kind for question in questions}
    rules = Rules.of(form.rules)
    faults = (
        ("no_question", not questions),
        ("no_category", any(category.name not in there for category in rules.categories)),
        ("no_basic", rules.all_basic and ItemLevel.BASIC not in levels),
        ("no_challenge", (rules.min_challenge or 0) > levels.count(ItemLevel.CHALLENGE)),
        ("no_targets", bool(rules.min_targets) and QuestionKind.TARGETS not in kinds),
    )
    for code, faulty in faults:
        if faulty:
            raise Invalid({"form": code})


def read_options(text: str) -> tuple[tuple[str, float], ...]:
    """Choices as they are typed: one line each, the points after a bar.

    Raises Invalid({"options": "options_points"}) where these are no number.
    """
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        words, _, points = line.replace("｜", "|").rpartition("|") if "|" in line or "｜" in line else (line, "", "0")
        try:
            found.append((words.strip(), float(points)))
        except ValueError:
            raise Invalid({"options": "options_points"}) from None
    return tuple(found)
