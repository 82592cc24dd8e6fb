"""The reads of the portal give the same answers on both databases."""

import sqlalchemy as sa
from sqlmodel import Session

from matcher.lifecycles import OPEN_CHALLENGE, PUBLIC_CHALLENGE
from matcher.services.challenge_data import today
from models import (
    ChallengeTarget,
    Collaboration,
    CollaborationPartner,
    CollaborationTarget,
    GroupMember,
    PartnerTarget,
)
from models.enums import CollaborationStatus, GroupMemberStatus, MailStatus, TargetBasis
from models.queries import challenges, city, collaborations, groups, ops, partners, site
from tests import factories
from tests.factories import NOW

TODAY = today(NOW)


def test_challenges_by_everything(session: Session) -> None:
    town = factories.municipality(session)
    first, second = factories.challenge(session, town), factories.challenge(session, town)
    first.wanted_kinds, second.published_at = ["npo", "company"], None
    session.flush()
    everything = challenges.ChallengeFilter(
        PUBLIC_CHALLENGE, OPEN_CHALLENGE, ["172065"], [3, 4], ["problem"], ["society"], ["npo", "bank"]
    )
    assert challenges.ids(session, everything, "decision", TODAY) == [first.pk]
    assert challenges.ids(session, challenges.ChallengeFilter(PUBLIC_CHALLENGE, OPEN_CHALLENGE), "newest", TODAY) == [
        first.pk,
        second.pk,
    ]
    assert challenges.counts_by_goal(session, OPEN_CHALLENGE) == {3: 2}
    assert [card.goals for card in challenges.cards(session, [second.pk, 10**6, first.pk])] == [(3,), (3,)]


def test_partners_by_everything(session: Session) -> None:
    town = factories.municipality(session)
    partner = factories.partner(session, town=town)
    wanted = partners.PartnerFilter(["company"], ["G"], ["17"], [], ["172065"], ["field_tested"])
    assert partners.ids(session, wanted, "name") == partners.ids(session, wanted, "newest") == [partner.pk]
    assert partners.cards(session, [partner.pk])[0].offerings == ("見守りセンサー",)
    found = partners.detail(session, partner.pk)
    assert found is not None
    assert found.public


def test_targets_stand_in_the_order_of_the_agenda(session: Session) -> None:
    town = factories.municipality(session)
    challenge, partner = factories.challenge(session, town), factories.partner(session, town=town)
    session.execute(sa.delete(ChallengeTarget))
    session.execute(sa.delete(PartnerTarget))
    for target in ("8.a", "8.10", "8.2", "3.8"):
        goal = int(target.split(".")[0])
        said = {"goal": goal, "target": target, "basis": TargetBasis.CONFIRMED}
        session.add(ChallengeTarget(challenge_id=challenge.pk, **said))
        session.add(PartnerTarget(partner_id=partner.pk, **said))
    session.flush()
    found, own = challenges.detail(session, challenge.pk), partners.detail(session, partner.pk)
    assert found is not None
    assert own is not None
    for rows in (found.targets, own.targets, city.targets(session, challenge.pk)):
        assert [row.target for row in rows] == ["3.8", "8.2", "8.10", "8.a"]


def test_collaborations_by_everything(session: Session) -> None:
    town = factories.municipality(session)
    partner = factories.partner(session, town=town)
    row = Collaboration(
        municipality_id=town.pk,
        kind="pilot",
        title="実証",
        outcome="成果",
        status=CollaborationStatus.DONE,
        published=True,
        date="2025",
    )
    session.add(row)
    session.flush()
    session.add(CollaborationPartner(collaboration_id=row.pk, partner_id=partner.pk, name=partner.name))
    session.add(CollaborationTarget(collaboration_id=row.pk, goal=8, target="8.10"))
    session.flush()
    wanted = collaborations.CollaborationFilter(["172065"], [8], [], ["done"])
    assert collaborations.ids(session, wanted, "newest") == collaborations.ids(session, wanted, "oldest") == [row.pk]
    for cards in (
        collaborations.newest(session, wanted, 3),
        collaborations.latest_outcomes(session, 3),
        collaborations.of_partner(session, partner.pk),
    ):
        assert [(card.goals, card.partners) for card in cards] == [((8,), (partner.name,))]
    found = collaborations.detail(session, row.pk)
    assert found is not None
    assert found.parties == (collaborations.Party(partner.name, partner.pk),)


def test_groups_by_everything(session: Session) -> None:
    town = factories.municipality(session)
    group, partner = factories.group(session, town, "100%再エネ分科会"), factories.partner(session, town=town)
    group.goals = [3, 13]
    session.add(GroupMember(group_id=group.pk, partner_id=partner.pk, status=GroupMemberStatus.MEMBER))
    session.flush()
    wanted = groups.GroupFilter("0% 再エネ", ["172065"], [13], ["subcommittee"], ["active"])
    assert groups.ids(session, wanted) == [group.pk]
    assert groups.ids(session, groups.GroupFilter(goals=[1])) == []
    assert [card.members for card in groups.of_municipality(session, town.pk)] == [1]
    found = groups.detail(session, group.pk)
    assert found is not None
    assert [seat.public for seat in found.seats] == [True]


def test_counts(session: Session) -> None:
    town = factories.municipality(session)
    factories.challenge(session, town)
    factories.partner(session, town=town)
    assert site.counts(session, OPEN_CHALLENGE) == site.Counts(1, 1, 0, 1)
    assert [card.challenges for card in site.municipality_cards(session, OPEN_CHALLENGE, "172065")] == [1]
    assert site.municipality_cards(session, OPEN_CHALLENGE, "000000") == []
    assert {area: len(keys) for area, keys in site.public_keys(session, PUBLIC_CHALLENGE, 10).items()} == {
        "challenges": 1,
        "partners": 1,
        "collaborations": 0,
        "groups": 0,
    }
    assert MailStatus.DEAD not in ops.mails_by_status(session)
