"""The small forms around an application: a reply, reasons, a change report, the city a partner is in."""

from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField

from matcher.services.answers import LONGEST_TEXT
from matcher.services.renewals import LONGEST_SUBJECT
from web.forms import BaseForm
from web.partner_forms import at_most


class ReplyForm(BaseForm):
    text = TextAreaField(_l("Your answer"), [at_most(LONGEST_TEXT)])


class ReasonForm(BaseForm):
    text = TextAreaField(_l("Reasons"), [at_most(LONGEST_TEXT)])


class ReportForm(BaseForm):
    """変更届."""

    subject = StringField(
        _l("What has changed"), [at_most(LONGEST_SUBJECT)], description=_l("For example: name, address, representative")
    )
    text = TextAreaField(_l("Before, after, and since when"), [at_most(LONGEST_TEXT)])
