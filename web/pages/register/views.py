"""How an organisation registers: five steps that may be left and taken up again, one question, one page at the end."""

from flask import Blueprint, Response, redirect, request, session, url_for
from flask_babel import get_locale
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from matcher.errors import Duplicate, Invalid
from matcher.services import accounts, partners
from matcher.services.matchbook import TargetSuggestion
from matcher.services.partner_data import PartnerData, PersonData, ProfileData
from models import Municipality
from models.queries import partner_rooms as queries
from web.auth import Access, access, actor, now
from web.db import db, keep_despite_error
from web.forms import BaseForm
from web.htmx import page, see_other
from web.labels import municipality_name
from web.matching import matchbook
from web.network import network
from web.pages.register import steps
from web.pages.register.draft import Draft, draft_behind, new_token, open_draft
from web.pages.register.steps import CONTACT, OFFERINGS, ORGANISATION, STEPS, TARGETS, Entered
from web.partner_forms import profile_data

bp = Blueprint("register", __name__)
#: a suggested target is ticked beforehand from this confidence on
LIKELY = 0.5
_STEP = f"/register/<any({','.join(STEPS)}):step>"


@bp.get("/register")
@access(Access.PUBLIC)
def start() -> Response:
    draft = open_draft()
    return page("register/start.html", draft=draft, here=steps.first_open(draft) or CONTACT, names=steps.names())


@bp.route("/register/discard", methods=["GET", "POST"])
@access(Access.PUBLIC)
def discard() -> Response:
    if request.method == "POST":
        open_draft(write=True).discard()
    return see_other(url_for("register.start"))


@bp.get("/register/resume/<token>")
@access(Access.PUBLIC)
def resume(token: str) -> Response:
    """What a mail about an unfinished registration leads to; it is taken over by a button, never by the link."""
    draft = draft_behind(token)
    fields = draft.fields(ORGANISATION)
    return page("register/resume.html", name=fields.get("name", "") if fields else "", found=fields is not None)


@bp.post("/register/resume/<token>")
@access(Access.PUBLIC)
def take_up(token: str) -> Response:
    draft_behind(token, write=True).move_here()
    return see_other(url_for("register.start"))


@bp.get(_STEP, endpoint="step")
@access(Access.PUBLIC)
def show(step: str) -> Response:
    draft, towns = open_draft(), queries.municipalities(db())
    if draft.sent_to:
        return see_other(url_for("register.sent"))
    missing = steps.first_wrong(draft, towns) if step == CONTACT else steps.first_open(draft, step)
    if missing:
        return see_other(url_for("register.step", step=missing))
    form = steps.shown_form(step, draft, towns, signed_in=actor().signed_in)
    return _page(step, form, draft, towns)


@bp.post(_STEP)
@access(Access.PUBLIC)
def save(step: str) -> Response:
    draft, towns, typed = open_draft(write=True), queries.municipalities(db()), steps.tidy(request.form)
    if draft.sent_to:
        return see_other(url_for("register.sent"))
    if "add_row" in typed or "remove_row" in typed:
        return _change_rows(draft, step, typed)
    form = steps.form_of(step, towns, signed_in=actor().signed_in, typed=typed)
    good = steps.valid(form)
    draft.keep(step, typed, done=good)
    if not good:
        return _refused(step, form, draft, towns)
    if step == CONTACT:
        return _send(draft, form, towns)
    if step == ORGANISATION and _asked_about(draft, form):
        return see_other(url_for("register.duplicate"))
    return see_other(url_for("register.step", step=STEPS[STEPS.index(step) + 1]))


@bp.route(f"{_STEP}/keep", methods=["GET", "POST"])
@access(Access.PUBLIC)
def keep(step: str) -> BaseResponse:
    """Keep what is typed without judging it: every few moments, on the way back, and before the language changes.

    A GET comes from somebody whose token had expired: the step is shown with what was typed.
    """
    if request.method == "GET":
        return show(step)
    draft = open_draft(write=True)
    if not draft.sent_to and steps.tidy(request.form) != (draft.fields(step) or MultiDict()):
        draft.keep(step, steps.tidy(request.form), done=draft.done(step))
    if "lang" in request.form:
        return redirect(url_for("site.set_language"), 307)
    if "go" in request.form:
        return see_other(url_for("register.step", step=STEPS[max(0, STEPS.index(step) - 1)]))
    return Response("", 204)


@bp.get("/register/duplicate")
@access(Access.PUBLIC)
def duplicate() -> Response:
    draft, towns = open_draft(), queries.municipalities(db())
    profile = _organisation(draft, towns)
    found = partners.lookalikes(db(), profile) if profile else []
    if not found:
        return see_other(url_for("register.step", step=steps.first_open(draft) or CONTACT))
    return page("register/duplicate.html", found=found, profile=profile, names=steps.names(), towns=towns)


