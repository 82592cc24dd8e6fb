"""What a partner's rooms share: the blueprint, the partner itself, and the frame with its tabs."""

from typing import Any

from flask import Blueprint, Response, request

from matcher import policy
from matcher.services import flow
from matcher.services.partners import subject_of
from models import Partner
from models.queries import partner_rooms as queries
from web.auth import actor, partner_id
from web.db import db
from web.htmx import page
from web.rooms import PARTNER, room_at, rooms

bp = Blueprint("me", __name__)


def own() -> Partner:
    """The partner that the signed-in person works for at the moment."""
    return flow.get(db(), Partner, partner_id())


def may_edit(partner: Partner) -> bool:
    """Whether the signed-in person looks after the partner."""
    return policy.may(actor(), "partner.edit", subject_of(partner))


def room(template: str, partner: Partner, status: int = 200, **context: Any) -> Response:
    """A page of the partner's rooms, in their frame."""
    return page(
        template,
        "content",
        status,
        partner=partner,
        rooms=rooms(PARTNER, room_at(PARTNER, request.path)),
        may_edit=may_edit(partner),
        houses=queries.partners(db(), actor().partner_ids) if len(actor().partner_ids) > 1 else {},
        **context,
    )
