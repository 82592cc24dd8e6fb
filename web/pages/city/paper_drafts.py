"""From a kind of document and what it is about, within the office, to its draft."""

from collections.abc import Callable
from datetime import timedelta

from matcher.errors import NotFound
from matcher.services import papers as service
from matcher.services import pilots as service_of_pilots
from matcher.services import proposals
from matcher.services import scheme_report as reports
from matcher.services.challenge_data import today
from matcher.services.scheme_report import SchemeReport
from models import GroupMeeting
from models.enums import PaperKind
from models.queries import city as challenges
from models.queries import groups, pilots
from models.queries import papers as queries
from models.queries.papers import ApplicationFile
from web.auth import actor, municipality_id, now
from web.db import db
from web.labels import label
from web.pages.city.collaborations import own_collaboration
from web.pages.city.room import own
from web.papers import Draft
from web.papers import challenges as of_challenges
from web.papers import schemes as of_schemes
from web.papers.groups import minutes_of
from web.papers.proposals import receipt_of
from web.papers.work import Plan, pilot_plan


def draft(kind: PaperKind, subject_id: int, year: int | None) -> Draft:
    """The draft of a document of this office; `year` counts for reports.

    Raises NotFound for what is not the office's, and for what cannot be written yet.
    """
    if kind is PaperKind.SCHEME_REPORT:
        return of_schemes.scheme_report(report(subject_id, year))
    make = DRAFTS.get(kind)
    if make is None:
        raise NotFound()
    return make(subject_id)


def report(scheme_id: int, year: int | None) -> SchemeReport:
    """The report of a scheme of this office: of the fiscal year that ended last unless another one is asked for."""
    past = service.fiscal_year(today(now()) - timedelta(days=365))
    chosen = year if year is not None and 2000 <= year <= past + 1 else past
    return reports.report(db(), actor(), municipality_id(), scheme_id, chosen, now=now())


def _request_sheet(challenge_id: int) -> Draft:
    found = own(challenge_id)
    needs = challenges.needs(db(), challenge_id)
    return of_challenges.request_sheet(found, needs, challenges.targets(db(), challenge_id))


def application(application_id: int) -> ApplicationFile:
    """An application to this office. Raises NotFound for any other."""
    found = queries.application(db(), municipality_id(), application_id)
    if found is None:
        raise NotFound()
    return found


def _application_form(application_id: int) -> Draft:
    found = application(application_id)
    return of_schemes.application_form(found, queries.files_of(db(), found))


def _proposal_receipt(proposal_id: int) -> Draft:
    row = proposals.view(db(), actor(), proposal_id)
    if row.municipality_id != municipality_id() or row.received_at is None:
        raise NotFound()
    return receipt_of(row)


def _pilot_plan(collaboration_id: int) -> Draft:
    row = own_collaboration(collaboration_id)
    run, plan = pilots.one(db(), row.pk), pilots.plan(db(), row.pk)
    if run is None or plan is None:
        raise NotFound()
    kind, criteria = row.agreement_kind, pilots.criteria(db(), row.pk)
    return pilot_plan(
        Plan(
            collaboration_id=row.pk,
            title=row.title,
            partners=run.partners,
            department=run.department,
            agreement=" ".join(filter(None, (label(kind) if kind else "", row.agreement_topic))),
            agreement_date=row.agreement_date,
            first=row.period_from,
            last=row.period_until,
            place=row.place,
            criteria=tuple((each.measure, f"{each.target}{each.unit}") for each in criteria),
            partner_id=service_of_pilots.lead(db(), row),
            **{name: getattr(plan, name) for name in ("roles", "data", "safety", "cost_city", "cost_partner")},
        )
    )


def _minutes(meeting_id: int) -> Draft:
    meeting = db().get(GroupMeeting, meeting_id)
    found = groups.detail(db(), meeting.group_id) if meeting is not None else None
    if meeting is None or found is None or found.group.municipality_id != municipality_id():
        raise NotFound()
    return minutes_of(db(), found.group, meeting, signed=True)


DRAFTS: dict[PaperKind, Callable[[int], Draft]] = {
    PaperKind.REQUEST_SHEET: _request_sheet,
    PaperKind.PROPOSAL_RECEIPT: _proposal_receipt,
    PaperKind.PILOT_PLAN: _pilot_plan,
    PaperKind.APPLICATION_FORM: _application_form,
    PaperKind.DECISION: lambda key: of_schemes.decision(application(key)),
    PaperKind.MINUTES: _minutes,
    PaperKind.CERTIFICATE: lambda key: of_schemes.certificate(application(key)),
}
