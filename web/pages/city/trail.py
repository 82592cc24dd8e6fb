"""The history of a thing in words: each recorded event as a line of a timeline."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from models import AuditEvent
from web.reasons import reason

EVENTS: dict[str, Any] = {
    "challenge.created": _l("Written down as a draft"),
    "challenge.edited": _l("Text changed"),
    "challenge.submitted": _l("Handed to the coordinator"),
    "challenge.returned": _l("Returned with a note"),
    "challenge.published": _l("Made public"),
    "challenge.unpublished": _l("Taken off the portal"),
    "challenge.dialogue_begun": _l("Dialogue begun"),
    "challenge.closed": _l("Search for partners ended"),
    "challenge.solved": _l("Marked as solved"),
    "challenge.dropped": _l("Given up"),
    "challenge.reviewed": _l("Confirmed as still open"),
    "recommendation.added": _l("Added by hand"),
    "recommendation.approved": _l("Match approved"),
    "recommendation.declined": _l("Set aside"),
    "recommendation.reconsidered": _l("Taken up again"),
    "recommendation.invited": _l("Invitation sent"),
    "recommendation.accepted": _l("Invitation accepted"),
    "recommendation.refused": _l("Declined by the partner"),
    "recommendation.acceptance_noted": _l("Accepted, as told to the office"),
    "recommendation.refusal_noted": _l("Declined, as told to the office"),
    "recommendation.reminded": _l("Partner reminded"),
    "recommendation.asked_to_say_more": _l("Partner asked to say more about its work"),
    "recommendation.introduced": _l("Both sides introduced"),
    "recommendation.lapsed": _l("Invitation withdrawn"),
    "introduction.heard": _l("News received: under way"),
    "collaboration.planned": _l("Collaboration set up"),
    "collaboration.edited": _l("Text changed"),
    "collaboration.plan_laid_down": _l("Plan saved"),
    "collaboration.agreement_noted": _l("Partner agrees, as told to the office"),
    "collaboration.begun": _l("Begun"),
    "collaboration.noted": _l("Note written"),
    "collaboration.finished": _l("Finished"),
    "collaboration.result_said": _l("Result recorded"),
    "collaboration.reopened": _l("Taken up again"),
    "collaboration.published": _l("Published as a precedent"),
    "collaboration.unpublished": _l("Taken off the portal"),
    "attachment.added": _l("File added"),
    "attachment.removed": _l("File taken away"),
    "registration.applied": _l("Application received"),
    "registration.accepted": _l("Registered"),
    "registration.returned": _l("Application returned for changes"),
    "registration.rejected": _l("Application rejected"),
    "registration.resubmitted": _l("Application sent in again"),
    "registration.reapplied": _l("Applied again"),
    "registration.withdrawn": _l("Left the scheme"),
    "application.begun": _l("Application begun"),
    "application.filled": _l("Entries saved"),
    "application.received": _l("Handed in"),
    "application.screening_begun": _l("Taken up"),
    "application.asked_back": _l("Applicant asked"),
    "application.answered": _l("Applicant answered"),
    "application.noted": _l("Note changed"),
    "application.declared": _l("Entered without screening"),
    "application.granted": _l("Granted"),
    "application.refused": _l("Not granted"),
    "application.withdrawn": _l("Withdrawn by the applicant"),
    "application.suspended": _l("Suspended"),
    "application.resumed": _l("Put into force again"),
    "application.cancelled": _l("Cancelled"),
    "application.given_up": _l("Given up by the partner"),
    "application.superseded": _l("Replaced by its renewal"),
    "application.expired": _l("Term ended"),
    "application.reminded": _l("Reminded of the end of the term"),
}
#: what the partner's people do: who of them did it is shown as a contact or not at all
_BY_PARTNER = frozenset(
    {
        *("recommendation.accepted", "recommendation.refused", "application.begun", "application.filled"),
        *("application.received", "application.answered", "application.withdrawn", "application.given_up"),
    }
)
_SAD = frozenset({"refused", "refusal_noted", "rejected", "dropped", "lapsed", "cancelled", "suspended"})


@dataclass(frozen=True)
class Line:
    """One line of a timeline, as `times.timeline` draws it."""

    when: datetime
    who: str
    title: str
    text: str = ""
    state: str = "done"


def _title(event: AuditEvent) -> str:
    if event.event == "collaboration.plan_agreed":
        return _("The municipality agrees") if event.detail.get("side") == "city" else _("The partner agrees")
    return str(EVENTS.get(event.event, event.event))


def lines(events: Iterable[tuple[AuditEvent, str]]) -> list[Line]:
    """The events in the order given."""
    return [
        Line(
            event.created_at,
            _("Partner") if event.event in _BY_PARTNER else name or _("Musubi (automatic)"),
            _title(event),
            reason(event.detail.get("reason", "")),
            "danger" if event.event.rpartition(".")[2] in _SAD else "done",
        )
        for event, name in events
    ]
