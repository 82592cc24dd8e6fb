"""Partners as everybody sees them."""

from flask import Blueprint, Response

from web.auth import Access, access
from web.htmx import page

bp = Blueprint("partners", __name__)


@bp.get("/partners")
@access(Access.PUBLIC)
def index() -> Response:
    return page("partners/index.html")
