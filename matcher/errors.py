"""What can go wrong in the domain: each error has a code and parameters, and is put into words once, at the edge."""

from collections.abc import Sequence
from typing import Any


class DomainError(Exception):
    """Base of all refusals; `code` is stable, `params` fill the sentence that `web/errors.py` builds from it."""

    code = "error"

    def __init__(self, code: str | None = None, **params: Any) -> None:
        self.code = code or self.code
        self.params = params
        super().__init__(self.code)


class NotFound(DomainError):
    """There is no such thing, or the actor may not know that there is (404)."""

    code = "not_found"


class NotAllowed(DomainError):
    """The actor may see the thing but not do this with it (403)."""

    code = "not_allowed"


class InvalidTransition(DomainError):
    """The thing is not in a state from which this can be done (409)."""

    code = "invalid_transition"

    def __init__(self, lifecycle: str, action: str, status: str) -> None:
        super().__init__(lifecycle=lifecycle, action=action, status=status)


class Invalid(DomainError):
    """The input breaks a rule; `fields` maps each field to the code of its error (422)."""

    code = "invalid"

    def __init__(self, fields: dict[str, str], **params: Any) -> None:
        super().__init__(**params)
        self.fields = fields


class Duplicate(DomainError):
    """Something like it is there already; the person decides (409). `existing` holds (id, name) pairs they may see."""

    code = "duplicate"

    def __init__(self, code: str, existing: Sequence[tuple[int, str]], *, certain: bool) -> None:
        super().__init__(code, certain=certain)
        self.existing = list(existing)
        self.certain = certain


class Conflict(DomainError):
    """Somebody else changed the thing meanwhile (409). `differences` holds (field, mine, theirs)."""

    code = "conflict"

    def __init__(self, differences: Sequence[tuple[str, str, str]] = (), *, version: int | None = None) -> None:
        super().__init__()
        self.differences = list(differences)
        self.version = version


class Locked(DomainError):
    """Too many attempts; `seconds` is how long to wait (429)."""

    code = "locked"

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds=seconds)
        self.seconds = seconds
