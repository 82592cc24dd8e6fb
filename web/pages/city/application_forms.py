"""What screeners write: questions and reasons for the applicant, and notes for each other."""

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField

from matcher.services.answers import LONGEST_TEXT
from web.forms import BaseForm
from web.partner_forms import VersionField, at_most


class DecisionForm(BaseForm):
    text = TextAreaField(_l("To the applicant"), [at_most(LONGEST_TEXT)])


class ScreeningNoteForm(BaseForm):
    note = TextAreaField(_l("Note for the screeners"), [at_most(LONGEST_TEXT)])
    version = VersionField()
