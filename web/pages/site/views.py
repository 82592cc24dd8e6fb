"""The portal's front page and what stands beside it."""

from flask import Blueprint, Response

from web.auth import Access, access
from web.htmx import page

bp = Blueprint("site", __name__)


@bp.get("/")
@access(Access.PUBLIC)
def home() -> Response:
    return page("site/home.html")
