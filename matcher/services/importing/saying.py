"""What is stored, in the fields that a list is read in by: the way out that leads back in."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from matcher.services.importing.kinds.collaborations import PLAIN as COLLABORATION
from matcher.services.importing.kinds.partners import OFFERING, PROFILE
from models import (
    Challenge,
    ChallengeTarget,
    Collaboration,
    CollaborationPartner,
    CollaborationTarget,
    Municipality,
    Need,
    Partner,
)
from models.queries import city
from models.queries import importing as queries

CHALLENGE = (
    *("title", "kind", "pillar", "problem", "cause", "affected", "affected_count", "outcome", "resources"),
    *("budget_stage", "constraints", "place", "decision_date", "review_date", "wanted_kinds", "required"),
    *("contact_name", "contact_email", "contact_phone"),
)
Said = dict[str, Any]


def partners(session: Session, ids: Sequence[int], town: Municipality | None = None) -> list[Said]:
    """Partners in the order of `ids`, with what `town` keeps about them: its own key, and since when."""
    found = {row.pk: row for row in queries.partners_by(session, "id", ids)}
    parts = queries.partner_parts(session, list(found))
    return [_partner(found[key], parts, town) for key in ids if key in found]


def _partner(row: Partner, parts: queries.PartnerParts, town: Municipality | None) -> Said:
    said = {"number": row.pk, **{name: getattr(row, name) for name in PROFILE}, **_own_key(row, town)}
    said["regions"] = [region.region for region in parts.regions.get(row.pk, [])]
    said["targets"] = [target.target for target in parts.targets.get(row.pk, [])]
    here = [place for place in parts.registrations.get(row.pk, []) if town and place.municipality_id == town.pk]
    said["since"] = here[0].since if here else ""
    for n, offering in enumerate(parts.offerings.get(row.pk, []), 1):
        said |= {f"offering{n}_{name}": getattr(offering, name) for name in OFFERING}
    return said


def _own_key(row: Any, town: Municipality | None) -> Said:
    """A key of the office's own ledger; nobody else sees it."""
    key, mark = row.external_key or "", f"{town.code}:" if town else ":"
    return {"own_key": key.removeprefix(mark)} if town and key.startswith(mark) else {}


def challenges(session: Session, ids: Sequence[int], town: Municipality | None = None) -> list[Said]:
    """Challenges in the order of `ids`."""
    found = city.with_department(session, ids)
    needs = queries.parts_of(session, Need, "challenge_id", ids)
    targets = queries.parts_of(session, ChallengeTarget, "challenge_id", ids)
    return [_challenge(*found[key], needs.get(key, []), targets.get(key, []), town) for key in ids if key in found]


def _challenge(
    row: Challenge,
    place: Municipality,
    department: str,
    needs: Sequence[Need],
    targets: Sequence[ChallengeTarget],
    town: Municipality | None,
) -> Said:
    return {
        "number": row.pk,
        **{name: getattr(row, name) for name in CHALLENGE},
        **_own_key(row, town),
        "municipality_code": place.code,
        "department": department,
        "needs": [need.text for need in sorted(needs, key=lambda need: (need.position, need.pk))],
        "targets": [target.target for target in targets],
    }


def collaborations(session: Session, ids: Sequence[int], town: Municipality | None = None) -> list[Said]:
    """Collaborations in the order of `ids`."""
    found: Mapping[int, tuple[Collaboration, Municipality]] = city.with_town(session, Collaboration, ids)
    parties = queries.parts_of(session, CollaborationPartner, "collaboration_id", ids)
    targets = queries.parts_of(session, CollaborationTarget, "collaboration_id", ids)
    return [
        {
            "number": key,
            **{name: getattr(found[key][0], name) for name in COLLABORATION},
            **_own_key(found[key][0], town),
            "municipality_code": found[key][1].code,
            "parties": [party.name for party in parties.get(key, [])],
            "targets": [target.target for target in targets.get(key, [])],
            "challenge": found[key][0].challenge_id,
        }
        for key in ids
        if key in found
    ]
