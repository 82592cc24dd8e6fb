"""The form of a conversation."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField
from wtforms.validators import DataRequired

from matcher.services.threads import LONGEST_MESSAGE, Conversation
from web.forms import FIELD_ERRORS, BaseForm
from web.partner_forms import CheckboxesField, at_most


class MessageForm(BaseForm):
    """A message, and whom it speaks to by name; `next` is the page that it was written on."""

    text = TextAreaField(
        _l("Your message"),
        [DataRequired(FIELD_ERRORS["required"]), at_most(LONGEST_MESSAGE)],
        id="talk-text",  # it may stand on a page with another form that has a text
    )
    mentioned = CheckboxesField(_l("Name somebody"), coerce=int)
    next = HiddenField()

    def offer(self, talk: Conversation) -> None:
        """The people who can be named."""
        self.mentioned.choices = [(user.pk, user.name) for user in talk.people]
