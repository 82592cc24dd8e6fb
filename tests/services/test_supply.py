"""Supply and demand against counts made by hand, and who is silent; two municipalities side by side."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlmodel import Session

from matcher.errors import NotFound
from matcher.policy import Actor
from matcher.services import supply as service
from models import (
    AuditEvent,
    Challenge,
    ChallengeTarget,
    Collaboration,
    CollaborationPartner,
    GroupMember,
    Municipality,
    Partner,
    PartnerTarget,
    Recommendation,
    RecommendationRun,
    Registration,
)
from models.enums import (
    ChallengeStatus,
    CollaborationStatus,
    GroupMemberStatus,
    PartnerKind,
    RecommendationSource,
    RegistrationStatus,
    TargetBasis,
)
from models.enums import RecommendationStatus as R
from models.queries import silent as silent_queries
from models.queries import supply as queries
from models.queries.nearest import ASKED
from models.queries.supply import Demand, Supply
from tests import factories
from tests.factories import NOW


def serving(session: Session, partner: Partner, *codes: str) -> Partner:
    for code in codes:
        goal = int(code.split(".")[0])
        session.add(PartnerTarget(partner_id=partner.pk, goal=goal, target=code, basis=TargetBasis.STATED))
    session.flush()
    return partner


def asking(session: Session, challenge: Challenge, *codes: str) -> Challenge:
    """The targets beside 3.8, which every challenge of the factory has."""
    for code in codes:
        goal = int(code.split(".")[0])
        session.add(ChallengeTarget(challenge_id=challenge.pk, goal=goal, target=code, basis=TargetBasis.CONFIRMED))
    session.flush()
    return challenge


def run_of(session: Session, challenge: Challenge) -> RecommendationRun:
    row = RecommendationRun(municipality_id=challenge.municipality_id, challenge_id=challenge.pk, model="fake")
    session.add(row)
    session.flush()
    return row


def recommended(
    session: Session,
    challenge: Challenge,
    partner: Partner,
    fit: int,
    status: R = R.PROPOSED,
    *,
    rank: int | None = 1,
    source: RecommendationSource = RecommendationSource.ENGINE,
) -> Recommendation:
    row = Recommendation(
        municipality_id=challenge.municipality_id,
        challenge_id=challenge.pk,
        partner_id=partner.pk,
        source=source,
        status=status,
        rank=rank,
        fit=fit,
        score=fit / 3,
    )
    session.add(row)
    session.flush()
    return row


@dataclass
class Region:
    """Two towns; the comments in `region` say what is to be counted."""

    town: Municipality
    other: Municipality
    actor: Actor
    stranger: Actor
    challenges: dict[str, Challenge]
    partners: dict[str, Partner]


@pytest.fixture
def region(session: Session) -> Region:
    town, other = factories.municipality(session), factories.municipality(session, "431001", "熊本市")
    new = factories.challenge
    challenges = {
        "served": asking(session, new(session, town, title="候補あり"), "3.4", "11.2"),
        "weak": asking(session, new(session, town, title="候補なし"), "11.2"),
        "gone": asking(session, new(session, town, title="外れた候補のみ"), "11.6"),
        "unasked": new(session, town, title="未照会"),
        "dialogue": new(session, town, title="対話中", status=ChallengeStatus.IN_DIALOGUE),
        "draft": asking(session, new(session, town, title="下書き", status=ChallengeStatus.DRAFT), "11.2"),
        "closed": asking(session, new(session, town, title="終了", status=ChallengeStatus.CLOSED), "11.2"),
        "foreign": asking(session, new(session, other, title="よその課題"), "11.2"),
        "foreign draft": asking(
            session, new(session, other, title="よその下書き", status=ChallengeStatus.DRAFT), "11.2"
        ),
    }
    partners = {
        "care": serving(session, factories.partner(session, "見守り社", town=town), "3.8", "3.4"),
        "bus": serving(session, factories.partner(session, "バス社", town=town), "11.2"),
        "plain": factories.partner(session, "無記載社", town=town),
        "applied": serving(session, factories.partner(session, town=town, status=RegistrationStatus.APPLIED), "11.2"),
        "foreign": serving(session, factories.partner(session, "よそ社", town=other), "11.2", "3.8"),
    }
    for name in ("served", "weak", "gone", "dialogue", "foreign"):
        run_of(session, challenges[name])
    recommended(session, challenges["served"], partners["care"], 3)
    recommended(session, challenges["served"], partners["bus"], 1, rank=2)
    recommended(session, challenges["weak"], partners["bus"], 1)
    recommended(session, challenges["weak"], partners["care"], 3, R.DECLINED)
    recommended(session, challenges["gone"], partners["bus"], 2, rank=None)
    manual = {"rank": None, "source": RecommendationSource.MANUAL}
    recommended(session, challenges["dialogue"], partners["care"], 2, R.INTRODUCED, **manual)  # type: ignore[arg-type]
    recommended(session, challenges["foreign"], partners["plain"], 3, R.INVITED)
    actor, stranger = factories.coordinator(session, town), factories.coordinator(session, other)
    return Region(town, other, actor, stranger, challenges, partners)


def by_key(lines: list[service.Line]) -> dict[str, service.Line]:
    return {line.key: line for line in lines}


def test_every_figure_agrees_with_a_count_by_hand(session: Session, region: Region) -> None:
    found = service.overview(session, region.actor, region.town.pk, 11)
    goals, targets = by_key(found.goals), by_key(found.targets)
    assert list(goals) == [str(number) for number in range(1, 18)]
    # goal 3: all five of ours and the foreign one; served and dialogue have a candidate, unasked was never run
    assert goals["3"].demand == Demand(everywhere=6, ours=5, served=2, unasked=1)
    assert goals["3"].supply == Supply(everywhere=2, here=1)
    assert (goals["3"].unserved, goals["3"].balance(), goals["3"].balance(everywhere=True)) == (2, -4, -4)
    # goal 11: served, weak, gone; draft and closed do not count, nor does the one who only applied
    assert goals["11"].demand == Demand(everywhere=4, ours=3, served=1, unasked=0)
    assert goals["11"].supply == Supply(everywhere=2, here=1)
    assert targets["11.2"].demand == Demand(everywhere=3, ours=2, served=1, unasked=0)
    assert targets["11.6"].demand == Demand(everywhere=1, ours=1, served=0, unasked=0)
    assert targets["11.6"].supply == Supply()
    assert goals["13"].demand == Demand()
    assert found.total.demand == Demand(everywhere=6, ours=5, served=2, unasked=1)
    assert found.total.supply == Supply(everywhere=4, here=3)
    assert found.unnamed == service.Line("", Demand(), Supply(everywhere=1, here=1))
    assert [line.key for line in found.short] == ["3", "11"]


def test_every_target_is_listed_and_adds_nothing(session: Session, region: Region) -> None:
    lines = service.every_target(session, region.actor, region.town.pk)
    assert len(lines) == 169
    assert by_key(lines)["3.8"].demand == Demand(6, 5, 2, 1)
    assert by_key(lines)["3.4"].demand == Demand(1, 1, 1, 0)
    assert sum(line.demand.ours for line in lines) == 5 + 1 + 2 + 1


def test_a_challenge_without_targets_is_counted_apart(session: Session, region: Region) -> None:
    bare = region.challenges["unasked"]
    for row in session.query(ChallengeTarget).filter_by(challenge_id=bare.pk):
        session.delete(row)
    session.flush()
    found = service.overview(session, region.actor, region.town.pk)
    assert found.unnamed.demand == Demand(everywhere=1, ours=1, served=0, unasked=1)
    assert by_key(found.goals)["3"].demand == Demand(5, 4, 2, 0)


def test_what_nobody_can_serve(session: Session, region: Region) -> None:
    c = region.challenges
    assert queries.unserved_ids(session, region.town.pk) == ([c["weak"].pk, c["gone"].pk], [c["unasked"].pk])
    assert queries.unserved_ids(session, region.town.pk, [11]) == ([c["weak"].pk, c["gone"].pk], [])
    weak, gone = queries.unserved(session, region.town.pk, [c["weak"].pk, c["gone"].pk])
    assert (weak.title, weak.best, weak.approached) == ("候補なし", 1, 0)
    assert weak.needs == ("通信費のかからない見守りの方法",)
    assert weak.targets == ("3.8", "11.2")
    assert gone.best == 0
    assert weak.asked_at is not None
    assert queries.offered_here(session, region.town.pk) == {"3.4", "3.8", "11.2"}


def test_nobody_reads_the_challenges_of_another_office(session: Session, region: Region) -> None:
    foreign = region.challenges["foreign"].pk
    assert queries.unserved(session, region.town.pk, [foreign]) == []
    assert queries.unserved_ids(session, region.other.pk) == ([], [])  # it has a candidate
    there = service.overview(session, region.stranger, region.other.pk)
    assert there.total.demand == Demand(everywhere=6, ours=1, served=1, unasked=0)
    for ask in (service.overview, service.every_target):
        with pytest.raises(NotFound):
            ask(session, region.actor, region.other.pk)
    with pytest.raises(NotFound):
        service.silent(session, region.actor, region.other.pk, now=NOW)


def silent(session: Session, region: Region, **wanted: object) -> list[int]:
    return service.silent(session, region.actor, region.town.pk, now=NOW, **wanted)  # type: ignore[arg-type]


def test_who_was_introduced_here_is_not_silent_and_who_was_invited_elsewhere_is(
    session: Session, region: Region
) -> None:
    p = region.partners
    assert silent(session, region) == [p["bus"].pk, p["plain"].pk]  # bus has a weak fit, plain none
    assert silent_queries.count(session, region.town.pk) == 2
    assert service.silent(session, region.stranger, region.other.pk, now=NOW) == [p["foreign"].pk]


@pytest.mark.parametrize("status", [R.APPROVED, R.INVITED, R.ACCEPTED, R.REFUSED, R.INTRODUCED, R.LAPSED])
def test_each_call_ends_the_silence(session: Session, region: Region, status: R) -> None:
    recommended(session, region.challenges["unasked"], region.partners["plain"], 0, status)
    assert silent(session, region) == [region.partners["bus"].pk]


@pytest.mark.parametrize("status", [R.PROPOSED, R.DECLINED])
def test_a_mere_proposal_does_not(session: Session, region: Region, status: R) -> None:
    recommended(session, region.challenges["unasked"], region.partners["plain"], 0, status)
    assert len(silent(session, region)) == 2


def test_groups_collaborations_and_calls_on_record_end_the_silence(session: Session, region: Region) -> None:
    town, house = region.town, region.partners["plain"].pk
    group = factories.group(session, town)
    member = GroupMember(group_id=group.pk, partner_id=house, status=GroupMemberStatus.REQUESTED)
    session.add(member)
    session.flush()
    assert house in silent(session, region)  # it asked us, not we it
    member.status = GroupMemberStatus.MEMBER
    session.flush()
    assert house not in silent(session, region)
    session.delete(member)
    work = Collaboration(municipality_id=region.other.pk, kind="pilot", title="連携", status=CollaborationStatus.DONE)
    session.add(work)
    session.flush()
    session.add(CollaborationPartner(collaboration_id=work.pk, partner_id=house, name="無記載社"))
    session.flush()
    assert house in silent(session, region)  # with another municipality
    work.municipality_id = town.pk
    session.flush()
    assert house not in silent(session, region)
    work.municipality_id = region.other.pk
    reopened = {"event": "recommendation.invited", "subject_type": "recommendation", "subject_id": 1}
    session.add(AuditEvent(municipality_id=town.pk, partner_id=house, **reopened))
    session.flush()
    assert house not in silent(session, region)


def test_a_partner_that_was_asked_to_say_more_or_sought_for_is_not_silent(session: Session, region: Region) -> None:
    bus, plain = region.partners["bus"], region.partners["plain"]
    asked = {"event": ASKED, "subject_type": "recommendation", "subject_id": 1, "partner_id": plain.pk}
    session.add(AuditEvent(municipality_id=region.other.pk, **asked))
    session.flush()
    assert plain.pk in silent(session, region)  # another office asked
    session.add(AuditEvent(municipality_id=region.town.pk, **asked))
    session.add(
        Recommendation(
            municipality_id=region.town.pk,
            seeker_id=bus.pk,
            partner_id=region.partners["care"].pk,
            source=RecommendationSource.ENGINE,
            status=R.INTRODUCED,
        )
    )
    session.flush()
    assert silent(session, region) == []
    assert silent_queries.count(session, region.town.pk) == 0


def test_the_silent_are_narrowed_and_ordered(session: Session, region: Region) -> None:
    bus, plain = region.partners["bus"], region.partners["plain"]
    plain.kind = PartnerKind.NPO
    places = {row.partner_id: row for row in session.query(Registration).filter_by(municipality_id=region.town.pk)}
    places[plain.pk].since = "2018-03"
    places[bus.pk].decided_at = NOW - timedelta(days=500)
    session.flush()
    assert silent(session, region, goals=[11]) == [bus.pk]
    assert silent(session, region, kinds=["npo"]) == [plain.pk]
    assert silent(session, region, order="longest") == [plain.pk, bus.pk]
    assert silent(session, region, registered="1") == []
    assert silent(session, region, registered="3") == [bus.pk]
    assert silent(session, region, registered="longer") == [plain.pk]


def test_the_best_open_challenge_is_shown(session: Session, region: Region) -> None:
    bus = region.partners["bus"]
    recommended(session, region.challenges["unasked"], bus, 2)
    recommended(session, region.challenges["closed"], bus, 3)
    recommended(session, region.challenges["foreign"], bus, 3)
    (row,) = silent_queries.rows(session, region.town.pk, [bus.pk])
    assert row.best is not None
    assert (row.best.title, row.best.fit) == ("未照会", 2)
    assert (row.offerings, row.goals, row.has_account) == (("見守りセンサー",), (11,), False)


def test_a_line_can_be_compared() -> None:
    line = service.Line("3", Demand(9, 5, 2, 1), Supply(4, 3))
    assert (line.unserved, line.balance(), line.balance(everywhere=True)) == (2, -2, -5)
    assert replace(line, supply=Supply(4, 8)).balance() == 3
