"""The form of an announcement, with the choices that its office has."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired

from matcher.services.announcements import LONGEST_BODY, LONGEST_TITLE
from models import Announcement, reference
from models.enums import PartnerKind
from models.queries import announcements as queries
from models.queries.announcements import Segment
from web import labels
from web.db import db
from web.forms import FIELD_ERRORS, BaseForm
from web.partner_forms import CheckboxesField, VersionField, at_most, prefecture_choices

NEEDED = DataRequired(FIELD_ERRORS["required"])


class AnnouncementForm(BaseForm):
    """What is said, and to which of the registered partners."""

    title = StringField(_l("Heading"), [NEEDED, at_most(LONGEST_TITLE)])
    body = TextAreaField(_l("Text"), [NEEDED, at_most(LONGEST_BODY)])
    kinds = CheckboxesField(_l("Kinds of organisation"))
    goals = CheckboxesField(_l("SDG goals"), coerce=int)
    prefectures = CheckboxesField(_l("Prefectures"))
    tiers = CheckboxesField(_l("Certified in a scheme"), coerce=int)
    groups = CheckboxesField(_l("Members of a working group"), coerce=int)
    version = VersionField()

    def offer(self, municipality_id: int) -> None:
        """The choices of an office."""
        self.kinds.choices = labels.choices(PartnerKind)
        self.goals.choices = [(goal.number, labels.goal_name(goal.number)) for goal in reference.goals()]
        self.prefectures.choices = prefecture_choices()[1:]
        tiers = queries.tiers(db(), municipality_id)
        self.tiers.choices = [(tier.pk, f"{scheme.name}: {tier.name}") for tier, scheme in tiers]
        self.groups.choices = [(group.pk, group.name) for group in queries.groups(db(), municipality_id)]

    def segment(self) -> Segment:
        """Whom it is for."""
        said: dict[str, Any] = {name: list(self[name].data or ()) for name in Segment.__dataclass_fields__}
        return Segment(**said)


def stored(row: Announcement) -> dict[str, Any]:
    """A draft as the form shows it."""
    return {"title": row.title, "body": row.body, "version": row.version, **row.segment}
