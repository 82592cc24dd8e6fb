"""What the rooms of a city office share: the blueprint, and the office's own challenge behind an address."""

from functools import partial
from typing import Any

from flask import Blueprint

from matcher import policy
from matcher.errors import NotFound
from matcher.services import flow
from models.queries import city as queries
from models.queries.city import OwnChallenge
from web.auth import actor, municipality_id
from web.db import db
from web.rooms import CITY, rooms

bp = Blueprint("city", __name__)


def own(challenge_id: int) -> OwnChallenge:
    """A challenge of the office that the signed-in person works for.

    Raises NotFound for anything else, published or not: that is read on the portal.
    """
    found = queries.challenge(db(), municipality_id(), challenge_id)
    if found is None:
        raise NotFound()
    return found


def coordinates() -> bool:
    """Whether the signed-in person may decide for the office; asked on error pages too, by anybody."""
    return bool(actor().municipality_ids) and policy.may(
        actor(), "city.coordinate", flow.of_municipality(municipality_id())
    )


@bp.context_processor
def standing() -> dict[str, Any]:
    """Templates draw the buttons of decisions for coordinators only, and the way to the other rooms for everybody."""
    return {"coordinates": coordinates(), "city_rooms": partial(rooms, CITY)}
