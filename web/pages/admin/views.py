"""What the platform's operator needs."""

from flask import Blueprint, Response

from web.auth import Access, access
from web.htmx import page

bp = Blueprint("admin", __name__)


@bp.get("/admin")
@access(Access.ADMIN)
def index() -> Response:
    return page("admin/index.html")
