"""The fields of a challenge and their values in words, for whoever compares two versions."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from sqlmodel import Session

from matcher.services.versions import Difference, Piece
from models import Department
from models.enums import BudgetStage, ChallengeKind, PartnerKind, Pillar, Requirement
from web.labels import label
from web.pages.city.forms import ChallengeForm

_ENUMS: dict[str, Any] = {"kind": ChallengeKind, "pillar": Pillar, "budget_stage": BudgetStage}
_SETS: dict[str, Any] = {"wanted_kinds": PartnerKind, "required": Requirement}
CODED = frozenset({*_ENUMS, *_SETS, "department_id"})


def in_words(session: Session, found: Iterable[Difference]) -> list[tuple[str, tuple[Piece, ...]]]:
    """Each changed field by its label; codes are compared as the words for them."""
    form = ChallengeForm(formdata=None)
    return [(str(form[change.field].label.text), _words(session, change)) for change in found if change.field in form]


def _words(session: Session, change: Difference) -> tuple[Piece, ...]:
    if change.field not in CODED:
        return change.pieces
    before = "".join(piece.text for piece in change.pieces if piece.change != "ins")
    after = "".join(piece.text for piece in change.pieces if piece.change != "del")
    old, new = (said(session, change.field, code) or _("(empty)") for code in (before, after))
    return (Piece("del", old), Piece("ins", new))


def said(session: Session, field: str, code: str) -> str:
    """What a field says, where it is kept as a code; any other text as it is."""
    if not code:
        return ""
    if field == "department_id":
        department = session.get(Department, int(code))
        return department.name if department else ""
    if field in _SETS:
        return " / ".join(label(_SETS[field](value)) for value in code.split(", ") if value)
    return label(_ENUMS[field](code)) if field in _ENUMS else code
