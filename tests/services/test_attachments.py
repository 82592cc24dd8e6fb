"""Files on things: what is taken, what is refused with a sentence, and that nobody reads one through another thing."""

import contextlib
import io
import zipfile

import pytest

from matcher.errors import Invalid, NotFound
from matcher.policy import SYSTEM
from matcher.services import attachments, flow
from matcher.services.attachments import LARGEST, Upload
from models import AttachmentContent, AuditEvent
from models.queries import attachments as queries
from tests import factories
from tests.factories import NOW


def _xlsx() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "kept", "media_type"),
    [
        ("計画.pdf", b"%PDF-1.7", "計画.pdf", "application/pdf"),
        ("C:\\work\\表.xlsx", _xlsx(), "表.xlsx", attachments.KINDS[".xlsx"][0]),
        ("../../etc/名簿.csv", b"a,b\r\n", "名簿.csv", "text/csv"),
        ("a\r\nSet-Cookie: a=b\0.txt", b"a", "aSet-Cookie: a=b.txt", "text/plain"),
        ("請求\u202excod.txt", b"a", "請求xcod.txt", "text/plain"),
        ("全角\u3000の空白.txt", b"a", "全角\u3000の空白.txt", "text/plain"),
    ],
)
def test_a_file_is_kept_by_its_own_name(store, name: str, data: bytes, kept: str, media_type: str) -> None:
    town = factories.municipality(store)
    found = attachments.attach(store, SYSTEM, town, flow.of_municipality(town.pk), Upload(name, data), now=NOW)
    assert (found.name, found.media_type, found.size) == (kept, media_type, len(data))
    assert attachments.content(store, found.pk, town) == (found, data)
    assert store.query(AuditEvent).filter_by(event="attachment.added", subject_id=town.pk).count() == 1


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("空.pdf", b"", "file_empty"),
        ("大.csv", b"x" * (LARGEST + 1), "file_large"),
        ("run.exe", b"MZ", "file_kind"),
        ("page.html", b"<html>", "file_kind"),
        ("図.svg", b"<svg/>", "file_kind"),
        ("偽.pdf", b"MZ...", "file_broken"),
        ("偽.xlsx", b"PK\x03\x04 not a zip", "file_broken"),
        ("文書.docx", _xlsx(), "file_broken"),
    ],
)
def test_what_cannot_be_kept_is_said(store, name: str, data: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        attachments.check(Upload(name, data))
    assert refused.value.fields == {"file": code}


def test_no_damage_to_a_file_breaks_the_page() -> None:
    """Each byte of an Office file, turned: it is taken or refused, and nothing else happens."""
    whole = _xlsx()
    for place in range(4, len(whole)):
        data = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
        with contextlib.suppress(Invalid):
            assert attachments.check(Upload("表.xlsx", data))


def test_a_file_is_read_and_removed_through_its_own_thing_only(store) -> None:
    town, other = factories.municipality(store), factories.municipality(store, "431001", "熊本市")
    subject = flow.of_municipality(town.pk)
    found = attachments.attach(store, SYSTEM, town, subject, Upload("a.txt", b"a"), now=NOW)
    with pytest.raises(NotFound):
        attachments.content(store, found.pk, other)
    with pytest.raises(NotFound):
        attachments.remove(store, SYSTEM, found.pk, other, subject, now=NOW)
    attachments.remove(store, SYSTEM, found.pk, town, subject, now=NOW)
    assert queries.of(store, "municipality", town.pk) == []
    assert store.query(AttachmentContent).count() == 0
