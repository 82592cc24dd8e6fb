"""Gives every static file an address that changes with its content, so that it can be cached for a year."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

A_YEAR = 31_536_000


def init_assets(app: Flask) -> None:
    """Add ``?v=`` to the addresses of static files, and let answers to such addresses be kept."""

    @app.url_defaults
    def versioned(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and app.static_folder and values.get("filename"):
            values.setdefault("v", _digest(Path(app.static_folder) / values["filename"]))

    @app.after_request
    def keep(response: Response) -> Response:
        if request.endpoint == "static" and request.args.get("v"):
            response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
        return response


@cache
def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path.is_file() else "0"
