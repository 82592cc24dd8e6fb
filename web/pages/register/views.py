"""How an organisation registers."""

from flask import Blueprint, Response

from web.auth import Access, access
from web.htmx import page

bp = Blueprint("register", __name__)


@bp.get("/register")
@access(Access.PUBLIC)
def start() -> Response:
    return page("register/start.html")
