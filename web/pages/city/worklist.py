"""The work list: what waits for whom, and since when."""

from collections.abc import Callable

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from matcher.services import recommendations
from matcher.services import worklist as service
from matcher.services.worklist import Desk, Holder, Item
from web.auth import Access, access, actor, municipality_id, now
from web.db import db
from web.htmx import page, see_other
from web.matching import matchbook
from web.pages.city.room import bp

SHOWN_AT_FIRST = 5
#: desk → (its heading, what the button of a line says)
WORDS = {
    Desk.REGISTRATION: (_l("Registrations to screen"), _l("Screen")),
    Desk.APPLICATION: (_l("Applications to schemes, received"), _l("Screen")),
    Desk.SCREENING: (_l("Applications to schemes, being screened"), _l("Decide")),
    Desk.CHANGE_REPORT: (_l("Changes reported by partners of schemes"), _l("Read")),
    Desk.PROPOSAL: (_l("Proposals to take further"), _l("Take further")),
    Desk.CONSULTATION_OVERDUE: (_l("Departments whose answer to a proposal is overdue"), _l("Answer")),
    Desk.CONSULTATION: (_l("Proposals waiting for a department"), _l("Answer")),
    Desk.PROPOSAL_DIALOGUE: (_l("Dialogues on proposals without news"), _l("Follow up")),
    Desk.REVIEW: (_l("Challenges to review"), _l("Review")),
    Desk.RETURNED: (_l("Challenges returned to the department"), _l("Revise")),
    Desk.QUESTION: (_l("Questions from partners"), _l("Answer")),
    Desk.INTEREST: (_l("Interest without an answer"), _l("Answer")),
    Desk.UNASKED: (_l("Published without recommendations"), _l("Find partners")),
    Desk.UNDECIDED: (_l("Recommendations to decide"), _l("Decide")),
    Desk.GROUP_FOUNDING: (_l("Working groups to be founded"), _l("Decide")),
    Desk.GROUP_REQUEST: (_l("Requests to join a working group"), _l("Decide")),
    Desk.GROUP_TASK: (_l("Overdue tasks of working groups"), _l("Follow up")),
    Desk.GROUP_DORMANT: (_l("Dormant working groups"), _l("Check")),
    Desk.INVITATION: (_l("Invitations without an answer"), _l("Ask again")),
    Desk.ASKED_BACK: (_l("Applicants who have been asked"), _l("Look at it")),
    Desk.ENDING_TERM: (_l("Terms in schemes that end within 90 days"), _l("Look at it")),
    Desk.INTRODUCTION: (_l("Introductions without news"), _l("Follow up")),
    Desk.PLAN_OURS: (_l("Pilot plans to agree to"), _l("Read the plan")),
    Desk.PLAN_THEIRS: (_l("Pilot plans that wait for the partner"), _l("Read the plan")),
    Desk.PILOT_OVER: (_l("Pilots past their end without a result"), _l("Record the result")),
    Desk.PILOT_SILENT: (_l("Collaborations without a note for 60 days"), _l("Write a note")),
    Desk.STALE: (_l("Challenges past their review date"), _l("Check")),
}
HOLDERS = {
    Holder.COORDINATOR: _l("Coordinator"),
    Holder.DEPARTMENT: _l("Department"),
    Holder.PARTNER: _l("Partner"),
}
_LINKS: dict[Desk, Callable[[int], str]] = {
    **dict.fromkeys(
        (Desk.APPLICATION, Desk.SCREENING, Desk.CHANGE_REPORT, Desk.ASKED_BACK, Desk.ENDING_TERM),
        lambda key: url_for("city.application", application_id=key),
    ),
    Desk.REGISTRATION: lambda key: url_for("city.registration", registration_id=key),
    **dict.fromkeys(
        (Desk.PROPOSAL, Desk.CONSULTATION_OVERDUE, Desk.CONSULTATION, Desk.PROPOSAL_DIALOGUE),
        lambda key: url_for("city.proposal", proposal_id=key),
    ),
    Desk.REVIEW: lambda key: url_for("city.challenge", challenge_id=key),
    Desk.RETURNED: lambda key: url_for("city.challenge_edit", challenge_id=key),
    Desk.QUESTION: lambda key: url_for("city.challenge_questions_", challenge_id=key),
    Desk.INTEREST: lambda key: url_for("city.matches", challenge_id=key),
    Desk.UNASKED: lambda key: url_for("city.matches", challenge_id=key),
    Desk.UNDECIDED: lambda key: url_for("city.matches", challenge_id=key),
    Desk.GROUP_FOUNDING: lambda key: url_for("city.group", group_id=key),
    Desk.GROUP_REQUEST: lambda key: url_for("city.group", group_id=key),
    Desk.GROUP_TASK: lambda key: url_for("groups.room", group_id=key),
    Desk.GROUP_DORMANT: lambda key: url_for("city.group", group_id=key),
    Desk.INVITATION: lambda key: url_for("city.match", recommendation_id=key),
    Desk.INTRODUCTION: lambda key: url_for("city.match", recommendation_id=key),
    **dict.fromkeys(
        (Desk.PLAN_OURS, Desk.PLAN_THEIRS, Desk.PILOT_OVER, Desk.PILOT_SILENT),
        lambda key: url_for("city.collaboration", collaboration_id=key),
    ),
    Desk.STALE: lambda key: url_for("city.challenge", challenge_id=key),
}


