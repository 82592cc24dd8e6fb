"""The receipt of a proposal as a document, for its office and for its partners."""

from matcher.services import proposals as service
from models import Proposal
from models.queries import proposals as queries
from web.db import db
from web.papers import Draft
from web.papers.work import Receipt, receipt


def receipt_of(row: Proposal, *, own: bool = False) -> Draft:
    """What a received proposal said at its receipt, whatever has been changed since."""
    kept, *_later = queries.versions(db(), row.pk)
    lead = next(each.partner.pk for each in queries.standings(db(), row.pk) if each.row.lead)
    assert row.received_at is not None
    return receipt(
        Receipt(
            proposal_id=row.pk,
            partner_id=lead,
            partners=tuple(kept.data["partners"]),
            kind=row.kind,
            title=kept.data["title"],
            challenge=queries.challenge_title(db(), row.challenge_id),
            number=service.receipt(row),
            received_at=row.received_at,
            digest=row.digest,
            confidential=row.confidential,
            own=own,
        )
    )
