"""The year of a scheme, counted by hand."""

from datetime import date, datetime
from typing import Any

import pytest
from sqlmodel import Session

from matcher.errors import NotFound
from matcher.services import scheme_report as service
from matcher.services.scheme_report import Counts
from models import Application, PartnerTarget
from models.enums import ApplicationKind, ApplicationStatus, PartnerKind, TargetBasis
from tests import factories
from tests.factories import NOW

GRANTED = ApplicationStatus.GRANTED


def _also(session: Session, first: Application, house: Any, **more: Any) -> None:
    places = {name: getattr(first, name) for name in ("scheme_id", "tier_id", "form_id", "municipality_id")}
    said = {"status_since": NOW, "submitted_at": NOW, **more}
    session.add(Application(partner_id=house.pk, **places, **said))
    session.flush()


def test_a_year_is_counted(session: Session) -> None:
    town = factories.municipality(session)
    houses = [factories.partner(session, f"団体{number}", town=town) for number in range(5)]
    houses[1].kind = PartnerKind.NPO
    for house, target in ((houses[0], "3.8"), (houses[0], "3.4"), (houses[1], "3.8"), (houses[2], "7.2")):
        goal = int(target.split(".")[0])
        session.add(PartnerTarget(partner_id=house.pk, goal=goal, target=target, basis=TargetBasis.STATED))
    before, this = NOW.replace(year=2025, month=5), NOW
    term: dict[str, Any] = {"valid_from": date(2026, 11, 22), "valid_until": date(2029, 11, 21)}
    first = factories.handed_in(session, town, houses[0], status=GRANTED, decided_at=this, number="1", **term)
    _also(session, first, houses[1], status=GRANTED, decided_at=this, number="2", kind=ApplicationKind.RENEWAL, **term)
    _also(session, first, houses[2], status=ApplicationStatus.REFUSED, decided_at=this)
    _also(session, first, houses[3], status=ApplicationStatus.SCREENING)
    _also(session, first, houses[4], status=ApplicationStatus.DRAFT, submitted_at=None)
    old = {"valid_from": date(2025, 5, 1), "valid_until": date(2026, 4, 30), "submitted_at": before, "number": "3"}
    _also(session, first, houses[4], status=ApplicationStatus.EXPIRED, decided_at=before, **old)
    office = factories.coordinator(session, town)
    found = service.report(session, office, town.pk, first.scheme_id, 2026, now=NOW)
    assert found.total == Counts(received=4, granted=2, renewed=1, refused=1, expired=1, in_force=2)
    assert dict(found.kinds)[PartnerKind.NPO] == Counts(1, 1, 1, 0, 0, 1)
    assert found.tiers == (("認証", found.total),)
    assert found.goals == ((3, 2),)
    assert found.as_of == date(2026, 11, 22)
    former = service.report(session, office, town.pk, first.scheme_id, 2025, now=NOW)
    assert former.total == Counts(received=1, granted=1, renewed=0, refused=0, expired=0, in_force=1)


@pytest.mark.parametrize(
    ("status", "since", "on", "holds"),
    [
        (GRANTED, NOW, date(2026, 11, 21), False),
        (GRANTED, NOW, date(2026, 11, 22), True),
        (GRANTED, NOW, date(2029, 11, 22), False),
        (ApplicationStatus.CANCELLED, NOW.replace(year=2027), date(2027, 11, 21), True),
        (ApplicationStatus.CANCELLED, NOW.replace(year=2027), date(2027, 11, 22), False),
        (ApplicationStatus.SUSPENDED, NOW.replace(year=2027), date(2027, 11, 23), False),
    ],
)
def test_in_force(status: ApplicationStatus, since: datetime, on: date, holds: bool) -> None:
    places = dict.fromkeys(("scheme_id", "tier_id", "form_id", "municipality_id", "partner_id"), 1)
    term = {"valid_from": date(2026, 11, 22), "valid_until": date(2029, 11, 21)}
    row = Application(**places, **term, status=status, status_since=since)
    assert service.in_force(row, on) is holds


def test_another_town_s_scheme_is_hidden(session: Session) -> None:
    town, other = factories.municipality(session), factories.municipality(session, "431001", "熊本市")
    row = factories.handed_in(session, town, factories.partner(session, town=town))
    with pytest.raises(NotFound):
        service.report(session, factories.coordinator(session, other), other.pk, row.scheme_id, 2026, now=NOW)
