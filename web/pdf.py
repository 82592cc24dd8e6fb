"""Documents as PDF: our own HTML, laid out on A4 by WeasyPrint, which is loaded when the first one is asked for."""

import threading
import time
from functools import cache
from io import BytesIO
from mimetypes import guess_type
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import structlog
from flask import Response, abort, current_app, flash
from flask_babel import lazy_gettext as _l
from prometheus_client import Histogram

from web.htmx import see_other
from web.observe import REGISTRY

#: no host of the network: what a document names by a path is looked for here and nowhere else
HOME = "https://paper.invalid/"
LARGEST, LONGEST_WAIT = 600_000, 15.0
SECONDS = Histogram("musubi_pdf_seconds", "Time to lay out a PDF", registry=REGISTRY)
NO_PDF = _l(
    "This server cannot make PDF files at present. Please use the print command of your browser (Ctrl+P) and choose"
    " “Save as PDF”."
)
#: one layout at a time in each process: it keeps a processor busy, and people wait for the other pages
_turn = threading.Lock()


class Unavailable(RuntimeError):
    """The system libraries that lay out text (Pango, HarfBuzz) are missing on this machine."""


def answer(html: str, name: str, instead: str) -> Response:
    """`html` as a PDF called `name`; where none can be made, the page `instead` with a sentence on printing it."""
    try:
        data = pdf(html)
    except Unavailable:
        flash(NO_PDF, "warning")
        return see_other(instead)
    headers = {
        "Content-Disposition": f"inline; filename*=UTF-8''{quote(name)}.pdf",
        "Cache-Control": "private, no-store",
    }
    return Response(data, 200, headers, mimetype="application/pdf")


def pdf(html: str) -> bytes:
    """A complete HTML document as PDF, with its fonts embedded, and tagged for screen readers.

    Raises Unavailable, or answers 413 for too long a document and 503 when others keep this process busy.
    """
    if len(html) > LARGEST:
        abort(413)
    engine = _engine()
    if not _turn.acquire(timeout=LONGEST_WAIT):
        abort(503)
    began = time.perf_counter()
    try:
        found: bytes = engine.HTML(string=html, base_url=HOME, url_fetcher=_fetcher()).write_pdf(pdf_tags=True)
    finally:
        _turn.release()
    seconds = time.perf_counter() - began
    SECONDS.observe(seconds)
    structlog.get_logger("musubi.web").info("pdf", ms=round(seconds * 1000), bytes=len(found))
    return found


def _engine() -> Any:
    try:
        import weasyprint
    except OSError as missing:
        raise Unavailable from missing
    return weasyprint


@cache
def _fetcher_class() -> Any:
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnFilesOnly(URLFetcher):  # type: ignore[misc]
        """Fetches what stands in the document itself and our own static files; every other address is refused."""

        def __init__(self, static: Path) -> None:
            super().__init__(allowed_protocols=("data",), allow_redirects=False)
            self.static = static.resolve()

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            if not url.startswith(f"{HOME}static/"):
                return super().fetch(url, headers)
            file = (self.static / unquote(urlsplit(url).path).removeprefix("/static/")).resolve()
            if not file.is_relative_to(self.static):
                raise ValueError("not a file of ours")
            return URLFetcherResponse(url, BytesIO(file.read_bytes()), {"Content-Type": guess_type(file.name)[0]})

    return OwnFilesOnly


def _fetcher() -> Any:
    return _fetcher_class()(Path(current_app.static_folder or ""))
