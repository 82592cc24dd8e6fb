"""Proposals (提案) to the office: the list, one proposal with everything around it, and each step of its life."""

from collections.abc import Callable
from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from matcher.errors import Conflict, Invalid, NotFound
from matcher.lifecycles import OPEN_PROPOSAL, PROPOSAL
from matcher.services import consultations, forwarding, proposal_steps
from matcher.services import proposals as service
from matcher.services.challenge_data import today
from models import Challenge, Collaboration, Consultation, Municipality, Proposal
from models.enums import ConsultationStatus, ProposalDecline, ProposalKind, ProposalStatus
from models.queries import city as offices
from models.queries import partner_rooms
from models.queries import proposals as queries
from web import facets
from web.auth import Access, access, actor, municipality_id, now
from web.db import db
from web.forms import BaseForm
from web.htmx import page, see_other
from web.listing import Facet, Found, Listing, Page
from web.pages.city import proposal_forms as f
from web.pages.city import sheets
from web.pages.city.proposal_sheet import proposals_sheet
from web.pages.city.room import bp
from web.sheets import MOST_ROWS

PER_PAGE = 30
_ONE = "/city/proposals/<int:proposal_id>"
#: action → (the step, what its button says, what is said afterwards)
STEPS: dict[str, tuple[Callable[..., object], Any, Any]] = {
    "begin_dialogue": (
        proposal_steps.begin_dialogue,
        _l("Begin the dialogue"),
        _l("The dialogue has begun, and the partners have been told."),
    ),
    "reopen": (proposal_steps.reopen, _l("Take the proposal up again"), _l("The proposal is open again.")),
    "forward": (forwarding.forward, _l("Pass it on now"), _l("It has been passed on, and has a receipt there.")),
}


@bp.get("/city/proposals")
@access(Access.CITY)
def proposals() -> Response:
    """Every proposal that the signed-in person may read; what is held longest stands first."""
    listing = Listing.of_request("city.proposals", _facets(), {})
    wanted, on = _wanted(listing), today(now())
    if sheets.wanted():
        every = queries.of_office(db(), municipality_id(), wanted, on, limit=MOST_ROWS)
        return proposals_sheet(every, on)
    shown = Page(listing, queries.count(db(), municipality_id(), wanted, on), PER_PAGE)
    offset = (shown.number - 1) * PER_PAGE
    rows = queries.of_office(db(), municipality_id(), wanted, on, offset=offset, limit=PER_PAGE)
    return listing.show("city/proposals.html", shown, Found([]), rows, number=service.receipt, waited=_waited)


def _facets() -> list[Facet]:
    departments = {str(row.id): row.name for row in offices.departments(db(), municipality_id())}
    return [
        facets.of("status", _("Status"), [s for s in ProposalStatus if s is not ProposalStatus.DRAFT]),
        facets.of("kind", _("Kind"), ProposalKind, single=True),
        Facet("department", _("Department"), departments, single=True),
        Facet("overdue", _("Answers"), {"1": _("An answer is overdue")}),
    ]


def _wanted(listing: Listing) -> queries.ProposalFilter:
    return queries.ProposalFilter(
        statuses=listing["status"],
        kinds=listing["kind"],
        department="".join(listing["department"]),
        overdue=bool(listing["overdue"]),
        text=listing.q,
        departments=service.departments_of(actor(), municipality_id()),
    )


def _waited(row: Proposal) -> int:
    return (today(now()) - today(row.held_since)).days


@bp.get(_ONE)
@access(Access.CITY)
def proposal(proposal_id: int) -> Response:
    """One proposal: who holds it, what the departments say, the dialogue, and what can be decided."""
    return _show(proposal_id)


@bp.route(f"{_ONE}/<any(begin_dialogue, reopen, forward):action>", methods=["GET", "POST"])
@access(Access.COORDINATOR)
def proposal_step(proposal_id: int, action: str) -> Response:
    """Take one step. A GET comes from somebody whose session ended at the button."""
    _own(proposal_id)
    take, _words, heard = STEPS[action]
    if request.method == "POST":
        take(db(), actor(), proposal_id, now=now())
        flash(heard, "success")
    return see_other(url_for("city.proposal", proposal_id=proposal_id))


