"""Proposals (提案) of a partner: writing, handing in, the receipt, the dialogue, joint partners, consent."""

from collections.abc import Callable
from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from matcher.errors import Conflict, Invalid, NotFound
from matcher.lifecycles import OPEN_PROPOSAL, PROPOSAL
from matcher.services import flow, forwarding, joint_proposals, papers, proposal_steps, taken_up
from matcher.services import proposal_data as data_of
from matcher.services import proposals as service
from matcher.services.challenge_data import today
from models import Challenge, Collaboration, Municipality, Proposal
from models.enums import PaperKind, ProposalStatus
from models.queries import collaborations, partner_rooms
from models.queries import papers as paper_queries
from models.queries import proposals as queries
from web import pdf
from web.auth import Access, access, actor, now, partner_id
from web.db import db
from web.forms import BaseForm
from web.htmx import page, see_other
from web.pages.me.proposal_forms import DialogueForm, JointForm, NewProposalForm, ProposalForm
from web.pages.me.room import bp, own, room
from web.papers import document, language, write
from web.papers.proposals import receipt_of

_ONE = "/me/proposals/<int:proposal_id>"
#: action → (the step, what its button says, what is said afterwards)
STEPS: dict[str, tuple[Callable[..., object], Any, Any]] = {
    "submit": (
        service.submit,
        _l("Hand in the proposal"),
        _l("The proposal has been received. The receipt has been sent to you by e-mail."),
    ),
    "withdraw": (service.withdraw, _l("Withdraw the proposal"), _l("The proposal has been withdrawn.")),
    "consent": (forwarding.consent, _l("Consent to passing it on"), _l("You have consented. The city passes it on.")),
    "lift": (
        taken_up.lift,
        _l("No longer treat it as confidential"),
        _l("The proposal is not confidential any longer."),
    ),
    "refuse": (forwarding.refuse, _l("Do not pass it on"), _l("The proposal is not passed on.")),
}
JOINT: dict[str, tuple[Callable[..., object], Any]] = {
    "agree": (joint_proposals.agree, _l("You stand behind this proposal now.")),
    "leave": (joint_proposals.leave, _l("You do not stand behind this proposal.")),
}


@bp.get("/me/proposals")
@access(Access.PARTNER)
def proposals() -> Response:
    """Everything that the partner has proposed, or is asked to propose with others."""
    rows = queries.of_partner(db(), partner_id(), today(now()))
    return room("me/proposals.html", own(), rows=rows, number=service.receipt, waited=_waited)


def _waited(row: Proposal) -> int:
    return (today(now()) - today(row.held_since)).days


@bp.route("/me/proposals/new", methods=["GET", "POST"])
@access(Access.PARTNER)
def proposal_new() -> Response:
    """Propose a solution to `challenge_id`, or a field test to a municipality."""
    challenge, towns = _asked(request.args.get("challenge_id", type=int)), partner_rooms.municipalities(db())
    form = NewProposalForm.of_request(data={"municipality": request.args.get("municipality", "")})
    form.offer(towns)
    if challenge is not None:
        del form.municipality
    if request.method == "GET":
        return _new(form, challenge)
    if not form.validate():
        return _new(form, challenge, 422)
    key = challenge.municipality_id if challenge else {t.code: t.pk for t in towns}[form.municipality.data]
    about = challenge.pk if challenge else None
    try:
        row = service.begin(db(), actor(), partner_id(), key, form.proposal(), challenge_id=about, now=now())
    except Invalid as error:
        form.show(error)
        return _new(form, challenge, 422)
    flash(_("The draft has been saved. Only you see it until you hand it in."), "success")
    return see_other(url_for("me.proposal", proposal_id=row.pk))


def _asked(challenge_id: int | None) -> Challenge | None:
    """The open challenge that is to be answered.

    Raises NotFound for one that looks for nobody.
    """
    if challenge_id is None:
        return None
    found = flow.get(db(), Challenge, challenge_id)
    service.check_open(found, found.municipality_id)
    return found


