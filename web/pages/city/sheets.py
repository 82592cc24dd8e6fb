"""What an office takes along into Excel: its challenges, its partners, and the matches of a challenge."""

from collections.abc import Iterable, Iterator
from typing import Any

from flask import Response
from flask_babel import gettext as _

from models.queries.city import ChallengeRow
from models.queries.city_partners import RegisteredPartner
from models.queries.recommendations import Candidate
from web.labels import fit_label, industry, label, signal_text
from web.pages.city.trail import reason
from web.sheets import answer, wanted

__all__ = ["challenges", "matches", "partners", "wanted"]


def challenges(rows: Iterable[ChallengeRow]) -> Response:
    """The office's list, one challenge per line."""
    header = (
        *(_("Number"), _("Title"), _("Status"), _("Kind of challenge"), _("Pillar"), _("Department in charge")),
        *(_("Decision date"), _("Review date"), _("Published on"), _("Last change"), _("Budget")),
        *(_("Recommended"), _("Invited"), _("Introduced"), _("Showed interest")),
    )
    return answer(_("Challenges"), header, map(_challenge, rows))


def _challenge(item: ChallengeRow) -> tuple[Any, ...]:
    c = item.challenge
    return (
        *(c.pk, c.title, label(c.status), label(c.kind), label(c.pillar), item.department),
        *(c.decision_date, c.review_date, c.published_at, c.updated_at, label(c.budget_stage)),
        *(item.proposed, item.invited, item.introduced, item.interested),
    )


def partners(rows: Iterable[RegisteredPartner]) -> Response:
    """The registered partners, one per line."""
    header = (
        *(_("Name"), _("Corporate number"), _("Kind of organisation"), _("Industry"), _("Prefecture"), _("Address")),
        *(_("Website"), _("Offerings"), _("Invited"), _("Introduced"), _("Account"), _("Registered on")),
    )
    return answer(_("Our partners"), header, map(_partner, rows))


def _partner(item: RegisteredPartner) -> tuple[Any, ...]:
    p = item.partner
    return (
        *(p.name, p.corporate_number or "", label(p.kind), industry(p.industry), p.prefecture, p.address, p.website),
        *(item.offerings, item.invited, item.introduced, _("yes") if item.has_account else _("no")),
        item.registration.decided_at,
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
