"""The forms in which a group, its meetings, tasks and results are described, by offices and by partners."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, NumberRange, Optional

from matcher.services import group_data as limits
from matcher.services.challenge_data import JAPAN
from matcher.services.group_data import GroupData, MeetingData, ResultData, TaskData
from models import GroupMeeting, Municipality, Partner, WorkingGroup, reference
from models.enums import GroupKind, JoinRule, PartnerKind
from models.group import DORMANT_AFTER_DAYS
from web import labels
from web.forms import FIELD_ERRORS, BaseForm
from web.partner_forms import CHOSEN, NEEDED, CheckboxesField, VersionField, at_most

#: as browsers send a moment; some add seconds
MOMENTS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


class GroupForm(BaseForm):
    """A working group: what it is for, and who may join how."""

    name = StringField(_l("Name of the group"), [NEEDED, at_most(limits.LONGEST_NAME)])
    kind = RadioField(_l("Kind"), [CHOSEN], choices=labels.choices(GroupKind))
    purpose = TextAreaField(_l("Purpose"), [NEEDED, at_most(limits.LONGEST_TEXT)])
    conditions = TextAreaField(_l("Conditions for joining"), [at_most(limits.LONGEST_TEXT)])
    join_rule = RadioField(_l("How to join"), [CHOSEN], choices=labels.choices(JoinRule), default=JoinRule.OPEN.value)
    kinds = CheckboxesField(_l("Kinds of partners that may join"), choices=labels.choices(PartnerKind))
    needs_registration = BooleanField(_l("Only partners with a registration in force may join"), default=True)
    goals = CheckboxesField(_l("SDG goals"))
    dormant_after_days = IntegerField(
        _l("Goes to rest after so many days without activity"),
        [
            InputRequired(FIELD_ERRORS["required"]),
            NumberRange(limits.REST_DAYS.start, limits.REST_DAYS.stop - 1, FIELD_ERRORS["rest_days"]),
        ],
        default=DORMANT_AFTER_DAYS,
    )
    version = VersionField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.goals.choices = [(str(goal.number), labels.goal_name(goal.number)) for goal in reference.goals()]

    def group(self) -> GroupData:
        """What was typed; the form must have been validated."""
        return GroupData(
            name=self.name.data,
            kind=GroupKind(self.kind.data),
            purpose=self.purpose.data,
            conditions=self.conditions.data or "",
            join_rule=JoinRule(self.join_rule.data),
            goals=tuple(int(goal) for goal in self.goals.data or ()),
            kinds=tuple(PartnerKind(kind) for kind in self.kinds.data or ()),
            needs_registration=self.needs_registration.data,
            dormant_after_days=self.dormant_after_days.data,
        )


def typed(row: WorkingGroup) -> dict[str, Any]:
    """A stored group as the fields of its form."""
    plain = ("name", "purpose", "conditions", "kinds", "needs_registration", "dormant_after_days", "version")
    choices = {"kind": row.kind.value, "join_rule": row.join_rule.value, "goals": [str(goal) for goal in row.goals]}
    return {name: getattr(row, name) for name in plain} | choices


class ProposedGroupForm(GroupForm):
    """The same from a partner, who also says where."""

    municipality = SelectField(_l("Municipality"), [CHOSEN])

    def offer(self, towns: Iterable[Municipality]) -> None:
        """The municipalities that may be asked."""
        self.municipality.choices = [(town.code, labels.municipality_name(town)) for town in towns]


class MeetingForm(BaseForm):
    """When and where a group meets; times are those of Japan."""

    title = StringField(_l("Title"), [NEEDED, at_most(limits.LONGEST_NAME)])
    starts_at = DateTimeLocalField(_l("Begins at"), [NEEDED], format=MOMENTS)
    ends_at = DateTimeLocalField(_l("Ends at"), [NEEDED], format=MOMENTS)
    place = StringField(_l("Place"), [at_most(limits.LONGEST_NAME)])
    online_link = StringField(_l("Link to take part online"), [at_most(limits.LONGEST_LINK)])
    agenda = TextAreaField(_l("Agenda"), [at_most(limits.LONGEST_TEXT)])
    version = VersionField()

    def meeting(self) -> MeetingData:
        """What was typed; the form must have been validated."""
        return MeetingData(
            title=self.title.data,
            starts_at=_japanese(self.starts_at.data),
            ends_at=_japanese(self.ends_at.data),
            place=self.place.data or "",
            online_link=self.online_link.data or "",
            agenda=self.agenda.data or "",
        )


def _japanese(moment: datetime) -> datetime:
    return moment.replace(tzinfo=JAPAN)


def typed_meeting(row: GroupMeeting) -> dict[str, Any]:
    """A stored meeting as the fields of its form."""
    plain = {name: getattr(row, name) for name in ("title", "place", "online_link", "agenda", "version")}
    return plain | {name: getattr(row, name).astimezone(JAPAN) for name in ("starts_at", "ends_at")}


class MinutesForm(BaseForm):
    """What was said and agreed at a meeting."""

    minutes = TextAreaField(_l("Minutes"), [NEEDED, at_most(limits.LONGEST_MINUTES)])
    minutes_published = BooleanField(_l("Publish the minutes on the portal"))
    version = VersionField()


class TaskForm(BaseForm):
    """Who does what until when."""

    title = StringField(_l("What is to be done"), [NEEDED, at_most(limits.LONGEST_NAME)])
    assignee_id = SelectField(
        _l("Who takes it on"), coerce=lambda text: int(text) if text and str(text).isdecimal() else None
    )
    due = DateField(_l("Due on"), [Optional()])

    def offer(self, members: Iterable[Partner]) -> None:
        """The members that may take it on."""
        self.assignee_id.choices = [("", _l("The municipality")), *((row.pk, row.name) for row in members)]

    def task(self) -> TaskData:
        """What was typed; the form must have been validated."""
        return TaskData(title=self.title.data, assignee_id=self.assignee_id.data, due=self.due.data)


class GroupResultForm(BaseForm):
    """What came of a group's work."""

    title = StringField(_l("Title"), [NEEDED, at_most(limits.LONGEST_NAME)])
    text = TextAreaField(_l("What was achieved"), [NEEDED, at_most(limits.LONGEST_TEXT)])
    achieved_on = DateField(_l("Achieved on"), [NEEDED])
    published = BooleanField(_l("Publish the result on the portal"))
    version = VersionField()

    def result(self) -> ResultData:
        """What was typed; the form must have been validated."""
        return ResultData(
            title=self.title.data,
            text=self.text.data,
            achieved_on=self.achieved_on.data,
            published=self.published.data,
        )


class WordForm(BaseForm):
    """A word that must go with a step."""

    note = TextAreaField(_l("Reason"), [NEEDED, at_most(limits.LONGEST_TEXT)])


class ClosingForm(BaseForm):
    """What is said when a group ends."""

    note = TextAreaField(_l("What came of it"), [NEEDED, at_most(limits.LONGEST_TEXT)])