@bp.app_template_filter("desk_name")
def desk_name(desk: str) -> str:
    """What a desk is called, also in mail."""
    return str(WORDS[Desk(desk)][0])


@bp.get("/city")
@access(Access.CITY)
def worklist() -> Response:
    """Everything that waits, or only what waits for one side."""
    everything = service.gather(db(), actor(), municipality_id(), now=now())
    chosen = next((holder for holder in Holder if holder == request.args.get("for")), None)
    chosen_work = everything.of(chosen) if chosen else everything
    return page(
        "city/worklist.html",
        work=chosen_work,
        everything=everything,
        stats=_stats(everything),
        shown=SHOWN_AT_FIRST,
        tabs=_tabs(everything, chosen),
        words=WORDS,
        link=lambda item: _LINKS[item.desk](item.waiting.key),
        who=_who,
    )


@bp.route("/city/run-all", methods=["GET", "POST"])
@access(Access.CITY)
def run_all() -> Response:
    """Find partners for every published challenge for which nobody has asked yet."""
    if request.method == "POST":
        count = recommendations.run_unasked(db(), actor(), municipality_id(), matchbook(), now=now())
        text = ngettext(
            "Partners were sought for %(num)s challenge.", "Partners were sought for %(num)s challenges.", count
        )
        flash(text, "success")
    return see_other(url_for("city.worklist"))


def _stats(everything: service.Worklist) -> list[tuple[int, str]]:
    return [
        (everything.total, _("waiting altogether")),
        (everything.overdue, _("overdue")),
        (everything.of(Holder.COORDINATOR).total, _("waiting for the coordinator")),
        (everything.of(Holder.PARTNER).total, _("waiting for partners")),
    ]


def _tabs(everything: service.Worklist, chosen: Holder | None) -> list[tuple[str, str, bool, int]]:
    tabs = [(_("Everything"), url_for("city.worklist"), chosen is None, everything.total)]
    for holder, words in HOLDERS.items():
        count = everything.of(holder).total
        tabs.append((str(words), url_for("city.worklist", **{"for": holder.value}), chosen is holder, count))
    return tabs


def _who(item: Item) -> str:
    """Whose turn it is: by name where a department or a partner is known."""
    known = item.waiting.who if item.holder is not Holder.COORDINATOR else ""
    return known or str(HOLDERS[item.holder])
