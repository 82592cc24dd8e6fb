"""Time limits: an office's own days decide the colours of its work list, and of no other's."""

import pytest
from sqlmodel import Session, select

from matcher.errors import Conflict, Invalid, NotAllowed, NotFound
from matcher.services import mail_settings, patience, worklist
from matcher.services.worklist import Desk
from models import Municipality, NoticeSetting, TimeLimit
from models.enums import NoticeKind, Rhythm
from tests import factories
from tests.factories import NOW


@pytest.fixture
def town(session: Session) -> Municipality:
    return factories.municipality(session)


def _set(session: Session, town: Municipality, amber: int, red: int, seen: str = "") -> None:
    limits = worklist.time_limits(session, town.pk)
    wanted = limits | {Desk.REVIEW: (amber, red)}
    actor = factories.coordinator(session, town)
    patience.set_limits(session, actor, town.pk, wanted, seen=seen or patience.stamp(limits), now=NOW)


def test_limits_are_kept_for_one_office_and_taken_back(session: Session, town: Municipality) -> None:
    other = factories.municipality(session, "141305", "川崎市")
    _set(session, town, 2, 4)
    assert worklist.time_limits(session, town.pk)[Desk.REVIEW] == (2, 4)
    assert worklist.time_limits(session, other.pk) == patience.defaults()
    seen = patience.stamp(worklist.time_limits(session, town.pk))
    patience.reset(session, factories.coordinator(session, town), town.pk, seen=seen, now=NOW)
    assert worklist.time_limits(session, town.pk) == patience.defaults()
    assert session.exec(select(TimeLimit)).all() == []


@pytest.mark.parametrize(("amber", "red"), [(0, 5), (6, 5), (1, 366)])
def test_impossible_days_are_refused(session: Session, town: Municipality, amber: int, red: int) -> None:
    with pytest.raises(Invalid) as refused:
        _set(session, town, amber, red)
    assert refused.value.fields == {"review_red": "limits"}


def test_a_stale_page_changes_nothing(session: Session, town: Municipality) -> None:
    before = patience.stamp(worklist.time_limits(session, town.pk))
    _set(session, town, 2, 4)
    with pytest.raises(Conflict):
        _set(session, town, 3, 5, seen=before)


def test_only_coordinators_of_the_office_set_limits(session: Session, town: Municipality) -> None:
    stranger = factories.coordinator(session, factories.municipality(session, "141305", "川崎市"))
    for actor, error in ((stranger, NotFound), (factories.department_staff(session, town), NotAllowed)):
        with pytest.raises(error):
            patience.reset(session, actor, town.pk, seen="", now=NOW)


def test_mail_is_ended_by_whoever_holds_the_link(session: Session, town: Municipality) -> None:
    actor = factories.coordinator(session, town)
    for _ in range(2):
        mail_settings.stop(session, actor.user_id or 0, NoticeKind.GROUP, now=NOW)
    session.flush()
    assert len(session.exec(select(NoticeSetting)).all()) == 1
    mail_settings.stop(session, actor.user_id or 0, None, now=NOW)
    session.flush()
    present = mail_settings.present(session, actor.user_id or 0)
    never = {kind for kind, rhythm in present.items() if rhythm is Rhythm.NEVER}
    assert never == {NoticeKind.GROUP, NoticeKind.MESSAGE, NoticeKind.WORK}
    with pytest.raises(Invalid):
        mail_settings.choose(session, actor, {NoticeKind.WORK: Rhythm.AT_ONCE}, now=NOW)


def test_each_side_is_asked_about_its_own_mail(session: Session, town: Municipality) -> None:
    office = mail_settings.kinds_for(factories.coordinator(session, town))
    partner = mail_settings.kinds_for(factories.partner_admin(session, factories.partner(session, town=town)))
    assert set(office) - set(partner) == {NoticeKind.CHALLENGE, NoticeKind.WORK}
    assert set(partner) - set(office) == {NoticeKind.ANNOUNCEMENT}
