"""What machines ask: alive, ready, counted."""

from flask import Blueprint, Response

from web.auth import Access, access
from web.htmx import page

bp = Blueprint("ops", __name__)


@bp.get("/healthz")
@access(Access.PUBLIC)
def healthz() -> Response:
    return page("ops/healthz.html")
