"""The audit trail: who did what to what, and when."""

from flask import Response, request

from models.queries import admin as queries
from web import labels
from web.auth import Access, access
from web.db import db
from web.forms import clean
from web.htmx import page
from web.pages.admin import bp
from web.pages.admin.events import details, event_name, subject_name
from web.pages.admin.paging import PER_PAGE, Page, offset, requested


@bp.get("/admin/audit")
@access(Access.ADMIN)
def audit() -> Response:
    event, town = (clean(request.args.get("event")) or "")[:60], request.args.get("municipality", "")
    town_id = int(town) if town.isdecimal() and len(town) < 10 else None
    rows, total = queries.audit(db(), event, town_id, offset(), PER_PAGE)
    towns = [(str(row.pk), labels.municipality_name(row)) for row, _number in queries.municipalities(db())]
    kinds = [(name, event_name(name)) for name in queries.events(db())]
    context = {
        "event": event,
        "town": town,
        "towns": towns,
        "kinds": kinds,
        "name_of": event_name,
        "subject_of": subject_name,
        "details_of": details,
    }
    return page("admin/audit.html", "results", rows=rows, page=Page(requested(), total), **context)
