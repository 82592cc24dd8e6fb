"""What a partner's rooms share: the blueprint, the partner itself, and the frame with its tabs."""

from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _

from matcher import policy
from matcher.services import flow
from matcher.services.partners import subject_of
from models import Partner
from models.queries import partner_rooms as queries
from web.auth import actor, partner_id
from web.db import db
from web.htmx import page

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
        tabs=_tabs(),
        may_edit=may_edit(partner),
        houses=queries.partners(db(), actor().partner_ids) if len(actor().partner_ids) > 1 else {},
        **context,
    )


def _tabs() -> list[tuple[str, str, bool]]:
    names = [
        ("me.home", _("Start page")),
        ("me.profile", _("Profile")),
        ("me.offerings", _("Offerings")),
        ("me.targets", _("SDGs")),
        ("me.invitations", _("Invitations")),
        ("me.interests", _("Interest shown")),
        ("me.partners", _("Possible partners")),
        ("me.registrations", _("Our registrations")),
    ]
    here = request.path
    return [(label, url_for(name), _inside(here, url_for(name))) for name, label in names]


def _inside(here: str, url: str) -> bool:
    return here == url or (url != url_for("me.home") and here.startswith(f"{url}/"))
