"""An unfinished registration: kept in the database under a token, so that nothing typed is lost on the way."""

import secrets
from datetime import timedelta
from typing import Any

from flask import Response, after_this_request, current_app, request
from werkzeug.datastructures import MultiDict

from models import SavedForm
from models.queries import doors
from web.auth import now, token_hash
from web.db import db
from web.drafts import SECRET_FIELDS, count_kept

COOKIE = "registration"
KEEP_FOR = timedelta(days=14)
LARGEST = 200_000
_BUTTONS = frozenset({"go", "add_row", "remove_row", "lang", "next"})
_PATH = "/register"


class Draft:
    """What has been entered so far, step by step; `row` is None until something is stored."""

    def __init__(self, row: SavedForm | None) -> None:
        self.row = row
        self.data: dict[str, Any] = dict(row.data) if row is not None else {}

    def fields(self, step: str) -> MultiDict[str, str] | None:
        """What was typed in a step, as a form reads it; None for a step that was never opened."""
        typed = self.data.get("steps", {}).get(step)
        return (
            None if typed is None else MultiDict([(name, value) for name, values in typed.items() for value in values])
        )

    def keep(self, step: str, typed: MultiDict[str, str], *, done: bool = False) -> None:
        """Store what was typed in a step; `done` when it is complete."""
        lists = {k: v for k, v in typed.lists() if k not in SECRET_FIELDS and k not in _BUTTONS}
        if sum(len(value) for values in lists.values() for value in values) > LARGEST:
            return
        steps = self.data.get("steps", {}) | {step: lists}
        finished = set(self.data.get("done", ())) - {step} | ({step} if done else set())
        self.write(steps=steps, done=sorted(finished))

    def write(self, **changes: Any) -> None:
        """Store `changes` beside the rest; the first one makes the draft and hands out its cookie."""
        self.data = self.data | changes
        if self.row is None:
            count_kept()
            token = new_token()
            self.row = _store(token, self.data)
            _hand_out(token)
        self.row.data, self.row.expires_at = self.data, now() + KEEP_FOR

    def done(self, step: str) -> bool:
        return step in self.data.get("done", ())

    @property
    def sent_to(self) -> str | None:
        """The address to which the confirmation went, once the registration has been sent."""
        sent: str | None = self.data.get("sent")
        return sent

    def copy(self, token: str) -> None:
        """Keep the same content under another token, for somebody who goes on with it from a mail."""
        _store(token, self.data)

    def close(self, email: str) -> None:
        """Forget everything but where the mail went, so that a second click shows the same page."""
        self.data = {}
        self.write(sent=email)

    def move_here(self) -> None:
        """Let this browser alone go on with the draft: whoever else knows the old token is left with nothing."""
        if self.row is not None:
            db().delete(self.row)
            self.row = None
            self.write()

    def discard(self) -> None:
        """Throw the draft away."""
        if self.row is not None:
            db().delete(self.row)
        self.row, self.data = None, {}
        forget()


def open_draft(*, write: bool = False) -> Draft:
    """The draft of this browser, locked while it is written to."""
    return draft_behind(request.cookies.get(COOKIE, ""), write=write)


def draft_behind(token: str, *, write: bool = False) -> Draft:
    """The draft with this token; an empty one when there is none."""
    return Draft(_find(token, write) if token else None)


def forget() -> None:
    """Take the cookie back."""

    @after_this_request
    def forget_cookie(response: Response) -> Response:
        response.delete_cookie(COOKIE, path=_PATH)
        return response


def _find(token: str, write: bool) -> SavedForm | None:
    row = doors.saved_form(db(), token_hash(token), _PATH, lock=write)
    return row if row is not None and row.expires_at > now() else None


def new_token() -> str:
    return secrets.token_urlsafe(24)


def _store(token: str, data: dict[str, Any]) -> SavedForm:
    row = SavedForm(token_hash=token_hash(token), path=_PATH, data=data, expires_at=now() + KEEP_FOR)
    db().add(row)
    return row


def _hand_out(token: str) -> None:
    @after_this_request
    def set_cookie(response: Response) -> Response:
        response.set_cookie(
            COOKIE,
            token,
            max_age=int(KEEP_FOR.total_seconds()),
            path=_PATH,
            httponly=True,
            samesite="Lax",
            secure=current_app.config["SESSION_COOKIE_SECURE"],
        )
        return response
