"""The words for kinds of mail and for how often it comes."""

from typing import Any

from flask_babel import lazy_gettext as _l

from models.enums import NoticeKind, Rhythm

#: kind → (its name, what it is about)
KINDS: dict[NoticeKind, tuple[Any, Any]] = {
    NoticeKind.MENTION: (_l("Messages that name you"), _l("Somebody speaks to you with @ and your name.")),
    NoticeKind.MESSAGE: (
        _l("Other messages"),
        _l("New messages and notes, answers to questions, steps of collaborations, tasks in working groups."),
    ),
    NoticeKind.MATCH: (_l("Invitations and interest"), _l("Invitations, their answers, and interest in challenges.")),
    NoticeKind.CHALLENGE: (_l("Challenges of our office"), _l("Sent in for review, returned, published.")),
    NoticeKind.GROUP: (
        _l("Working groups: coming and going"),
        _l("Who joins, asks to join, is invited or leaves; groups that are to be founded, rest or end."),
    ),
    NoticeKind.WORK: (
        _l("Reminder of the work list"),
        _l("What has waited too long by the time limits of the office."),
    ),
    NoticeKind.ANNOUNCEMENT: (
        _l("Announcements"),
        _l("What municipalities tell their registered partners: calls, events, deadlines."),
    ),
}
RHYTHMS: dict[Rhythm, Any] = {
    Rhythm.AT_ONCE: _l("At once"),
    Rhythm.DAILY: _l("Once a day, bundled"),
    Rhythm.WEEKLY: _l("Once a week, bundled (Mondays)"),
    Rhythm.NEVER: _l("Not at all"),
}
