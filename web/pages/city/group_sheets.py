"""What an office takes along into Excel about a group: its members, and its meetings."""

from collections.abc import Iterable, Mapping

from flask import Response
from flask_babel import get_timezone
from flask_babel import gettext as _

from models import GroupMeeting
from models.queries.groups import GroupDetail
from web.labels import industry, label
from web.sheets import xlsx


def members(detail: GroupDetail) -> Response:
    """The present members, one per line."""
    header = (
        *(_("Name"), _("Role in the group"), _("Kind of organisation"), _("Industry"), _("Prefecture"), _("Address")),
        *(_("Website"), _("Joined on")),
    )
    rows = (
        (
            *(seat.partner.name, label(seat.member.role), label(seat.partner.kind), industry(seat.partner.industry)),
            *(seat.partner.prefecture, seat.partner.address, seat.partner.website, seat.member.joined_at),
        )
        for seat in detail.seats
    )
    return xlsx(_("Members of %(group)s", group=detail.group.name), header, rows)


def meetings(detail: GroupDetail, rows: Iterable[GroupMeeting], comers: Mapping[int, int]) -> Response:
    """The meetings with their minutes, one per line."""
    header = (
        *(_("Title"), _("Status"), _("Date"), _("Begins at"), _("Ends at"), _("Place"), _("Members coming")),
        *(_("Agenda"), _("Minutes"), _("Minutes published")),
    )
    return xlsx(
        _("Meetings of %(group)s", group=detail.group.name),
        header,
        ((*_when(row), comers.get(row.pk, 0), *_said(row)) for row in rows),
    )


def _when(row: GroupMeeting) -> tuple[object, ...]:
    begin, end = (moment.astimezone(get_timezone()) for moment in (row.starts_at, row.ends_at))
    return row.title, label(row.status), row.starts_at, f"{begin:%H:%M}", f"{end:%H:%M}", row.place


def _said(row: GroupMeeting) -> tuple[object, ...]:
    return row.agenda, row.minutes, _("yes") if row.minutes_published else _("no")