@bp.route(f"{_ONE}/consult", methods=["GET", "POST"])
@access(Access.COORDINATOR)
def proposal_consult(proposal_id: int) -> Response:
    """Ask departments."""
    form = f.ConsultForm.of_request(data={"due": today(now()) + consultations.USUAL})
    form.offer(offices.departments(db(), municipality_id()))

    def take() -> None:
        keys = [int(key) for key in form.departments.data or ()]
        consultations.ask(db(), actor(), proposal_id, keys, form.question.data, form.due.data, now=now())

    return _write(proposal_id, "consult", form, take, _("The departments have been asked."))


@bp.route(f"{_ONE}/consultations/<int:consultation_id>/answer", methods=["GET", "POST"])
@access(Access.CITY)
def consultation_answer(proposal_id: int, consultation_id: int) -> Response:
    """Answer for a department."""
    _asked(proposal_id, consultation_id)
    form = f.DepartmentAnswerForm.of_request()

    def take() -> None:
        says, text = ConsultationStatus(form.says.data), form.answer.data or ""
        consultations.answer(db(), actor(), consultation_id, says, text, form.read_version(), now=now())

    return _write(proposal_id, "answer", form, take, _("The answer has been kept."), tried=consultation_id)


@bp.post(f"{_ONE}/consultations/<int:consultation_id>/close")
@access(Access.COORDINATOR)
def consultation_close(proposal_id: int, consultation_id: int) -> Response:
    """Take a question to a department back."""
    _asked(proposal_id, consultation_id)
    consultations.close(db(), actor(), consultation_id, now=now())
    flash(_("The department need not answer any more."), "success")
    return see_other(url_for("city.proposal", proposal_id=proposal_id))


@bp.route(f"{_ONE}/notes", methods=["GET", "POST"])
@access(Access.CITY)
def proposal_note(proposal_id: int) -> Response:
    """Write down what was talked about."""
    form = f.CityNoteForm.of_request(data={"held_on": today(now()), "shared": True})

    def take() -> None:
        words = {"shared": bool(form.shared.data), "asks": bool(form.asks.data)}
        proposal_steps.note(db(), actor(), proposal_id, form.text.data, form.held_on.data, now=now(), **words)

    return _write(proposal_id, "note", form, take, _("The note has been kept."))


@bp.route(f"{_ONE}/hand-over", methods=["GET", "POST"])
@access(Access.COORDINATOR)
def proposal_hand_over(proposal_id: int) -> Response:
    """Pass it on to another department."""
    form = f.HandOverForm.of_request()
    form.offer(offices.departments(db(), municipality_id()))

    def take() -> None:
        key = int(form.department.data) if form.department.data else None
        proposal_steps.hand_over(db(), actor(), proposal_id, key, now=now())

    return _write(proposal_id, "hand_over", form, take, _("It has been noted who is in charge."))


@bp.route(f"{_ONE}/prepare", methods=["GET", "POST"])
@access(Access.COORDINATOR)
def proposal_prepare(proposal_id: int) -> Response:
    """Take it up as a collaboration."""
    form = f.PrepareForm.of_request(data={"title": _suggested(_own(proposal_id))})

    def take() -> None:
        proposal_steps.prepare(db(), actor(), proposal_id, form.title.data, now=now())

    return _write(proposal_id, "prepare", form, take, _("A collaboration has been planned, and the partners told."))


@bp.route(f"{_ONE}/decline", methods=["GET", "POST"])
@access(Access.COORDINATOR)
def proposal_decline(proposal_id: int) -> Response:
    """Not go on with it."""
    form = f.DeclineProposalForm.of_request()

    def take() -> None:
        reason, text = ProposalDecline(form.reason.data), form.note.data or ""
        proposal_steps.decline(db(), actor(), proposal_id, reason, text, now=now())

    return _write(proposal_id, "decline", form, take, _("The partners have been told, with the reason."))


@bp.route(f"{_ONE}/ask-consent", methods=["GET", "POST"])
@access(Access.COORDINATOR)
def proposal_ask_consent(proposal_id: int) -> Response:
    """Ask the partners whether it may go to another municipality."""
    form = f.ForwardForm.of_request()
    form.offer(partner_rooms.municipalities(db()), municipality_id())

    def take() -> None:
        forwarding.ask(db(), actor(), proposal_id, int(form.municipality.data), now=now())

    return _write(proposal_id, "consent", form, take, _("The partners have been asked for their consent."))


