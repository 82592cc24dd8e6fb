"""Sentences about applying to schemes that several pages say."""

from typing import Any

from flask_babel import lazy_gettext as _l

#: code of `applications.obstacle` → why an application cannot be begun or handed in
OBSTACLES: dict[str, Any] = {
    "kind_not_eligible": _l("This scheme is not open to your kind of organisation."),
    "held_already": _l("Your organisation holds this already. It can be renewed towards the end of its term."),
    "lower_tier": _l("The tier below has to be in force first."),
    "no_form": _l("The form is not ready yet. Please come back later."),
    "round_closed": _l("No round of applications is open today."),
}