def _new(form: ProposalForm, challenge: Challenge | None, status: int = 200) -> Response:
    return room("me/proposal_form.html", own(), status, form=form, challenge=challenge, row=None)


@bp.get(_ONE)
@access(Access.PARTNER)
def proposal(proposal_id: int) -> Response:
    """One proposal with its receipt, what was said, and what can be done next."""
    return _show(proposal_id)


@bp.route(f"{_ONE}/edit", methods=["GET", "POST"])
@access(Access.PARTNER)
def proposal_edit(proposal_id: int) -> Response:
    """Change what it says; the version that was received stays."""
    row = _own(proposal_id)
    form = ProposalForm.of_request(data={**vars(data_of.typed(row)), "version": row.version})
    if request.method == "GET":
        return _edit(row, form)
    if not form.validate():
        return _edit(row, form, 422)
    try:
        service.edit(db(), actor(), row.pk, form.proposal(), form.version.number, now=now())
    except Invalid as error:
        form.show(error)
        return _edit(row, form, 422)
    except Conflict as error:
        form.version.data = str(error.version)
        return _edit(row, form, 409)
    flash(_("The proposal has been changed."), "success")
    return see_other(url_for("me.proposal", proposal_id=row.pk))


def _edit(row: Proposal, form: ProposalForm, status: int = 200) -> Response:
    challenge = db().get(Challenge, row.challenge_id) if row.challenge_id else None
    return room("me/proposal_form.html", own(), status, form=form, challenge=challenge, row=row)


@bp.route(f"{_ONE}/<any(submit, withdraw, consent, refuse, lift):action>", methods=["GET", "POST"])
@access(Access.PARTNER)
def proposal_step(proposal_id: int, action: str) -> Response:
    """Take one step. A GET comes from somebody whose session ended at the button."""
    row = _own(proposal_id)
    if request.method == "GET":
        return _show(proposal_id)
    take, _words, heard = STEPS[action]
    try:
        take(db(), actor(), row.pk, now=now())
    except Invalid as error:
        form = ProposalForm(formdata=None, data={**vars(data_of.typed(row)), "version": row.version})
        form.show(error)
        return _edit(row, form, 422)
    flash(heard, "success")
    return see_other(url_for("me.proposal", proposal_id=row.pk))


@bp.route(f"{_ONE}/joint/<any(agree, leave):action>", methods=["GET", "POST"])
@access(Access.PARTNER)
def proposal_joint(proposal_id: int, action: str) -> Response:
    """Stand behind somebody else's proposal, or not."""
    if request.method == "GET":
        return _show(proposal_id)
    take, heard = JOINT[action]
    take(db(), actor(), proposal_id, partner_id(), now=now())
    flash(heard, "success")
    return see_other(url_for("me.proposals") if action == "leave" else url_for("me.proposal", proposal_id=proposal_id))


@bp.route(f"{_ONE}/partners", methods=["GET", "POST"])
@access(Access.PARTNER)
def proposal_partners(proposal_id: int) -> Response:
    """Ask another partner to propose together."""
    form = JointForm.of_request()
    return _write(
        proposal_id,
        {"joint": form},
        form,
        lambda: joint_proposals.ask(db(), actor(), proposal_id, form.partner.data or "", now=now()),
        _("The partner has been asked. It counts once it has agreed."),
    )


@bp.route(f"{_ONE}/notes", methods=["GET", "POST"])
@access(Access.PARTNER)
def proposal_note(proposal_id: int) -> Response:
    """Write something down that both sides read."""
    form = DialogueForm.of_request(data={"held_on": today(now())})
    return _write(
        proposal_id,
        {"dialogue": form},
        form,
        lambda: proposal_steps.note(
            db(), actor(), proposal_id, form.text.data, form.held_on.data, partner_id=partner_id(), now=now()
        ),
        _("The note has been kept, and the city has been told."),
    )


