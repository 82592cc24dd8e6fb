"""Supply and demand by SDG: the heat map of an office, the challenges nobody can serve, the partners nobody called."""

from dataclasses import replace

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from matcher.services import supply as service
from matcher.services.challenge_data import today
from models import Municipality, reference
from models.enums import EntityType, PartnerKind
from models.queries import silent as silent_queries
from models.queries import supply as queries
from models.queries.partners import named
from web import facets
from web.auth import Access, access, actor, municipality_id, now
from web.db import db
from web.htmx import page
from web.listing import Facet, Found, Listing, Page, goals
from web.pages.city import sheets, supply_sheets
from web.pages.city.room import bp
from web.pages.city.supply_map import HeatMap, summary

PER_PAGE = 30
REGISTERED = {
    "1": _l("Within the last year"),
    "3": _l("One to three years ago"),
    "longer": _l("More than three years ago"),
}
ORDERS = {
    "fit": _l("Best fit for one of our challenges"),
    "longest": _l("Registered longest"),
    "name": _l("Name"),
}


@bp.get("/city/supply")
@access(Access.CITY)
def supply() -> Response:
    """The heat map; `goal` unfolds the targets of a goal, `demand=all` counts all municipalities."""
    if sheets.wanted():
        return supply_sheets.targets(service.every_target(db(), actor(), municipality_id()))
    goal, everywhere = _goal(), request.args.get("demand") == "all"
    overview = service.overview(db(), actor(), municipality_id(), goal)
    return page(
        "city/supply.html",
        overview=overview,
        heat=HeatMap.of(overview, goal, db().get_one(Municipality, municipality_id()).code, everywhere=everywhere),
        goal=goal,
        everywhere=everywhere,
        sentences=summary(overview),
        stats=_stats(overview),
    )


def _goal() -> int | None:
    text = request.args.get("goal", "")
    return next((known.number for known in reference.goals() if str(known.number) == text), None)


def _stats(overview: service.Overview) -> list[tuple[int, str, str, str | None]]:
    total = overview.total
    unasked = url_for("city.unserved", state="unasked")
    return [
        (total.demand.ours, _("open challenges"), "", None),
        (total.demand.served, _("with a candidate"), "", None),
        (total.unserved, _("without a candidate"), "", url_for("city.unserved")),
        (total.demand.unasked, _("not looked for yet"), "", unasked),
        (overview.silent, _("partners not called yet"), "", url_for("city.silent")),
    ]


@bp.get("/city/supply/challenges")
@access(Access.CITY)
def unserved() -> Response:
    """Open challenges without a candidate; `state=unasked` those for which nobody has looked for partners yet."""
    listing = _listing()
    in_vain, never = queries.unserved_ids(db(), municipality_id(), goals(listing["goal"]))
    keys = never if listing["state"] else in_vain
    if sheets.wanted():
        return supply_sheets.unserved(queries.unserved(db(), municipality_id(), keys), _offered(), today(now()))
    shown = Page(listing, len(keys), PER_PAGE)
    return listing.show(
        "city/unserved.html",
        shown,
        Found(keys),
        queries.unserved(db(), municipality_id(), shown.of(keys)),
        tabs=[
            (_("No candidate found"), listing.url(state=None), not listing["state"], len(in_vain)),
            (_("Not looked for yet"), listing.url(state="unasked"), bool(listing["state"]), len(never)),
        ],
        offered=_offered(),
        days=lambda when: (today(now()) - today(when)).days,
    )


def _listing() -> Listing:
    """The states are tabs, so only the goal is drawn as a filter."""
    goal = facets.goal()
    states = Facet("state", _("Status"), {"unasked": _("Not looked for yet")}, single=True)
    return replace(Listing.of_request("city.unserved", [states, goal], {}), facets=[goal], q="")


def _offered() -> set[str]:
    return queries.offered_here(db(), municipality_id())


@bp.get("/city/supply/partners")
@access(Access.CITY)
def silent() -> Response:
    """Registered partners that the office has never called."""
    shown_facets = [
        facets.goal(),
        facets.of("kind", _("Kind of organisation"), PartnerKind, single=True),
        Facet("registered", _("Registered since"), REGISTERED, single=True),
    ]
    listing = Listing.of_request("city.silent", shown_facets, ORDERS)
    found = listing.search(EntityType.PARTNER, _silent(listing), named(db(), listing.q))
    if sheets.wanted():
        return supply_sheets.silent(silent_queries.rows(db(), municipality_id(), found.keys))
    shown = Page(listing, len(found.keys), PER_PAGE)
    rows = silent_queries.rows(db(), municipality_id(), shown.of(found.keys))
    return listing.show("city/silent.html", shown, found, rows)


def _silent(listing: Listing) -> list[int]:
    return service.silent(
        db(),
        actor(),
        municipality_id(),
        goals=goals(listing["goal"]),
        kinds=listing["kind"],
        registered="".join(listing["registered"]),
        order=listing.sort,
        now=now(),
    )
