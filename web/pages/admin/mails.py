"""Mail that went out, waits or could not be sent."""

from typing import cast

from flask import Flask, Response, current_app, flash, make_response, request, url_for
from flask_babel import gettext as _
from jinja2 import TemplateNotFound

from matcher.errors import NotFound
from matcher.services import admin
from models import OutboxMessage
from models.enums import MailStatus
from models.queries import admin as queries
from web import mailer
from web.auth import Access, access, actor, now
from web.db import db
from web.htmx import page, see_other
from web.pages.admin import bp
from web.pages.admin.paging import PER_PAGE, Page, offset, requested

#: the mail as its reader sees it, with no script, no form and nothing from elsewhere
HTML_POLICY = (
    "sandbox allow-top-navigation-by-user-activation; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
)


@bp.get("/admin/mails")
@access(Access.ADMIN)
def mails() -> Response:
    wanted = request.args.get("status", "")
    status = MailStatus(wanted) if wanted in list(MailStatus) else None
    counts = queries.mail_counts(db())
    total = counts[status] if status else sum(counts.values())
    rows = queries.mails(db(), status, offset(), PER_PAGE)
    shown = Page(requested(), total)
    lists = {"mails": rows, "counts": counts, "statuses": list(MailStatus)}
    return page("admin/mails.html", **lists, chosen=status, page=shown, subject_of=_subject)


def _subject(message: OutboxMessage) -> str:
    """What stands in the subject line, or will once it is sent; the template's name for one that does not exist."""
    try:
        return message.subject or mailer.subject(cast(Flask, current_app), message)
    except TemplateNotFound:
        return message.template


@bp.get("/admin/mails/<int:message_id>")
@access(Access.ADMIN)
def mail(message_id: int) -> Response:
    message = admin.look_up(db(), actor(), OutboxMessage, message_id)
    return page("admin/mail.html", mail=message, subject=_subject(message))


@bp.get("/admin/mails/<int:message_id>/html")
@access(Access.ADMIN)
def mail_html(message_id: int) -> Response:
    """The HTML of a mail alone, in a page that can do nothing."""
    message = admin.look_up(db(), actor(), OutboxMessage, message_id)
    if not message.body_html:
        raise NotFound()
    answer = make_response(message.body_html)
    answer.headers["Content-Security-Policy"] = HTML_POLICY
    return answer


@bp.post("/admin/mails/<int:message_id>/resend")
@access(Access.ADMIN)
def mail_resend(message_id: int) -> Response:
    admin.resend_mail(db(), actor(), message_id, now())
    flash(_("The mail will be sent again."), "success")
    return see_other(url_for("admin.mail", message_id=message_id))