def _write(
    proposal_id: int, shown: dict[str, BaseForm], form: BaseForm, take: Callable[[], object], heard: str
) -> Response:
    """Do what a form of the page asks for, or show the page again with what is wrong beside the field."""
    _own(proposal_id)
    if request.method == "GET":
        return _show(proposal_id, **shown)
    if not form.validate():
        return _show(proposal_id, 422, **shown)
    try:
        take()
    except Invalid as error:
        form.show(error)
        return _show(proposal_id, 422, **shown)
    flash(heard, "success")
    return see_other(url_for("me.proposal", proposal_id=proposal_id))


@bp.get(f"{_ONE}/receipt")
@access(Access.PARTNER)
def proposal_receipt(proposal_id: int) -> Response:
    """The confirmation on one page, or as a PDF."""
    row, versions = _received(proposal_id)
    if request.args.get("as") == "pdf":
        return _receipt_as_pdf(row)
    town = flow.get(db(), Municipality, row.municipality_id)
    challenge = queries.challenge_title(db(), row.challenge_id)
    first = flow.get(db(), Proposal, row.forwarded_from_id) if row.forwarded_from_id else None
    return page(
        "me/proposal_receipt.html",
        row=row,
        town=town,
        first=first,
        challenge=challenge,
        number=service.receipt,
        kept=versions[0],
    )


def _receipt_as_pdf(row: Proposal) -> Response:
    made = receipt_of(row, own=True)
    settings = paper_queries.settings(db(), row.municipality_id)
    body = write(made, papers.head(settings, PaperKind.PROPOSAL_RECEIPT, today(now())))
    html = document(body, made.about.title, language(), today(now()))
    return pdf.answer(html, made.about.title, url_for("me.proposal_receipt", proposal_id=row.pk))


@bp.get(f"{_ONE}/record")
@access(Access.PARTNER)
def proposal_record(proposal_id: int) -> Response:
    """The content as it was received, byte for byte what the digest was taken of."""
    row, versions = _received(proposal_id)
    name = f"proposal-{service.receipt(row)}.json"
    headers = {"Content-Disposition": f"attachment; filename={name}", "Cache-Control": "private, no-store"}
    return Response(data_of.canonical(versions[0].data), 200, headers, mimetype="application/json")


def _received(proposal_id: int) -> tuple[Proposal, list[Any]]:
    row = _own(proposal_id)
    if row.received_at is None:
        raise NotFound()
    return row, queries.versions(db(), row.pk)


def _own(proposal_id: int) -> Proposal:
    """A proposal behind which the partner stands, or is asked to. Raises NotFound for any other."""
    row = service.view(db(), actor(), proposal_id)
    if partner_id() not in {each.partner.pk for each in queries.standings(db(), row.pk)}:
        raise NotFound()
    return row


def _show(proposal_id: int, status: int = 200, **forms: BaseForm) -> Response:
    row = _own(proposal_id)
    behind = queries.standings(db(), row.pk)
    mine = next(each.row for each in behind if each.partner.pk == partner_id())
    able = PROPOSAL.actions(row.status, actor().roles_at(service.subject_of(db(), row)))
    return room(
        "me/proposal.html",
        own(),
        status,
        row=row,
        item=queries.row(db(), row, today(now())),
        behind=behind,
        mine=mine,
        number=service.receipt,
        days=_waited(row),
        challenge=queries.challenge_title(db(), row.challenge_id),
        notes=queries.notes(db(), row.pk, shared_only=True),
        versions=queries.versions(db(), row.pk),
        collaboration=db().get(Collaboration, row.collaboration_id) if row.collaboration_id else None,
        takes_part=partner_id() in collaborations.partner_ids(db(), row.collaboration_id or 0),
        forward_to=db().get(Municipality, row.forward_to_id) if row.forward_to_id else None,
        consents=row.forward_to_id is not None and row.status is not ProposalStatus.FORWARDED,
        steps=STEPS,
        able=[action for action in able if action in STEPS],
        open=row.status in OPEN_PROPOSAL,
        changeable=mine.agreed_at is not None and row.status in service.CHANGEABLE,
        joint=forms.get("joint") or JointForm(formdata=None),
        dialogue=forms.get("dialogue") or DialogueForm(formdata=None, data={"held_on": today(now())}),
    )
