"""Everything about one collaboration as a page shows it, to the office or to a partner."""

from typing import Any

from matcher.services import pilots as service
from models import Collaboration
from models.queries import attachments
from models.queries import collaborations as collaboration_queries
from models.queries import pilots as queries
from web.db import db


def dossier(row: Collaboration, *, shared_only: bool) -> dict[str, Any]:
    """Plan, criteria, notes, files and parties; a partner reads the notes that are shared with it."""
    run = queries.one(db(), row.pk)
    return {
        "run": run,
        "row": row,
        "found": collaboration_queries.detail(db(), row.pk),
        "plan": run.plan if run else None,
        "criteria": queries.criteria(db(), row.pk),
        "notes": queries.notes(db(), row.pk, shared_only=shared_only),
        "files": attachments.of(db(), "collaboration", row.pk),
        "needs_plan": service.needs_plan(row),
    }
