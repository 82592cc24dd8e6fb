"""Files of a challenge: plans and photographs for everybody, or only for partners that have been accepted."""

from datetime import datetime

from sqlmodel import Session

from matcher.policy import Actor
from matcher.services import attachments, flow
from matcher.services.attachments import Upload
from matcher.services.challenges import require_edit
from models import Attachment, Challenge

CONFIDENTIAL = "confidential"


def add(
    session: Session, actor: Actor, challenge_id: int, upload: Upload, *, confidential: bool, now: datetime
) -> Attachment:
    """Keep a file with a challenge.

    Raises NotFound, NotAllowed for whoever may not change its text now, or Invalid as `attachments.attach`.
    """
    row = flow.get(session, Challenge, challenge_id)
    require_edit(actor, row)
    field = CONFIDENTIAL if confidential else ""
    subject = flow.of_challenge(row)
    return attachments.attach(session, actor, row, subject, upload, now=now, field=field, public=not confidential)


def remove(session: Session, actor: Actor, challenge_id: int, attachment_id: int, *, now: datetime) -> None:
    """Take a file away. Raises NotFound or NotAllowed as `add`."""
    row = flow.get(session, Challenge, challenge_id)
    require_edit(actor, row)
    attachments.remove(session, actor, attachment_id, row, flow.of_challenge(row), now=now)
