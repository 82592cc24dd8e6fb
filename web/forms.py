"""The base of every form: cleaned text, what was saved before a session ended, and errors from the services."""

import re
from typing import Any, Self

from flask import request
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm

from matcher.errors import Invalid
from models import reference
from web.drafts import saved_form

_TEXTS = frozenset({"StringField", "TextAreaField", "EmailField", "SearchField", "TelField", "URLField"})


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
    "corporate_number_taken": lazy_gettext("Another organisation has this corporate number. Please check it."),
    "number": lazy_gettext("Please enter a whole number from 0 to 99."),
    "count": lazy_gettext("Please enter the number of people as a whole number."),
    "too_many": lazy_gettext("There are too many. Please take some away."),
    "already_registered": lazy_gettext("You have already applied here, or are registered here."),
    "password_long": lazy_gettext("Please use at most 128 characters."),
    "password_same": lazy_gettext("This is your present password. Please choose another one."),
    "credentials": lazy_gettext("The e-mail address or the password is not right."),
    "already_colleague": lazy_gettext("This person belongs to the organisation already."),
    "too_many_invitations": lazy_gettext("Too many invitations are waiting. Please withdraw some of them first."),
    "last_keeper": lazy_gettext(
        "An organisation needs somebody who looks after it. Please give this role to a colleague first."
    ),
    "last_admin": lazy_gettext("The platform needs an operator. Please give this right to somebody else first."),
    "municipality_code": lazy_gettext("This is not a valid municipality code. Please check the six digits."),
    "municipality_exists": lazy_gettext("This municipality is here already."),
    "department_exists": lazy_gettext("This department is here already."),
    "unknown": lazy_gettext("This choice is not available. Please choose again."),
    "date_past": lazy_gettext("Please choose a date in the future."),
    "wanted": lazy_gettext("Please enter a whole number from 1 to 20."),
    "capacity": lazy_gettext("Please enter a whole number from 1 to 99."),
    "none_chosen": lazy_gettext("Please tick at least one challenge."),
    "group_exists": lazy_gettext("There is already a working group with this name."),
    "rest_days": lazy_gettext("Please enter a whole number of days from 30 to 3650."),
    "ends_first": lazy_gettext("The end must come after the beginning."),
    "place_or_link": lazy_gettext("Please enter a place, or a link to take part online."),
    "meeting_ahead": lazy_gettext("The meeting has not begun yet. Minutes can be written once it has."),
    "required_empty": lazy_gettext("Please choose at least one, or do not require it."),
    "override_needed": lazy_gettext("A warning stands. Please write why you invite this partner all the same."),
    "requirement": lazy_gettext(
        "This partner does not meet a condition that the challenge requires. Take the condition out of the challenge"
        " first, or choose another partner."
    ),
    "percent": lazy_gettext("Please enter a number from 0 to 100."),
    "share": lazy_gettext("Please enter a number from 0 to 100."),
    "weight": lazy_gettext("Please enter a number from 0 to 100."),
    "years": lazy_gettext("Please enter a number of years from 1 to 20, or nothing."),
    "days": lazy_gettext("Please enter a number of days from 0 to 730."),
    "dates_order": lazy_gettext("This day lies before the one it follows. Please check both."),
    "number_format": lazy_gettext("Please write {number} or {number:03} where the number stands, {year} for the year."),
    "options_few": lazy_gettext("Please give at least two choices, one line each."),
    "options_points": lazy_gettext("After the bar there must be a number of points, e.g. “Done | 2”."),
    "no_account": lazy_gettext("Nobody with an account has this address. Please ask them to open one first."),
    "file_empty": lazy_gettext("This file is empty. Please choose another one."),
    "file_large": lazy_gettext("This file is larger than 10 MB. Please make it smaller or split it."),
    "file_kind": lazy_gettext("Please use PDF, PNG, JPEG, Excel, Word, PowerPoint, CSV or text files."),
    "file_broken": lazy_gettext("This file is not what its name says, or it is damaged. Please save it again."),
    "file_many": lazy_gettext("There are 20 files here already. Please take one away first."),
    "plan_missing": lazy_gettext("First lay down the plan, with at least one criterion by which success is measured."),
    "plan_not_agreed": lazy_gettext("Both sides must agree to the plan before the pilot begins."),
    "criterion_incomplete": lazy_gettext("Each criterion needs what is measured and a target value."),
    "ends_before_it_begins": lazy_gettext("The end lies before the beginning. Please check both dates."),
    "yen": lazy_gettext("Please enter an amount in yen as a whole number, without commas."),
    "date_future": lazy_gettext("Please choose today or an earlier day."),
    "not_begun": lazy_gettext(
        "This pilot has not begun. It can only end or fail; for any other result, begin it first."
    ),
    "summary_missing": lazy_gettext("First write down what was done. Everybody reads it on the portal."),
    "limits": lazy_gettext("Please enter days from 1 to 365, red not before amber."),
    "nobody": lazy_gettext("Nobody would get this mail. Please choose other recipients."),
    "paper_not_set_up": lazy_gettext("Please say first how your documents are numbered and signed."),
    "paper_long": lazy_gettext("This document is too long to be issued. Please shorten its texts."),
    "unknown_partner": lazy_gettext(
        "No registered partner has this name or number. Please write it exactly as in the list of partners."
    ),
    "several_partners": lazy_gettext("Several partners have this name. Please use the corporate number."),
    "already_behind": lazy_gettext("This partner stands behind the proposal, or has been asked to."),
    "no_consent": lazy_gettext("The partner has not consented to it."),
    "confidential": lazy_gettext(
        "It came of a confidential proposal. The partner first has to give the confidentiality up."
    ),
    "proposal_not_prepared": lazy_gettext(
        "The proposal that it came of is not being prepared. Please look at the proposal first."
    ),
    "url": lazy_gettext("Please enter an address that starts with https:// or http://."),
}


def clean(text: str | None) -> str | None:
    """Text as people meant it: NFC, half-width kana widened, no control characters, LF line ends, no outer blanks."""
    if text is None:
        return None
    return reference.clean(text)


class BaseForm(FlaskForm):  # type: ignore[misc]
    """A form whose text fields are cleaned and that is filled from what was saved, where there is something."""

    class Meta:
        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            filters = list(unbound_field.kwargs.get("filters", ()))
            if unbound_field.field_class.__name__ in _TEXTS:
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