@bp.post("/register/duplicate")
@access(Access.PUBLIC)
def settle() -> Response:
    draft, towns = open_draft(write=True), queries.municipalities(db())
    profile = _organisation(draft, towns)
    if profile is not None and request.form.get("answer") == "other":
        draft.write(settled=steps.signature(profile))
    return see_other(url_for("register.step", step=steps.first_open(draft) or CONTACT))


@bp.get("/register/sent")
@access(Access.PUBLIC)
def sent() -> Response:
    draft = open_draft()
    if not draft.sent_to:
        return see_other(url_for("register.start"))
    return page("register/sent.html", email=draft.sent_to)


def _page(step: str, form: BaseForm, draft: Draft, towns: list[Municipality], status: int = 200) -> Response:
    context = {"step": step, "form": form, "draft": draft, "towns": towns, "names": steps.names()}
    if step == TARGETS:
        context |= {"suggestions": _suggestions(form, draft, towns)}
    if step == CONTACT:
        context |= {"review": steps.entered(draft, towns), "places": {t.code: municipality_name(t) for t in towns}}
    return page(f"register/{step}.html", "content", status, number=STEPS.index(step) + 1, **context)


def _refused(step: str, form: BaseForm, draft: Draft, towns: list[Municipality]) -> Response:
    keep_despite_error()
    return _page(step, form, draft, towns, 422)


def _change_rows(draft: Draft, step: str, typed: MultiDict[str, str]) -> Response:
    """A row more or less, for a browser without JavaScript; nothing is judged."""
    row = typed.get("remove_row")
    draft.keep(step, steps.without_row(typed, row) if row else steps.with_row(typed))
    return see_other(url_for("register.step", step=step, _anchor=OFFERINGS))


def _organisation(draft: Draft, towns: list[Municipality]) -> ProfileData | None:
    typed = draft.fields(ORGANISATION)
    form = steps.form_of(ORGANISATION, towns, signed_in=False, typed=typed or MultiDict())
    return profile_data(form) if form.validate() else None


def _asked_about(draft: Draft, form: BaseForm) -> bool:
    """Whether an organisation like this one is there, and nobody has said yet that it is another."""
    profile = profile_data(form)
    return draft.data.get("settled") != steps.signature(profile) and bool(partners.lookalikes(db(), profile))


def _suggestions(form: BaseForm, draft: Draft, towns: list[Municipality]) -> list[TargetSuggestion]:
    """SDG targets that the texts of the earlier steps speak of; ticked until the person has chosen."""
    found = matchbook().suggest_targets(steps.text(draft, towns))
    if draft.fields(TARGETS) is None and request.method == "GET":
        form["targets"].data = [suggestion.target for suggestion in found if suggestion.confidence >= LIKELY]
    return found


def _send(draft: Draft, form: BaseForm, towns: list[Municipality]) -> Response:
    """Register; whatever stands in the way, the draft stays as it is."""
    found = steps.entered(draft, towns)
    if not isinstance(found, Entered):
        return see_other(url_for("register.step", step=found))
    town = next(t.pk for t in towns if t.code == found.municipality)
    settled = draft.data.get("settled") == steps.signature(found.data)
    keep_despite_error()
    try:
        with db().begin_nested():
            return (_add_to_account if actor().signed_in else _register)(draft, form, found.data, town, settled)
    except Duplicate:
        return see_other(url_for("register.duplicate"))
    except Invalid as error:
        form.show(error)
        return _refused(CONTACT, form, draft, towns)


def _register(draft: Draft, form: BaseForm, data: PartnerData, town: int, settled: bool) -> Response:
    """The same page and the same work whether or not the address has an account already."""
    accounts.limit_mail(db(), accounts.fold_email(form["email"].data), network(), now())
    said = {name: form[name].data or "" for name in ("name", "title", "email", "phone", "password")}
    person, token = PersonData(**said, language=str(get_locale())), new_token()
    way_back = url_for("register.resume", token=token)
    made = partners.register(db(), data, person, town, allow_duplicate=settled, return_to=way_back, now=now())
    if made is None:
        draft.copy(token)
    draft.close(person.email)
    return see_other(url_for("register.sent"))


def _add_to_account(draft: Draft, form: BaseForm, data: PartnerData, town: int, settled: bool) -> Response:
    made = partners.register_as(db(), actor(), data, town, allow_duplicate=settled, now=now())
    draft.discard()
    session["partner_id"] = made.partner_id
    return see_other(url_for("me.home"))
