"""Reads of files: lists without their bytes, and the bytes of one."""

from sqlmodel import Session, col, select

from models import Attachment, AttachmentContent


def of(session: Session, subject_type: str, subject_id: int, field: str | None = None) -> list[Attachment]:
    """The files of one thing, the oldest first; those of one `field` when it is given."""
    statement = select(Attachment).where(Attachment.subject_type == subject_type, Attachment.subject_id == subject_id)
    if field is not None:
        statement = statement.where(Attachment.field == field)
    return list(session.exec(statement.order_by(col(Attachment.id))))


def data(session: Session, attachment_id: int) -> bytes:
    """The bytes of one file."""
    return session.exec(select(AttachmentContent.data).where(AttachmentContent.attachment_id == attachment_id)).one()
