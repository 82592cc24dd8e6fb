"""The rooms of a city office."""

from flask import Blueprint, Response

from web.auth import Access, access
from web.htmx import page

bp = Blueprint("city", __name__)


@bp.get("/city")
@access(Access.CITY)
def worklist() -> Response:
    return page("city/worklist.html")
