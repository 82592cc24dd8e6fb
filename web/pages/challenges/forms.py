"""What a partner fills in on a challenge."""

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from matcher.services.challenge_questions import LONGEST
from matcher.services.interests import LONGEST_MESSAGE
from web.forms import FIELD_ERRORS, BaseForm


class InterestForm(BaseForm):
    """A raised hand, with a word to the city if one likes."""

    message = TextAreaField(
        _l("Message to the municipality"),
        [Optional(), Length(max=LONGEST_MESSAGE, message=FIELD_ERRORS["too_long"])],
    )


class QuestionForm(BaseForm):
    """A question to the office about a challenge."""

    question = TextAreaField(
        _l("Your question"),
        [DataRequired(FIELD_ERRORS["required"]), Length(max=LONGEST, message=FIELD_ERRORS["too_long"])],
    )
