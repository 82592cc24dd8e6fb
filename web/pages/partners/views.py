"""Partners as everybody sees them: what they do and offer, never who their people are."""

from flask import Blueprint, Response
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from matcher import policy
from matcher.errors import NotFound
from matcher.services import flow
from matcher.services.importing import saying
from models import reference
from models.enums import EntityType, ImportKind, OfferingStage, PartnerKind
from models.queries import collaborations
from models.queries import partners as queries
from web import exports, facets, sheets
from web.auth import Access, access, actor
from web.db import db
from web.htmx import page
from web.i18n import spoken
from web.labels import industry, region
from web.listing import Facet, Listing, Page, goals

bp = Blueprint("partners", __name__)

SORTS = {"name": _l("By name"), "newest": _l("Newest first")}


@bp.get("/partners")
@access(Access.PUBLIC)
def index() -> Response:
    """Search and narrow down the registered partners."""
    listing = Listing.of_request("partners.index", _facets(), SORTS)
    keys = queries.ids(db(), _wanted(listing), listing.sort)
    found = listing.search(EntityType.PARTNER, keys, queries.named(db(), listing.q))
    if sheets.wanted():
        said = saying.partners(db(), found.keys[: sheets.MOST_ROWS])
        return exports.answer(ImportKind.PARTNERS, _("Partners"), said, without=("own_key", "since"))
    shown = Page(listing, len(found.keys))
    cards = queries.cards(db(), shown.of(found.keys))
    return listing.show("partners/index.html", shown, found, cards)


def _facets() -> list[Facet]:
    regions = {code: region(code) for code in reference.PREFECTURES}
    industries = {letter: f"{letter} {industry(letter)}" for letter in reference.INDUSTRIES}
    return [
        facets.of("kind", _("Kind"), PartnerKind),
        facets.goal(),
        facets.of("stage", _("Stage of an offering"), OfferingStage),
        Facet("region", _("Works in"), regions, single=True),
        Facet("industry", _("Industry"), industries, single=True),
        facets.municipality(_("Registered with")),
    ]


def _wanted(listing: Listing) -> queries.PartnerFilter:
    return queries.PartnerFilter(
        kinds=listing["kind"],
        industries=listing["industry"],
        regions=listing["region"],
        goals=goals(listing["goal"]),
        municipalities=listing["municipality"],
        stages=listing["stage"],
    )


@bp.get("/partners/<int:partner_id>")
@access(Access.PUBLIC)
def detail(partner_id: int) -> Response:
    """A partner; one that nobody has registered is shown to its own people and to municipalities only."""
    found = queries.detail(db(), partner_id)
    if found is None:
        raise NotFound()
    policy.require(actor(), "partner.view", flow.of_partner(found.partner, public=found.public))
    return page(
        "partners/detail.html",
        found=found,
        row=found.partner,
        collaborations=collaborations.of_partner(db(), partner_id),
        basis=found.partner.provenance.get("basis", ""),
    )


@bp.app_template_filter()
def prefecture(name: str) -> str:
    """A prefecture, stored by its Japanese name, in the reader's language."""
    code = reference.prefecture_code(name)
    return region(code) if code else name


@bp.app_template_filter()
def safe_url(address: str) -> bool:
    """Whether an address that somebody typed may become a link."""
    return address.startswith(("https://", "http://"))


@bp.app_template_filter()
def pre(text: str) -> Markup | str:
    """Text with its line breaks, for a place that takes one value; empty stays empty."""
    return Markup('<span class="prose--pre"{}>{}</span>').format(spoken(text), text) if text else ""
