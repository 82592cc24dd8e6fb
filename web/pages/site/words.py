"""The words for the kinds of schemes; an unknown kind is shown as it is."""

from flask_babel import lazy_gettext as _l

SCHEME_KINDS = {
    "registration": _l("Registration"),
    "certification": _l("Certification"),
    "platform": _l("Platform"),
    "challenge_lab": _l("Challenge lab"),
    "fund": _l("Fund"),
    "award": _l("Award"),
    "working_groups": _l("Working groups"),
    "mentor_programme": _l("Mentor programme"),
    "council": _l("Council"),
}
