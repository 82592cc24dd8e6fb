"""What a proposal says: its fields, what is wrong with them, and the frozen content whose digest a receipt prints."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from matcher.services.challenge_data import JAPAN
from models import Proposal
from models.enums import ProposalKind

TITLE, LONG_TEXT = 200, 4_000
TEXTS = ("summary", "solution", "field", "asks", "schedule", "cost")
FIELDS = ("title", *TEXTS, "confidential")


@dataclass(frozen=True)
class ProposalData:
    """What a partner types; `field` is needed when the proposal asks for a field to test in."""

    title: str
    summary: str = ""
    solution: str = ""
    field: str = ""
    asks: str = ""
    schedule: str = ""
    cost: str = ""
    confidential: bool = False

    def errors(self) -> dict[str, str]:
        """What keeps it from being kept as a draft: field → code."""
        found = {} if self.title.strip() else {"title": "required"}
        found |= {"title": "too_long"} if len(self.title) > TITLE else {}
        return found | {name: "too_long" for name in TEXTS if len(getattr(self, name)) > LONG_TEXT}


def typed(row: Proposal) -> ProposalData:
    """A stored proposal as what was typed."""
    return ProposalData(**{name: getattr(row, name) for name in FIELDS})


def write(row: Proposal, data: ProposalData) -> None:
    """Put what was typed into the row."""
    for name, value in asdict(data).items():
        setattr(row, name, value)


def missing(row: Proposal) -> dict[str, str]:
    """What it must still say before it is handed in: field → code."""
    needed = ["summary", "solution", *(["field"] if row.kind is ProposalKind.FIELD_TEST else [])]
    return {name: "required" for name in needed if not getattr(row, name).strip()}


def content(row: Proposal, municipality: str, partners: list[str], moment: datetime) -> dict[str, Any]:
    """Everything that a receipt vouches for: who proposes what to whom, and when it was said."""
    said = {name: getattr(row, name) for name in FIELDS}
    about = {"municipality": municipality, "kind": row.kind.value, "challenge": row.challenge_id, "partners": partners}
    return {**about, **said, "said_at": moment.astimezone(JAPAN).isoformat(timespec="seconds")}


def canonical(data: dict[str, Any]) -> bytes:
    """The bytes of which the digest is taken: JSON in UTF-8 with sorted names and no blanks."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(data: dict[str, Any]) -> str:
    """SHA-256, in hexadecimal."""
    return sha256(canonical(data)).hexdigest()
