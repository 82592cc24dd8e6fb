"""Challenges as everybody sees them."""

from flask import Blueprint, Response

from web.auth import Access, access
from web.htmx import page

bp = Blueprint("challenges", __name__)


@bp.get("/challenges")
@access(Access.PUBLIC)
def index() -> Response:
    return page("challenges/index.html")
