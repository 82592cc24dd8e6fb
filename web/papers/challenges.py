"""The matching request sheet (マッチングリクエストシート) of a challenge, as the national platform asks for it."""

from collections.abc import Sequence

from flask import url_for

from matcher.lifecycles import OPEN_CHALLENGE
from matcher.services.papers import About
from models import ChallengeTarget, Need
from models.enums import PaperKind
from models.queries.city import OwnChallenge
from web.papers import Draft, public_address, titled


def request_sheet(found: OwnChallenge, needs: Sequence[Need], targets: Sequence[ChallengeTarget]) -> Draft:
    """What the city wants to achieve, what is in the way, and what it knows and brings."""
    row = found.challenge
    public = row.status in OPEN_CHALLENGE
    return Draft(
        About(PaperKind.REQUEST_SHEET, "challenge", row.pk, titled(PaperKind.REQUEST_SHEET, row.title)),
        "papers/request_sheet.html",
        {
            "row": row,
            "municipality": found.municipality,
            "department": found.department,
            "needs": [need.text for need in needs],
            "targets": [target.target for target in targets],
            "portal": public_address(url_for("challenges.detail", challenge_id=row.pk)) if public else "",
            "goals": sorted({target.goal for target in targets}),
        },
    )
