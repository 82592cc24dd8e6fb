"""Conversations: all of one's own, one by itself, and the block that other pages show; and the way out of mail."""

from flask import Blueprint, Response, current_app, flash, request, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from matcher.errors import Invalid, NotFound
from matcher.services import mail_settings, threads, topics
from matcher.services.threads import Conversation
from models import Message
from models.enums import ThreadSubject
from web import unsubscribing
from web.auth import Access, access, actor, now, partner_id
from web.db import db
from web.htmx import page, see_other, wants_fragment
from web.links import safe_next
from web.mail_words import KINDS
from web.pages.messages.forms import MessageForm

bp = Blueprint("messages", __name__)

_ONE = f"/messages/<any({', '.join(kind.value for kind in ThreadSubject)}):kind>/<int:subject_id>"
#: kind → where the thing itself stands, for the office and for a partner, and what its key is called there
PLACES = {
    ThreadSubject.RECOMMENDATION: ("city.match", "me.invitation", "recommendation_id"),
    ThreadSubject.GROUP: ("groups.detail", "groups.detail", "group_id"),
    ThreadSubject.PROPOSAL: ("city.proposal", "me.proposal", "proposal_id"),
    ThreadSubject.COLLABORATION: ("city.collaboration", "me.collaboration", "collaboration_id"),
}
WORDS = {
    ThreadSubject.RECOMMENDATION: _l("Match"),
    ThreadSubject.GROUP: _l("Working group"),
    ThreadSubject.PROPOSAL: _l("Proposal"),
    ThreadSubject.COLLABORATION: _l("Collaboration"),
}


@bp.get("/messages")
@access(Access.SIGNED_IN)
def index() -> Response:
    """Every conversation that the person takes part in."""
    rows = threads.inbox(db(), actor())
    return page("messages/index.html", rows=rows, words=WORDS, city=bool(actor().municipality_ids))


@bp.route(_ONE, methods=["GET", "POST"])
@access(Access.SIGNED_IN)
def thread(kind: str, subject_id: int) -> Response:
    """One conversation; a POST writes in it and goes back to where it was written."""
    form = MessageForm.of_request()
    subject = ThreadSubject(kind)
    form.offer(threads.look(db(), actor(), subject, subject_id))
    if request.method == "GET":
        return _show(subject, subject_id, form)
    if not form.validate():
        return _show(subject, subject_id, form, 422)
    try:
        written = _write(subject, subject_id, form)
    except Invalid as error:
        form.show(error)
        return _show(subject, subject_id, form, 422)
    if wants_fragment():
        return _after(subject, subject_id, written.pk)
    return see_other(f"{_back(kind, subject_id)}#talk")


def _write(kind: ThreadSubject, subject_id: int, form: MessageForm) -> Message:
    ours = partner_id() if actor().partner_ids else None
    named = form.mentioned.data or ()
    text = form.text.data or ""
    return threads.write(db(), actor(), kind, subject_id, text, mentioned=named, partner_id=ours, now=now())


def _back(kind: str, subject_id: int) -> str:
    return safe_next(request.form.get("next"), url_for("messages.thread", kind=kind, subject_id=subject_id))


def _after(kind: ThreadSubject, subject_id: int, message_id: int) -> Response:
    """The fresh block for htmx, with the focus on the message that was written or withdrawn."""
    form = MessageForm(formdata=None, next=request.form.get("next", ""))
    return _show(kind, subject_id, form, told=message_id)


def _show(kind: ThreadSubject, subject_id: int, form: MessageForm, status: int = 200, told: int = 0) -> Response:
    talk = threads.look(db(), actor(), kind, subject_id)
    form.offer(talk)
    return page(
        "messages/thread.html",
        "thread",
        status,
        talk=talk,
        form=form,
        here=form.next.data or request.path,
        told=told,
        place=_place(talk),
        title=topics.title(db(), kind, subject_id),
    )


def _place(talk: Conversation) -> str:
    """Where the thing itself stands for whoever looks; empty where there is no such page."""
    city, partner, key = PLACES[talk.kind]
    at_home = talk.topic.subject.municipality_id in actor().municipality_ids
    endpoint = city if at_home else partner
    return url_for(endpoint, **{key: talk.subject_id}) if endpoint in current_app.view_functions else ""


@bp.app_template_global("conversation")
def conversation(kind: str, subject_id: int) -> Markup:
    """The block on the page of a thing; nothing for whoever takes no part, and where nobody wrote or can write."""
    if not actor().municipality_ids and not actor().partner_ids:
        return Markup()
    try:
        talk = threads.look(db(), actor(), ThreadSubject(kind), subject_id)
    except NotFound:
        return Markup()
    if not talk.lines and not talk.topic.open:
        return Markup()
    form = MessageForm(formdata=None)
    form.offer(talk)
    block = current_app.jinja_env.get_template("messages/_thread.html")
    return Markup(block.render(talk=talk, form=form, here=request.path, told=0))  # noqa: S704 (a template of ours, escaped)


@bp.post(f"{_ONE}/read/<int:message_id>")
@access(Access.SIGNED_IN)
def read(kind: str, subject_id: int, message_id: int) -> Response:
    """The person has had the messages before their eyes: the browser says so, or a button."""
    threads.mark_read(db(), actor(), ThreadSubject(kind), subject_id, message_id, now=now())
    return Response("", 200) if wants_fragment() else see_other(f"{_back(kind, subject_id)}#talk")


@bp.post("/messages/<int:message_id>/withdraw")
@access(Access.SIGNED_IN)
def withdraw(message_id: int) -> Response:
    """Take back what one has written."""
    message, found = threads.withdraw(db(), actor(), message_id, now=now())
    if wants_fragment():
        return _after(found.subject_type, found.subject_id, message.pk)
    flash(_("The message has been withdrawn."), "success")
    return see_other(f"{_back(found.subject_type.value, found.subject_id)}#talk")


@bp.route("/mail/unsubscribe/<token>", methods=["GET", "POST"])
@access(Access.PUBLIC)
def unsubscribe(token: str) -> Response:
    """End mail of a kind without signing in: programs that follow links change nothing, a button does."""
    user_id, kind = unsubscribing.read(current_app.secret_key or "", token)
    if request.method == "POST":
        mail_settings.stop(db(), user_id, kind, now=now())
    name = KINDS[kind][0] if kind else _("Bundled mail")
    return page("messages/unsubscribe.html", token=token, name=name, done=request.method == "POST")


@bp.record_once
def _without_token(state: BlueprintSetupState) -> None:
    """The one click of RFC 8058 comes from a mail server, which has no token of ours; the link itself is signed."""
    state.app.extensions["csrf"].exempt(f"{__name__}.unsubscribe")
