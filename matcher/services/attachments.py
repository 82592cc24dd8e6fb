"""Files on things: what may be handed in, and taking one in, reading it and taking it away again.

Whoever calls has asked the policy about the thing that the file belongs to.
"""

import hashlib
import unicodedata
import zipfile
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import PurePath
from typing import Any

from sqlmodel import Session

from matcher.errors import Invalid, NotFound
from matcher.policy import Actor, Subject
from matcher.services import flow
from models import Attachment, AttachmentContent
from models.queries import attachments as queries

LARGEST = 10 * 1024 * 1024
MOST = 20
LONGEST_NAME = 200
#: ending → (media type, how such a file begins)
KINDS: dict[str, tuple[str, tuple[bytes, ...]]] = {
    ".pdf": ("application/pdf", (b"%PDF-",)),
    ".png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    ".jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    ".jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    ".xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (b"PK\x03\x04",)),
    ".docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", (b"PK\x03\x04",)),
    ".pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", (b"PK\x03\x04",)),
    ".csv": ("text/csv", ()),
    ".txt": ("text/plain", ()),
}
_OFFICE = {".xlsx": "xl/", ".docx": "word/", ".pptx": "ppt/"}


@dataclass(frozen=True)
class Upload:
    """A file as it arrived."""

    name: str
    data: bytes


def attach(
    session: Session,
    actor: Actor,
    row: Any,
    subject: Subject,
    upload: Upload,
    *,
    now: datetime,
    field: str = "",
    public: bool = False,
) -> Attachment:
    """Keep a file on `row`, with its audit row.

    Raises Invalid({"file": …}) with `file_empty`, `file_large`, `file_kind`, `file_broken` or `file_many`.
    """
    name, media_type = check(upload)
    if len(queries.of(session, row.__tablename__, row.pk)) >= MOST:
        raise Invalid({"file": "file_many"})
    found = Attachment(
        subject_type=row.__tablename__,
        subject_id=row.pk,
        field=field,
        name=name,
        media_type=media_type,
        size=len(upload.data),
        sha256=hashlib.sha256(upload.data).hexdigest(),
        public=public,
        uploaded_by_id=actor.user_id,
        created_at=now,
    )
    session.add(found)
    session.flush()
    session.add(AttachmentContent(attachment_id=found.pk, data=upload.data, created_at=now))
    flow.record(session, actor, "attachment.added", row, subject, now, attachment=found.pk, field=field)
    return found


def check(upload: Upload) -> tuple[str, str]:
    """The name to keep and the media type of a file that may be kept.

    Raises Invalid as `attach` does. The ending decides what it is, and the first bytes must agree.
    """
    name = _name(upload.name)
    ending = PurePath(name).suffix.lower()
    if not upload.data:
        raise Invalid({"file": "file_empty"})
    if len(upload.data) > LARGEST:
        raise Invalid({"file": "file_large"})
    if ending not in KINDS:
        raise Invalid({"file": "file_kind"})
    media_type, beginnings = KINDS[ending]
    if beginnings and not upload.data.startswith(beginnings):
        raise Invalid({"file": "file_broken"})
    if ending in _OFFICE and not _is_office(upload.data, _OFFICE[ending]):
        raise Invalid({"file": "file_broken"})
    return name, media_type


def _name(sent: str) -> str:
    """The last part of a path, without what no header, database or reader can bear: line ends, NUL, turned text."""
    last = PurePath(sent.replace("\\", "/")).name
    readable = (c for c in last if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))
    return "".join(readable).strip()[-LONGEST_NAME:]


def _is_office(data: bytes, folder: str) -> bool:
    try:
        names = zipfile.ZipFile(BytesIO(data)).namelist()
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):  # each in some damaged file
        return False
    return any(name.startswith(folder) for name in names)


def content(session: Session, attachment_id: int, row: Any) -> tuple[Attachment, bytes]:
    """A file of `row` with its bytes. Raises NotFound for a file of anything else."""
    found = _of(session, attachment_id, row)
    return found, queries.data(session, found.pk)


def remove(session: Session, actor: Actor, attachment_id: int, row: Any, subject: Subject, *, now: datetime) -> None:
    """Take a file off `row`, with its audit row. Raises NotFound for a file of anything else."""
    found = _of(session, attachment_id, row)
    flow.record(session, actor, "attachment.removed", row, subject, now, attachment=found.pk, field=found.field)
    session.delete(found)
    session.flush()


def _of(session: Session, attachment_id: int, row: Any) -> Attachment:
    found = flow.get(session, Attachment, attachment_id)
    if (found.subject_type, found.subject_id) != (row.__tablename__, row.pk):
        raise NotFound()
    return found
