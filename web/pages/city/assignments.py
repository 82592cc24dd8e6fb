"""Assignments (一括割り当て): many challenges get their partners in one plan, and nobody more than it can take."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from matcher import policy
from matcher.errors import Conflict, Invalid, NotFound
from matcher.lifecycles import CHANGEABLE
from matcher.services import assignments as service
from matcher.services import flow
from models import Assignment, Challenge, Partner
from models.enums import AssignmentRuleKind, AssignmentStatus, DeclineReason
from models.queries import assignments as queries
from models.queries import city_partners as partner_queries
from models.queries.assignments import Choice
from web.auth import Access, access, actor, municipality_id, now
from web.db import db
from web.forms import clean
from web.htmx import page, see_other, wants_fragment
from web.pages.city import assignment_plan as plans
from web.pages.city import sheets, trail
from web.pages.city.assignment_forms import AssignmentForm, RuleForm, typed
from web.pages.city.room import bp

PER_PAGE = 25
UNDER_WAY = frozenset({AssignmentStatus.WAITING, AssignmentStatus.RUNNING})
#: what the worker may have found impossible
ERRORS = {
    "lock_over_capacity": _l("More challenges are locked to a partner than it can take:"),
    "lock_over_wanted": _l("More partners are locked to a challenge than it is to get:"),
    "locked_and_forbidden": _l("A pair is locked and forbidden at once:"),
    "unexpected": _l("Something went wrong while the plan was being made. Please try again, or tell the operator."),
}
STEPS: dict[str, tuple[Callable[..., Any], Any]] = {
    "ask": (service.ask, _l("The plan is being made. This page shows it when it is ready.")),
    "close": (service.close, _l("The assignment has been put away.")),
    "reopen": (service.reopen, _l("The assignment has been taken up again.")),
}


@bp.get("/city/assignments")
@access(Access.CITY)
def assignments() -> Response:
    """Every assignment of the office, the newest first."""
    return page("city/assignments.html", rows=queries.listed(db(), municipality_id()))


@bp.route("/city/assignments/new", methods=["GET", "POST"])
@access(Access.COORDINATOR)
def assignment_new() -> Response:
    """Begin a batch."""
    policy.require(actor(), "assignment.make", flow.of_municipality(municipality_id()))
    return _write(AssignmentForm.of_request(data={"wanted": 3, "capacity": 2}), None)


@bp.route("/city/assignments/<int:assignment_id>/edit", methods=["GET", "POST"])
@access(Access.CITY)
def assignment_edit(assignment_id: int) -> Response:
    """Change a batch."""
    row = _own(assignment_id)
    policy.require(actor(), "assignment.make", flow.of_assignment(row))
    keys = [member.challenge_id for member in queries.members(db(), assignment_id)]
    return _write(AssignmentForm.of_request(data=typed(row, keys)), row)


def _write(form: AssignmentForm, row: Assignment | None) -> Response:
    choices = _choices(row)
    form.offer(choices)
    if request.method == "GET" or form.ticking(choices):
        return _form(form, row, choices)
    if not form.validate():
        return _form(form, row, choices, 422)
    try:
        saved = _save(form, row)
    except Invalid as error:
        form.show(error)
        return _form(form, row, choices, 422)
    except Conflict as error:
        form.version.data = str(error.version)
        return _form(form, row, choices, 409)
    flash(_("The assignment has been saved."), "success")
    return see_other(url_for("city.assignment", assignment_id=saved.pk))


def _save(form: AssignmentForm, row: Assignment | None) -> Assignment:
    if row is None:
        return service.create(db(), actor(), municipality_id(), form.assignment(), now=now())
    return service.edit(db(), actor(), row.pk, form.assignment(), version=form.version.number, now=now())


def _choices(row: Assignment | None) -> list[Choice]:
    """Open challenges, and those of the batch that have been closed since."""
    open_ones = queries.choices(db(), municipality_id())
    known = {choice.challenge.pk for choice in open_ones}
    kept = queries.challenges(db(), row.pk) if row is not None else []
    return [*open_ones, *(Choice(challenge, "") for challenge in kept if challenge.pk not in known)]


def _form(form: AssignmentForm, row: Assignment | None, choices: Sequence[Choice], status: int = 200) -> Response:
    shown, ticked = form.shown(choices), set(form.challenges.data or ())
    visible = {str(choice.challenge.pk) for choice in shown}
    return page(
        "city/assignment_form.html",
        status=status,
        form=form,
        row=row,
        shown=shown,
        ticked=ticked,
        hidden=sorted(ticked - visible),
        total=len(choices),
        stale=status == 409,
    )


@bp.get("/city/assignments/<int:assignment_id>")
@access(Access.CITY)
def assignment(assignment_id: int) -> Response:
    """The plan by challenge, or `by=partner`; as a file; while it is being made, only how far that is."""
    row = _own(assignment_id)
    if wants_fragment() and "state" in request.args:
        return _state(row)
    return _show(row, RuleForm(formdata=None))


def _state(row: Assignment) -> Response:
    """What a waiting page asks every two seconds."""
    if row.status not in UNDER_WAY:
        return see_other(url_for("city.assignment", assignment_id=row.pk))
    return page("city/assignment.html", "state", row=row, under_way=True)


def _show(row: Assignment, form: RuleForm, status: int = 200, failed: tuple[int, int] | None = None) -> Response:
    pairs, rules = queries.pairs(db(), row.pk), queries.rules(db(), row.pk)
    challenges = queries.challenges(db(), row.pk)
    served = plans.by_challenge(row, challenges, pairs)
    if sheets.wanted():
        return plans.sheet(row, served, rules)
    by = "partner" if request.args.get("by") == "partner" else "challenge"
    items: Sequence[Any] = plans.by_partner(pairs) if by == "partner" else served
    pager = plans.Pager.of(request.args.get("page", ""), len(items), PER_PAGE, lambda n: _address(row, by, n))
    first = (pager.number - 1) * PER_PAGE
    return page(
        "city/assignment.html",
        status=status,
        row=row,
        by=by,
        items=items[first : first + PER_PAGE],
        pager=pager,
        challenges=challenges,
        rules=rules,
        laid={(found.rule.challenge_id, found.rule.partner_id): found.rule for found in rules},
        proposable=[pair.pair.pk for pair in pairs if pair.status is None],
        planned=bool(pairs),
        under_way=row.status in UNDER_WAY,
        changeable=row.status in CHANGEABLE,
        percent=plans.percent,
        error=_error(row, challenges),
        form=form,
        failed=failed,
        because=trail.reason,
        **_searched(),
    )


def _address(row: Assignment, by: str, number: int) -> str:
    return url_for(
        "city.assignment",
        assignment_id=row.pk,
        by=by if by != "challenge" else None,
        page=number if number > 1 else None,
    )


def _searched() -> dict[str, Any]:
    """Partners found by name, to lock or forbid one that is not in the plan."""
    text = (clean(request.args.get("q", "")[:200]) or "").strip()
    found: list[Partner] = partner_queries.partners_named(db(), text) if text else []
    return {"q": text, "hits": found, "chosen_challenge": request.args.get("challenge", "")}


def _error(row: Assignment, challenges: Sequence[Challenge]) -> tuple[Any, list[str]] | None:
    """Why the last attempt failed, with the names of what stands in the way."""
    code = row.result.get("error") if row.status is AssignmentStatus.FAILED else None
    if code is None:
        return None
    keys = row.result.get("where", [])
    if code == "lock_over_capacity":
        names = [partner.name for key in keys if (partner := db().get(Partner, key)) is not None]
    else:
        names = [challenge.title for challenge in challenges if challenge.pk in keys]
    return ERRORS.get(code, ERRORS["unexpected"]), names


@bp.route("/city/assignments/<int:assignment_id>/<any(ask, close, reopen):action>", methods=["GET", "POST"])
@access(Access.CITY)
def assignment_step(assignment_id: int, action: str) -> Response:
    """Have the plan made, put the batch away, or take it up again."""
    _own(assignment_id)
    if request.method == "POST":
        take, words = STEPS[action]
        take(db(), actor(), assignment_id, now=now())
        flash(words, "success")
    return see_other(url_for("city.assignment", assignment_id=assignment_id))


@bp.route("/city/assignments/<int:assignment_id>/propose", methods=["GET", "POST"])
@access(Access.CITY)
def assignment_propose(assignment_id: int) -> Response:
    """Make recommendations out of the ticked pairs, or of all."""
    _own(assignment_id)
    if request.method == "POST":
        chosen = None if "all" in request.form else {key for key in map(_key, request.form.getlist("pair")) if key}
        count = service.propose(db(), actor(), assignment_id, chosen, now=now())
        text = ngettext("%(num)s recommendation was made.", "%(num)s recommendations were made.", count)
        flash(text, "success" if count else "info")
    return see_other(url_for("city.assignment", assignment_id=assignment_id))


@bp.route("/city/assignments/<int:assignment_id>/<any(lock, forbid):kind>", methods=["GET", "POST"])
@access(Access.CITY)
def assignment_rule(assignment_id: int, kind: str) -> Response:
    """Lock a pair, or forbid it with a reason."""
    row = _own(assignment_id)
    form = RuleForm.of_request()
    place = (_key(request.form.get("challenge_id", "")), _key(request.form.get("partner_id", "")))
    if request.method == "GET":
        return see_other(url_for("city.assignment", assignment_id=assignment_id))
    if not form.validate():
        return _show(row, form, 422, place)
    reason = DeclineReason(form.reason.data) if form.reason.data else None
    rule, note = AssignmentRuleKind(kind), form.note.data or ""
    try:
        service.lay_down(db(), actor(), assignment_id, rule, *place, reason=reason, note=note, now=now())
    except Invalid as error:
        form.show(error)
        if "partner_id" in error.fields:
            flash(_("This pair has been decided on already and cannot be locked."), "warning")
        return _show(row, form, 422, place)
    flash(_("Noted. Make the plan again to see what it changes."), "success")
    return see_other(url_for("city.assignment", assignment_id=assignment_id, _anchor="rules"))


@bp.route("/city/assignments/<int:assignment_id>/release/<int:rule_id>", methods=["GET", "POST"])
@access(Access.CITY)
def assignment_release(assignment_id: int, rule_id: int) -> Response:
    """Take back a lock or a ban."""
    _own(assignment_id)
    if request.method == "POST":
        service.release(db(), actor(), assignment_id, rule_id, now=now())
        flash(_("Taken back. Make the plan again to see what it changes."), "success")
    return see_other(url_for("city.assignment", assignment_id=assignment_id, _anchor="rules"))


def _key(text: str) -> int:
    """A key from a form; 0, which nothing has, for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _own(assignment_id: int) -> Assignment:
    """An assignment of this office.

    Raises NotFound for any other.
    """
    found = queries.assignment(db(), municipality_id(), assignment_id)
    if found is None:
        raise NotFound()
    return found
