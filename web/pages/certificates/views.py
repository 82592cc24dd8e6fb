"""What the public may know of a scheme's partners: whether a certificate is valid today, and the register."""

from datetime import date

from flask import Blueprint, Response
from flask_babel import gettext as _

from matcher.errors import NotFound
from matcher.services import certificates
from matcher.services.challenge_data import today
from models import Scheme
from models.enums import SchemeScope
from models.queries import certificates as queries
from models.queries.partners import registered_among
from web import facets
from web.auth import Access, access, now
from web.db import db
from web.htmx import page
from web.listing import Facet, Found, Listing, Page, goals

bp = Blueprint("certificates", __name__)


@bp.get("/verify/<key>")
@access(Access.PUBLIC)
def verify(key: str) -> Response:
    """Where the QR code of a certificate leads: is it valid today?"""
    held, on = queries.by_verify_key(db(), key), today(now())
    if held is None:
        return page("certificates/unknown.html", status=404)
    row = held.application
    valid, standing = certificates.is_valid(row, on), certificates.standing(row, on)
    return page("certificates/verify.html", held=held, row=row, on=on, valid=valid, standing=standing)


@bp.get("/schemes/<int:scheme_id>/register")
@access(Access.PUBLIC)
def register(scheme_id: int) -> Response:
    """Everybody who holds something in force in a scheme, with the actions that its tiers publish."""
    known = queries.published_scheme(db(), scheme_id)
    if known is None:
        raise NotFound()
    scheme, town = known
    on, places = today(now()), queries.localities(db(), scheme.pk, today(now()))
    listing = _listing(scheme, places)
    found = Found(queries.register_ids(db(), _wanted(listing, scheme, on)))
    shown = Page(listing, len(found.keys))
    rows = queries.register_rows(db(), shown.of(found.keys))
    return listing.show(
        "certificates/register.html",
        shown,
        found,
        rows,
        scheme=scheme,
        town=town,
        total=queries.registered(db(), scheme.pk, on),
        places=[(name, number) for name, number in places if name] if scheme.scope is SchemeScope.PREFECTURE else [],
        here=dict(places).get(town.name, 0),
        public=registered_among(db(), [row.partner.pk for row in rows]),
        on=on,
    )


def _listing(scheme: Scheme, places: list[tuple[str, int]]) -> Listing:
    rungs = {str(tier.pk): tier.name for tier in queries.tiers(db(), scheme.pk)}
    cities = {name: f"{name} ({number})" for name, number in places if name}
    shown = [
        Facet("tier", _("Tier"), rungs, single=True),
        facets.goal(),
        Facet("city", _("City"), cities, single=True),
    ]
    offered = [facet for facet in shown if len(facet.options) > 1]
    return Listing.of_request("certificates.register", offered, {}, scheme_id=scheme.pk)


def _wanted(listing: Listing, scheme: Scheme, on: date) -> queries.RegisterFilter:
    return queries.RegisterFilter(
        scheme.pk,
        on,
        text=listing.q,
        tiers=[int(key) for key in listing["tier"]],
        goals=goals(listing["goal"]),
        localities=listing["city"],
    )
