"""Collaborations and precedents as everybody sees them."""

from flask import Blueprint, Response

from web.auth import Access, access
from web.htmx import page

bp = Blueprint("collaborations", __name__)


@bp.get("/collaborations")
@access(Access.PUBLIC)
def index() -> Response:
    return page("collaborations/index.html")
