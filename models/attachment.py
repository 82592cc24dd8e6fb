"""Files that belong to something: kept in the database, so that a backup or a rollback never loses one."""

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, foreign


class Attachment(Row, table=True):
    """A file on `subject_type`/`subject_id`, as in the audit trail; its bytes stand apart, so that lists stay light.

    `field` says which place on the subject it fills. `public` files may be read by whoever may read the subject.
    """

    __table_args__ = (sa.Index(None, "subject_type", "subject_id"),)
    subject_type: str = Field(max_length=40)
    subject_id: int
    field: str = Field(default="", max_length=40)
    name: str = Field(max_length=200)
    media_type: str = Field(max_length=100)
    size: int
    sha256: str = Field(max_length=64)
    public: bool = Field(default=False)
    uploaded_by_id: int | None = foreign("user_account.id", default=None, index=False)


class AttachmentContent(Row, table=True):
    """The bytes of an attachment."""

    attachment_id: int = foreign("attachment.id", cascade=True, unique=True, index=False)
    data: bytes = Field(sa_type=sa.LargeBinary)
