"""What an office takes along into Excel: its challenges, its partners, and the matches of a challenge."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from flask import Response
from flask_babel import gettext as _

from matcher.services.importing import saying
from models import Municipality
from models.enums import ImportKind
from models.queries.city import ChallengeRow
from models.queries.city_partners import Applicant, RegisteredPartner
from models.queries.recommendations import Candidate
from web import exports
from web.db import db
from web.labels import fit_label, label, signal_text
from web.pages.city.trail import reason
from web.sheets import answer, wanted

__all__ = ["applicants", "challenges", "matches", "partners", "wanted"]


def challenges(rows: Sequence[ChallengeRow], town: Municipality) -> Response:
    """The office's list, one challenge per line, under the headings by which it is read in again."""
    said = saying.challenges(db(), [item.challenge.pk for item in rows], town)
    more = [
        (_("Status"), [label(item.challenge.status) for item in rows]),
        (_("Published on"), [item.challenge.published_at for item in rows]),
        (_("Last change"), [item.challenge.updated_at for item in rows]),
        (_("Recommended"), [item.proposed for item in rows]),
        (_("Invited"), [item.invited for item in rows]),
        (_("Introduced"), [item.introduced for item in rows]),
        (_("Showed interest"), [item.interested for item in rows]),
    ]
    return exports.answer(ImportKind.CHALLENGES, _("Challenges"), said, more=more)


def partners(rows: Sequence[RegisteredPartner], town: Municipality) -> Response:
    """The registered partners, one per line, under the headings by which they are read in again."""
    said = saying.partners(db(), [item.partner.pk for item in rows], town)
    more = [
        (_("Offerings"), [item.offerings for item in rows]),
        (_("Invited"), [item.invited for item in rows]),
        (_("Introduced"), [item.introduced for item in rows]),
        (_("Account"), [_("yes") if item.has_account else _("no") for item in rows]),
        (_("Registered on"), [item.registration.decided_at for item in rows]),
    ]
    return exports.answer(ImportKind.PARTNERS, _("Our partners"), said, more=more)


def applicants(rows: Iterable[Applicant]) -> Response:
    """Registrations in one state, one per line."""
    header = (
        *(_("Number in Musubi"), _("Name of the organisation"), _("Corporate number"), _("Kind of organisation")),
        *(_("Status"), _("Offerings"), _("Date of application"), _("Decided")),
    )
    return answer(_("Applications for registration"), header, map(_applicant, rows))


def _applicant(item: Applicant) -> tuple[Any, ...]:
    p, r = item.partner, item.registration
    return (
        *(p.pk, p.name, p.corporate_number or "", label(p.kind), label(r.status), item.offerings),
        *(r.applied_at, r.decided_at),
    )


def matches(title: str, rows: Iterable[Candidate]) -> Response:
    """The recommended partners of a challenge with the pair of sentences that speaks loudest."""
    header = (
        *(_("Rank"), _("Partner"), _("Kind of organisation"), _("Fit"), _("Status"), _("Reason"), _("Note")),
        *(_("The challenge says"), _("The partner says"), _("What speaks for it"), _("What to check")),
    )
    return answer(_("Matches: %(title)s", title=title), header, map(_match, rows))


def _match(item: Candidate) -> tuple[Any, ...]:
    row = item.recommendation
    best = row.evidence[0] if row.evidence else {"asks": {"text": ""}, "answers": {"text": ""}}
    return (
        *(row.rank, item.partner.name, label(item.partner.kind), fit_label(row.fit), label(row.status)),
        *(reason(row.reason), row.reason_note, best["asks"]["text"], best["answers"]["text"]),
        *("\n".join(_said(row.signals, positive)) for positive in (True, False)),
    )


def _said(signals: list[dict[str, Any]], positive: bool) -> Iterator[str]:
    return (signal_text(signal) for signal in signals if signal["positive"] is positive)
