"""Collaborations as everybody sees them: what municipalities did with whom, and what came of it."""

from flask import Blueprint, Response
from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from matcher import policy
from matcher.errors import NotFound
from matcher.lifecycles import PUBLIC_CHALLENGE
from matcher.services import flow
from matcher.services.importing import saying
from models import Challenge, Collaboration, Municipality
from models.enums import CollaborationStatus, EntityType, ImportKind, Pillar
from models.queries import challenges, pilots
from models.queries import collaborations as queries
from web import exports, facets, sheets
from web.auth import Access, access, actor
from web.collaboration_words import KINDS
from web.db import db
from web.htmx import page
from web.listing import Facet, Listing, Page, goals
from web.matching import matchbook

bp = Blueprint("collaborations", __name__)


SORTS = {"newest": _l("Newest first"), "oldest": _l("Oldest first")}

LOOKED_AT, SHOWN = 12, 4


@bp.app_template_filter()
def collaboration_kind(kind: str) -> str:
    """The word for a kind of collaboration."""
    return str(KINDS.get(kind, kind))


@bp.app_template_filter()
def figure(value: object) -> str:
    """A printed figure: numbers with their separators, anything else as it stands."""
    return str(format_decimal(value)) if isinstance(value, int | float) else str(value)


@bp.get("/collaborations")
@access(Access.PUBLIC)
def index() -> Response:
    """Search and narrow down the library of precedents."""
    listing = Listing.of_request("collaborations.index", _facets(), SORTS)
    found = listing.search(EntityType.COLLABORATION, queries.ids(db(), _wanted(listing), listing.sort))
    if sheets.wanted():
        said = saying.collaborations(db(), found.keys[: sheets.MOST_ROWS])
        return exports.answer(ImportKind.COLLABORATIONS, _("Collaborations"), said, without=("own_key", "challenge"))
    shown = Page(listing, len(found.keys))
    cards = queries.cards(db(), shown.of(found.keys))
    return listing.show("collaborations/index.html", shown, found, cards)


def _facets() -> list[Facet]:
    return [
        facets.municipality(),
        facets.goal(),
        facets.of("status", _("Status"), CollaborationStatus),
        facets.of("pillar", _("Pillar"), Pillar),
    ]


def _wanted(listing: Listing) -> queries.CollaborationFilter:
    return queries.CollaborationFilter(
        municipalities=listing["municipality"],
        goals=goals(listing["goal"]),
        pillars=listing["pillar"],
        statuses=listing["status"],
    )


@bp.get("/collaborations/<int:collaboration_id>")
@access(Access.PUBLIC)
def detail(collaboration_id: int) -> Response:
    found = queries.detail(db(), collaboration_id)
    if found is None or not found.collaboration.published:
        raise NotFound()
    return page(
        "collaborations/detail.html",
        found=found,
        row=found.collaboration,
        criteria=pilots.criteria(db(), collaboration_id),
        similar=_elsewhere(found.collaboration),
        manages=policy.may(
            actor(), "collaboration.say_result", flow.of_municipality(found.collaboration.municipality_id)
        ),
    )


def _elsewhere(row: Collaboration) -> list[tuple[Challenge, Municipality]]:
    """Public challenges, of other municipalities too, that resemble what was done here."""
    text = "\n".join(part for part in (row.title, row.summary, row.outcome) if part)
    matches = matchbook().similar(db(), text, EntityType.CHALLENGE, limit=LOOKED_AT).matches
    keys = [match.entity_id for match in matches if match.fit and match.entity_id != row.challenge_id]
    return challenges.with_town(db(), keys, PUBLIC_CHALLENGE)[:SHOWN]
