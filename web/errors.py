"""Turns what went wrong into a page with the right status and a sentence that says what to do."""

from flask import Flask, Response, current_app, g, make_response, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response as BaseResponse

from matcher.errors import Conflict, DomainError, Invalid, InvalidTransition, Locked, NotAllowed, NotFound
from web.db import db
from web.drafts import keep_and_return

STATUS: dict[type[DomainError], int] = {
    NotFound: 404,
    NotAllowed: 403,
    InvalidTransition: 409,
    Conflict: 409,
    Invalid: 422,
    Locked: 429,
}
TEMPLATES = frozenset({400, 401, 403, 404, 409, 413, 422, 429, 500, 503})
MOVED_ON = lazy_gettext("Somebody has moved this on in the meantime. Please look at its present state.")


def init_errors(app: Flask) -> None:
    """Attach one handler to each family of errors."""
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(IntegrityError, _integrity)
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def error_page(status: int, message: str = "", **context: object) -> Response:
    """The page for `status`; `message` adds what is particular to this case."""
    template = status if status in TEMPLATES else (400 if status < 500 else 500)
    context |= {"status": status, "message": message, "request_id": g.get("request_id", "")}
    try:
        return make_response(render_template(f"errors/{template}.html", **context), status)
    except SQLAlchemyError:  # the head of the page asks who is signed in, and the database is what failed
        return make_response(f"{status} {g.get('request_id', '')}\n", status, {"Content-Type": "text/plain"})


def _domain(error: DomainError) -> Response:
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)
    if isinstance(error, InvalidTransition):
        return error_page(status, str(MOVED_ON))
    if isinstance(error, Conflict):
        return error_page(status, differences=error.differences)
    if isinstance(error, Locked):
        minutes = -(-error.seconds // 60)
        return error_page(status, _("Please try again in %(minutes)d minutes.", minutes=minutes))
    return error_page(status)


def _integrity(error: IntegrityError) -> Response:
    """A constraint caught what two people did at the same moment."""
    current_app.logger.warning("integrity error", extra={"kind": type(error.orig).__name__})
    db().rollback()
    return error_page(409, str(MOVED_ON))


def _stale(error: StaleDataError) -> Response:
    """Somebody else changed the row between our reading and our writing."""
    db().rollback()
    return _domain(Conflict())


def _busy(error: OperationalError) -> Response:
    current_app.logger.error("database unavailable", extra={"statement": str(error.orig)[:200]})
    return error_page(503)


def _csrf(error: CSRFError) -> BaseResponse:
    return keep_and_return()


def _http(error: HTTPException) -> BaseResponse:
    if error.code is None or error.code < 400:
        return error.get_response()
    cause = getattr(error, "original_exception", None)
    if isinstance(cause, IntegrityError):  # it showed only when the request was committed
        return _integrity(cause)
    if isinstance(cause, StaleDataError):
        return _stale(cause)
    if isinstance(error, SecurityError):  # a Host that is not ours: no link of a page could be built
        return Response("Bad Request", 400, mimetype="text/plain")
    return error_page(error.code)


def _unexpected(error: Exception) -> Response:
    current_app.logger.exception("unexpected error")
    return error_page(500)
