"""The office's own challenges: the list, one challenge with everything around it, and each step of its life."""

from dataclasses import replace
from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from matcher.errors import Invalid
from matcher.lifecycles import CHALLENGE, OPEN_CHALLENGE, PUBLIC_CHALLENGE, UNPUBLISHED_CHALLENGE
from matcher.services import challenges as service
from matcher.services import flow
from matcher.services.challenge_data import missing, today
from models import Challenge, Municipality
from models.enums import ChallengeQuestionStatus, ChallengeStatus, Pillar
from models.queries import challenge_extras as extras
from models.queries import city as queries
from models.queries import recommendations as recommendation_queries
from models.queries.city import ChallengeFilter
from web import facets
from web.auth import Access, access, actor, municipality_id, now
from web.db import db
from web.htmx import page, see_other
from web.labels import label
from web.listing import Facet, Found, Listing, Page
from web.pages.city import sheets, trail
from web.pages.city.clinic import examine
from web.pages.city.forms import NoteForm
from web.pages.city.room import bp, own
from web.sheets import MOST_ROWS

PER_PAGE = 30
SORTS = {
    "changed": _l("Last changed first"),
    "review": _l("Review date"),
    "decision": _l("Decision date"),
    "title": _l("Title"),
}
#: action → (what its button says, what the person hears afterwards, whether a note is asked for)
STEPS: dict[str, tuple[Any, Any, bool]] = {
    "submit": (_l("Hand to the coordinator"), _l("The challenge has been handed to the coordinator."), False),
    "publish": (_l("Publish"), _l("The challenge is published."), False),
    "return": (_l("Return with a note"), _l("The challenge has been returned to its author."), True),
    "keep_open": (_l("It still stands"), _l("The challenge stays open for another six months."), False),
    "unpublish": (_l("Take off the portal"), _l("The challenge is back in review and no longer public."), True),
    "close": (_l("End the search for partners"), _l("The search for partners has ended."), True),
    "solve": (_l("Mark as solved"), _l("The challenge is marked as solved."), True),
    "drop": (_l("Give up"), _l("The challenge has been given up."), True),
}
#: action → what the note that goes with it is for
NOTES = {
    "return": _l("What should be changed? The author reads this."),
    "unpublish": _l("Why? Open invitations are withdrawn, and the partners are told."),
    "close": _l("Why? Open invitations are withdrawn, and the partners are told."),
    "solve": _l("How was it solved? A sentence is enough."),
    "drop": _l("Why is it given up?"),
}
#: field → what is missing when it is empty
MISSING = {
    "problem": _l("What is wrong"),
    "outcome": _l("What should be different"),
    "contact_name": _l("Contact person"),
    "contact_email": _l("E-mail or telephone of the contact person"),
}


@bp.get("/city/challenges")
@access(Access.CITY)
def challenges() -> Response:
    """Every challenge of the office; the statuses are tabs, and what was typed into the search must occur."""
    listing = _listing()
    wanted = _wanted(listing)
    counts = queries.status_counts(db(), municipality_id(), wanted)
    total = sum(number for status, number in counts.items() if not wanted.statuses or status in wanted.statuses)
    if sheets.wanted():
        every = queries.challenges(db(), municipality_id(), wanted, listing.sort, offset=0, limit=MOST_ROWS)
        return sheets.challenges(every, flow.get(db(), Municipality, municipality_id()))
    shown = Page(listing, total, PER_PAGE)
    offset = (shown.number - 1) * PER_PAGE
    rows = queries.challenges(db(), municipality_id(), wanted, listing.sort, offset=offset, limit=PER_PAGE)
    tabs = _tabs(listing, counts)
    return listing.show("city/challenges.html", shown, Found([]), rows, tabs=tabs, today=today(now()))


