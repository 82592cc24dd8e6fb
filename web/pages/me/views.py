"""A partner's own rooms."""

from flask import Blueprint, Response

from web.auth import Access, access
from web.htmx import page

bp = Blueprint("me", __name__)


@bp.get("/me")
@access(Access.PARTNER)
def home() -> Response:
    return page("me/home.html")
