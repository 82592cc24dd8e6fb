"""Signing in and out, and everything about one's own account."""

from flask import Blueprint, Response

from web.auth import Access, access
from web.htmx import page

bp = Blueprint("accounts", __name__)


@bp.get("/sign-in")
@access(Access.PUBLIC)
def sign_in() -> Response:
    return page("accounts/sign_in.html")
