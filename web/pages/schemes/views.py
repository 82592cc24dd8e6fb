"""Registration and certification schemes as everybody sees them: who may apply, how, and what it brings."""

from flask import Blueprint, Response, current_app
from flask_babel import gettext as _

from matcher import policy
from matcher.errors import NotFound
from matcher.services.challenge_data import today
from matcher.services.schemes import of_scheme
from models.enums import TierLevel
from models.queries import schemes as queries
from web import facets
from web.auth import Access, access, actor, now
from web.db import db
from web.htmx import page
from web.listing import Facet, Found, Listing, Page

bp = Blueprint("schemes", __name__)


@bp.get("/schemes")
@access(Access.PUBLIC)
def index() -> Response:
    """Search and narrow down the schemes to which one can apply."""
    listing = Listing.of_request("schemes.index", _facets(), {})
    wanted = queries.SchemeFilter(listing.q, listing["municipality"], listing["level"])
    found = Found(queries.ids(db(), wanted))
    shown = Page(listing, len(found.keys))
    return listing.show("schemes/index.html", shown, found, queries.cards(db(), shown.of(found.keys)))


def _facets() -> list[Facet]:
    return [facets.municipality(), facets.of("level", _("Level"), TierLevel)]


@bp.get("/schemes/<int:scheme_id>")
@access(Access.PUBLIC)
def detail(scheme_id: int) -> Response:
    """One scheme with its ladder; its own office and its screeners see it before it is public."""
    found = queries.scheme(db(), scheme_id)
    if found is None or not policy.may(actor(), "scheme.view", of_scheme(found[0])):
        raise NotFound()
    row, town = found
    return page(
        "schemes/detail.html",
        row=row,
        municipality=town,
        ladder=queries.ladder(db(), scheme_id),
        today=today(now()),
        can_apply="me.application_begin" in current_app.view_functions and row.published,
        has_register="certificates.register" in current_app.view_functions,
    )
