"""Why something was set aside, refused or taken back: the recorded code in words."""

from typing import Any

from flask_babel import lazy_gettext as _l

from models.enums import DeclineReason, RefusalReason
from web.labels import label

LAPSED: dict[str, Any] = {
    "withdrawn": _l("withdrawn by the office"),
    "challenge_unpublish": _l("the challenge was taken off the portal"),
    "challenge_close": _l("the search for partners has ended"),
    "challenge_solve": _l("the challenge has been solved"),
    "challenge_drop": _l("the challenge was given up"),
}


def reason(code: str) -> str:
    """A reason in words; empty for a code that is none."""
    if code in LAPSED:
        return str(LAPSED[code])
    found = next((kind(code) for kind in (DeclineReason, RefusalReason) if code in set(kind)), None)
    return label(found) if found is not None else ""
