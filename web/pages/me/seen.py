"""Which challenges a partner had before its eyes: the list is live, so the page carries, signed, what it showed."""

from collections.abc import Sequence

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from matcher.services import exposures
from web.auth import Access, access, actor, now, partner_id
from web.db import db
from web.pages.me.room import bp


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="seen challenges")


def signed(challenge_ids: Sequence[int]) -> str:
    """The list as a page carries it."""
    token: str = _signer().dumps([partner_id(), *challenge_ids])
    return token


@bp.post("/me/seen")
@access(Access.PARTNER)
def seen() -> Response:
    """The browser says, when the list is left, down to which place it was in view; what we did not sign is dropped."""
    text = request.form.get("depth", "")
    try:
        key, *challenge_ids = _signer().loads(request.form.get("list", ""))
    except (BadSignature, ValueError):
        return Response(status=204)
    if key == partner_id() and challenge_ids:
        depth = int(text) if text.isdecimal() and len(text) < 5 else 0
        exposures.challenges_seen(db(), actor(), key, challenge_ids, depth, now=now())
    return Response(status=204)
