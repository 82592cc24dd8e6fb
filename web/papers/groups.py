"""The minutes of a meeting as a document: drawn up from what the room of its group holds."""

from sqlmodel import Session

from matcher.errors import NotFound
from models import GroupMeeting, WorkingGroup
from models.enums import MeetingStatus, TaskStatus
from models.queries import group_rooms as queries
from web.papers import Draft
from web.papers.work import Minutes, minutes


def minutes_of(session: Session, group: WorkingGroup, meeting: GroupMeeting, *, signed: bool) -> Draft:
    """The minutes with the tasks that are open in the group; `signed` by its office, or the group's own.

    Raises NotFound while nothing has been written, and for a meeting that was called off.
    """
    if meeting.status is MeetingStatus.CANCELLED or not meeting.minutes.strip():
        raise NotFound()
    answers = queries.attendances(session, meeting.pk)
    said = Minutes(
        meeting_id=meeting.pk,
        group=group.name,
        title=meeting.title,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        place=meeting.place,
        present=tuple(partner.name for answer, partner in answers if answer.comes),
        absent=tuple(partner.name for answer, partner in answers if not answer.comes),
        agenda=meeting.agenda,
        minutes=meeting.minutes,
        tasks=tuple(
            (task.title, partner.name if partner else "", task.due)
            for task, partner in queries.tasks(session, group.pk)
            if task.status is TaskStatus.OPEN
        ),
    )
    return minutes(said, signed=signed)
