"""The partners of the municipality, and whom each of them could work with."""

from flask import Response, flash, request, url_for
from flask_babel import gettext as _

from matcher.errors import NotFound
from matcher.services import flow
from matcher.services import recommendations as service
from matcher.services.runs import MOST
from models import Municipality, Partner, reference
from models.enums import EntityType, PartnerKind
from models.queries import city_partners as queries
from models.queries import partner_rooms as rooms
from models.queries import recommendations as reads
from models.queries.partners import named
from web import facets
from web.auth import Access, access, actor, municipality_id, now
from web.db import db
from web.htmx import page, see_other
from web.labels import industry
from web.listing import Facet, Listing, Page
from web.matching import matchbook
from web.pages.city import sheets
from web.pages.city.matches import MORE, Board, deciding, wanted_number
from web.pages.city.room import bp

PER_PAGE = 30


@bp.get("/city/partners")
@access(Access.CITY)
def partners() -> Response:
    """Everybody who is registered here, searched by meaning and words, with what has come of it."""
    shown = [
        facets.of("kind", _("Kind of organisation"), PartnerKind, single=True),
        Facet("industry", _("Industry"), {letter: industry(letter) for letter in reference.INDUSTRIES}, single=True),
    ]
    listing = Listing.of_request("city.partners", shown, {"name": _("Name")})
    keys = queries.partner_ids(db(), municipality_id(), listing["kind"], listing["industry"])
    found = listing.search(EntityType.PARTNER, keys, named(db(), listing.q))
    if sheets.wanted():
        town = flow.get(db(), Municipality, municipality_id())
        return sheets.partners(queries.partner_rows(db(), municipality_id(), found.keys), town)
    shown_page = Page(listing, len(found.keys), PER_PAGE)
    rows = queries.partner_rows(db(), municipality_id(), shown_page.of(found.keys))
    return listing.show("city/partners.html", shown_page, found, rows)


@bp.get("/city/partners/<int:partner_id>/matches")
@access(Access.CITY)
def partner_matches(partner_id: int) -> Response:
    """Whom a partner of the municipality could work with."""
    seeker = _registered(partner_id)
    candidates = reads.listed(db(), municipality_id(), seeker_id=partner_id)
    here = request.args.get("here") == "1"
    return page(
        "city/partner_matches.html",
        seeker=seeker,
        offerings=rooms.offerings(db(), partner_id),
        targets=rooms.targets(db(), partner_id),
        board=Board.of([c for c in candidates if c.registered_here or not here]),
        here=here,
        run=reads.latest_run(db(), municipality_id(), partner_id=partner_id),
        left_out=[],
        routes=None,
        row=None,
        **deciding(is_open=True),
        can_run=True,
        more=MORE,
        most=MOST,
    )


@bp.route("/city/partners/<int:partner_id>/run", methods=["GET", "POST"])
@access(Access.CITY)
def partner_run(partner_id: int) -> Response:
    """Ask the matcher for partners of this partner."""
    _registered(partner_id)
    here = {"here": "1"} if "here" in request.form else {}
    if request.method == "POST":
        made = service.run_for_partner(
            db(),
            actor(),
            municipality_id(),
            partner_id,
            matchbook(),
            limit=wanted_number(),
            registered_here=bool(here),
            now=now(),
        )
        flash(_("%(count)s partners were considered.", count=made.considered), "success")
    return see_other(url_for("city.partner_matches", partner_id=partner_id, **here))


def _registered(partner_id: int) -> Partner:
    """A partner that is registered with this office.

    Raises NotFound for any other.
    """
    rows = queries.partner_rows(db(), municipality_id(), [partner_id])
    if not rows or rows[0].registration.status != "registered":
        raise NotFound()
    return rows[0].partner
