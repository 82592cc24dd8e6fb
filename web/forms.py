"""The base of every form: cleaned text, what was saved before a session ended, and errors from the services."""

import re
import unicodedata
from typing import Any, Self

import jaconv
from flask import request
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm

from matcher.errors import Invalid
from web.drafts import saved_form

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u2028\u2029\ufeff\ud800-\udfff]")

#: code of an Invalid field → the sentence beside the field
FIELD_ERRORS = {
    "required": lazy_gettext("Please fill this in."),
    "too_long": lazy_gettext("This is too long. Please shorten it."),
    "corporate_number": lazy_gettext("This is not a valid corporate number. Please check the 13 digits."),
    "email": lazy_gettext("Please enter an e-mail address such as name@example.jp."),
    "email_taken": lazy_gettext("This address cannot be used. Please use another one."),
    "password_short": lazy_gettext("Please use at least 12 characters."),
    "password_common": lazy_gettext("This password is too easy to guess. Please choose another one."),
    "password_wrong": lazy_gettext("The password is not right."),
    "unknown": lazy_gettext("This choice is not available. Please choose again."),
    "date_past": lazy_gettext("Please choose a date in the future."),
    "group_exists": lazy_gettext("There is already a working group with this name."),
    "url": lazy_gettext("Please enter an address that starts with https:// or http://."),
}


def clean(text: str | None) -> str | None:
    """Text as people meant it: NFC, half-width kana widened, no control characters, LF line ends, no outer blanks."""
    if text is None:
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROL.sub("", jaconv.h2z(text, kana=True, ascii=False, digit=False))
    return unicodedata.normalize("NFC", text).strip()


class BaseForm(FlaskForm):  # type: ignore[misc]
    """A form whose text fields are cleaned and that is filled from what was saved, where there is something."""

    class Meta:
        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            filters = list(unbound_field.kwargs.get("filters", ()))
            if unbound_field.field_class.__name__ in {"StringField", "TextAreaField", "EmailField", "SearchField"}:
                filters.append(clean)
            return (
                unbound_field.bind(form=form, filters=filters, **options)
                if filters
                else unbound_field.bind(form=form, **options)
            )

    @classmethod
    def of_request(cls, **initial: Any) -> Self:
        """The form as submitted, as saved before the session ended, or with `initial` values."""
        if request.method == "POST":
            return cls(**initial)
        saved = saved_form()
        return cls(formdata=saved, **initial) if saved is not None else cls(formdata=None, **initial)

    def show(self, error: Invalid) -> None:
        """Put the errors of a service beside the fields that they name."""
        for name, code in error.fields.items():
            if name in self._fields:
                field = self._fields[name]
                field.errors = [*field.errors, FIELD_ERRORS.get(code, code)]
