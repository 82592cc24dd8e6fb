"""Working groups as everybody sees them."""

from flask import Blueprint, Response

from web.auth import Access, access
from web.htmx import page

bp = Blueprint("groups", __name__)


@bp.get("/groups")
@access(Access.PUBLIC)
def index() -> Response:
    return page("groups/index.html")