def _listing() -> Listing:
    departments = {str(row.id): row.name for row in queries.departments(db(), municipality_id())}
    shown = [
        facets.of("status", _("Status"), ChallengeStatus, single=True),
        Facet("department", _("Department"), departments, single=True),
        facets.of("pillar", _("Pillar"), Pillar, single=True),
        Facet("stale", _("Review date"), {"1": _("Past its review date")}),
    ]
    asked = Listing.of_request("city.challenges", shown, SORTS)
    sidebar = [facet for facet in shown if facet.name != "status"]
    return replace(asked, facets=sidebar, sorts=SORTS, sort=asked.sort if asked.sort in SORTS else "changed")


def _wanted(listing: Listing) -> ChallengeFilter:
    return ChallengeFilter(
        statuses=listing["status"],
        text=listing.q,
        departments=listing["department"],
        pillars=listing["pillar"],
        stale_on=today(now()) if listing["stale"] else None,
    )


def _tabs(listing: Listing, counts: dict[ChallengeStatus, int]) -> list[tuple[Any, str, bool, int]]:
    tabs = [(_("All"), listing.url(status=None), not listing["status"], sum(counts.values()))]
    return tabs + [
        (
            label(status),
            listing.url(status=status.value),
            status.value in listing["status"],
            counts.get(status, 0),
        )
        for status in ChallengeStatus
    ]


@bp.get("/city/challenges/<int:challenge_id>")
@access(Access.CITY)
def challenge(challenge_id: int) -> Response:
    """One challenge as the office sees it."""
    return _show(challenge_id, NoteForm.of_request())


@bp.route("/city/challenges/<int:challenge_id>/steps/<action>", methods=["GET", "POST"])
@access(Access.CITY)
def challenge_step(challenge_id: int, action: str) -> Response:
    """Take one step. A GET comes from somebody whose session ended at the button: they see the challenge again."""
    row = own(challenge_id).challenge
    form = NoteForm.of_request()
    take = service.ACTIONS.get(action)
    if request.method == "GET" or take is None:
        return _show(challenge_id, form, action=action)
    if not form.validate():
        return _show(challenge_id, form, 422, action)
    try:
        take(db(), actor(), row.pk, note=form.note.data or "", now=now())
    except Invalid as error:
        form.show(error)
        return _show(challenge_id, form, 422, action)
    flash(STEPS[action][1], "success")
    return see_other(url_for("city.challenge", challenge_id=row.pk))


def _show(challenge_id: int, form: NoteForm, status: int = 200, action: str = "") -> Response:
    found = own(challenge_id)
    row = found.challenge
    return page(
        "city/challenge.html",
        "content",
        status,
        found=found,
        row=row,
        needs=queries.needs(db(), row.pk),
        targets=queries.targets(db(), row.pk),
        counts=recommendation_queries.counts(db(), [row.pk]).get(row.pk, {}),
        waiting=sum(item.row.status is ChallengeQuestionStatus.ASKED for item in extras.questions(db(), row.pk)),
        hands=recommendation_queries.interested(db(), row.pk),
        history=trail.lines(queries.history(db(), "challenge", row.pk)),
        missing=[MISSING[name] for name in missing(row)] if row.status in UNPUBLISHED_CHALLENGE else [],
        clinic=examine(found, compare=True),
        steps=_steps(row),
        words=STEPS,
        notes=NOTES,
        form=form,
        tried=action,
        editable=service.may_edit(actor(), row),
        is_public=row.status in PUBLIC_CHALLENGE,
        overdue=row.status in OPEN_CHALLENGE and row.review_date is not None and row.review_date < today(now()),
    )


def _steps(row: Challenge) -> list[str]:
    """What the signed-in person may do with a challenge now, the likeliest first."""
    allowed = set(CHALLENGE.actions(row.status, actor().roles_at(flow.of_challenge(row))))
    if "close" in allowed and row.status in OPEN_CHALLENGE:
        allowed.add("keep_open")
    return [action for action in STEPS if action in allowed]
