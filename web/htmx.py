"""Answers a page or one named block of it, whichever the request asked for."""

from typing import Any

from flask import Flask, Response, make_response, redirect, render_template, request
from jinja2_fragments.flask import render_block

VARY = ("HX-Request", "HX-Request-Type", "HX-History-Restore-Request")


def init_htmx(app: Flask) -> None:
    """Tell caches that the same address has a page and a fragment."""

    @app.after_request
    def vary(response: Response) -> Response:
        response.vary.update(VARY)
        return response


def wants_fragment() -> bool:
    """Whether htmx asked for a part of the page; a history restore gets the whole one."""
    return (
        request.headers.get("HX-Request") == "true"
        and request.headers.get("HX-Request-Type") == "partial"
        and request.headers.get("HX-History-Restore-Request") != "true"
    )


def page(template: str, block: str = "content", status: int = 200, **context: Any) -> Response:
    """`template` as a whole page, or only its `block` when htmx asked for a part."""
    html = render_block(template, block, **context) if wants_fragment() else render_template(template, **context)
    return make_response(html, status)


def see_other(url: str) -> Response:
    """After a successful write: a 303 for everyone, a client-side redirect for htmx."""
    if wants_fragment():
        return Response("", 204, {"HX-Redirect": url})
    return make_response(redirect(url, 303))
