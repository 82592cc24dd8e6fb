"""Files in and out: which views take large ones, the upload as the services know it, and a download nobody executes."""

from collections.abc import Callable
from io import BytesIO
from typing import Any, TypeVar

from flask import Flask, Response, current_app, request, send_file
from werkzeug.datastructures import FileStorage

from matcher.services.attachments import LARGEST, Upload
from models import Attachment

F = TypeVar("F", bound=Callable[..., Any])
#: a request carries a few files and the form around them
LARGEST_UPLOAD = 3 * LARGEST


def takes_files(view: F) -> F:
    """Let requests to `view` be larger than those without files."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def init_uploads(app: Flask) -> None:
    """Raise the limit for views that take files. To be called before anything reads a form."""

    @app.before_request
    def larger() -> None:
        view = current_app.view_functions.get(request.endpoint or "")
        if getattr(view, "takes_files", False):
            request.max_content_length = LARGEST_UPLOAD


def upload(field: str) -> Upload | None:
    """The file that was sent in `field`; None when there is none."""
    return as_upload(request.files.get(field))


def as_upload(sent: FileStorage | None) -> Upload | None:
    """What a file field of a form holds, as the services know it; None when nothing was chosen."""
    if sent is None or not sent.filename:
        return None
    return Upload(sent.filename, sent.read())


def download(found: Attachment, data: bytes) -> Response:
    """The answer that hands a file out: always saved, never shown or run as part of the site."""
    answer = send_file(
        BytesIO(data), mimetype=found.media_type, as_attachment=True, download_name=found.name, max_age=0
    )
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