def _write(
    proposal_id: int, name: str, form: BaseForm, take: Callable[[], None], heard: str, tried: int = 0
) -> Response:
    """Do what a form of the page asks for, or show the page again with what is wrong beside the field."""
    _own(proposal_id)
    if request.method == "GET":
        return _show(proposal_id, tried=tried, **{name: form})
    if not form.validate():
        return _show(proposal_id, 422, tried, **{name: form})
    try:
        take()
    except Invalid as error:
        form.show(error)
        return _show(proposal_id, 422, tried, **{name: form})
    except Conflict:
        flash(_("Somebody else has answered meanwhile. Please read it again."), "warning")
        return _show(proposal_id, 409, tried, **{name: form})
    flash(heard, "success")
    return see_other(url_for("city.proposal", proposal_id=proposal_id))


def _own(proposal_id: int) -> Proposal:
    """A proposal to the office for which the signed-in person works. Raises NotFound for any other."""
    row = service.view(db(), actor(), proposal_id)
    if row.municipality_id != municipality_id() or row.received_at is None:
        raise NotFound()
    return row


def _asked(proposal_id: int, consultation_id: int) -> Consultation:
    row, found = _own(proposal_id), db().get(Consultation, consultation_id)
    if found is None or found.proposal_id != row.pk:
        raise NotFound()
    return found


def _suggested(row: Proposal) -> str:
    """The collaboration is read by every department: a confidential title does not go there by itself."""
    return _("Pilot from proposal %(number)s", number=service.receipt(row)) if row.confidential else row.title


def _show(proposal_id: int, status: int = 200, tried: int = 0, **forms: BaseForm) -> Response:
    row = _own(proposal_id)
    asked = queries.consultations(db(), row.pk)
    able = PROPOSAL.actions(row.status, actor().roles_at(service.subject_of(db(), row)))
    return page(
        "city/proposal.html",
        "content",
        status,
        row=row,
        item=queries.row(db(), row, today(now())),
        behind=queries.standings(db(), row.pk),
        number=service.receipt,
        days=_waited(row),
        today=today(now()),
        challenge=queries.challenge_title(db(), row.challenge_id),
        challenge_row=db().get(Challenge, row.challenge_id) if row.challenge_id else None,
        collaboration=db().get(Collaboration, row.collaboration_id) if row.collaboration_id else None,
        asked=asked,
        answers={each.row.pk for each in asked if _may_answer(row, each.row)},
        tried=tried,
        notes=queries.notes(db(), row.pk, shared_only=False),
        versions=queries.versions(db(), row.pk),
        forward_to=db().get(Municipality, row.forward_to_id) if row.forward_to_id else None,
        first=db().get(Proposal, row.forwarded_from_id) if row.forwarded_from_id else None,
        steps=STEPS,
        able=able,
        open=row.status in OPEN_PROPOSAL,
        **(_forms(row) | forms),
    )


def _may_answer(row: Proposal, found: Consultation) -> bool:
    waits = found.status in (ConsultationStatus.WAITING, ConsultationStatus.QUESTION)
    return waits and row.status in OPEN_PROPOSAL and consultations.speaks_for(actor(), row, found)


def _forms(row: Proposal) -> dict[str, BaseForm]:
    """The forms of the page as they are before anybody has typed."""
    departments = offices.departments(db(), municipality_id())
    consult = f.ConsultForm(formdata=None, data={"due": today(now()) + consultations.USUAL})
    hand_over = f.HandOverForm(formdata=None, data={"department": str(row.department_id or "")})
    consent = f.ForwardForm(formdata=None)
    consult.offer(departments)
    hand_over.offer(departments)
    consent.offer(partner_rooms.municipalities(db()), municipality_id())
    return {
        "consult": consult,
        "hand_over": hand_over,
        "consent": consent,
        "answer": f.DepartmentAnswerForm(formdata=None),
        "note": f.CityNoteForm(formdata=None, data={"held_on": today(now()), "shared": True}),
        "prepare": f.PrepareForm(formdata=None, data={"title": _suggested(row)}),
        "decline": f.DeclineProposalForm(formdata=None),
    }
