"""Plays some weeks in the life of the demonstration, so that a first visitor sees every state of a match."""

from datetime import datetime

from sqlmodel import Session

from matcher.policy import Actor, Seat
from matcher.services import demo_applications, demo_pilots, group_life, groups, interests, recommendations
from matcher.services.demo_cast import Cast
from matcher.services.demo_data import ACCOUNTS
from matcher.services.group_data import GroupData
from matcher.services.matchbook import Matchbook
from models import Challenge, Partner, Recommendation, WorkingGroup
from models.enums import DeclineReason, GroupKind, RefusalReason
from models.enums import RecommendationStatus as R
from models.queries import accounts as account_queries
from models.queries import recommendations as queries
from models.queries import upkeep

SENSOR, SATOYAMA, FRIDGE = "DEMO-01", "DEMO-02", "DEMO-03"
KAGA, KUMAMOTO = "coordinator@kaga.demo.example", "coordinator@kumamoto.demo.example"
#: challenge → the account that asks the matcher for partners
RUNS = {
    **dict.fromkeys(("CH-KG-024", "CH-KG-022", "CH-KG-023", "CH-KG-001", "CH-KG-011", "CH-KG-016", "CH-KG-025"), KAGA),
    **dict.fromkeys(("CH-KM-003", "CH-KM-008", "CH-KM-017", "CH-KM-023"), KUMAMOTO),
}
SHOWN = 10


def enact(session: Session, matchbook: Matchbook, now: datetime) -> bool:
    """Play it, once; False when it has been played, or when the demonstration is not there or has been changed."""
    cast = _cast(session, matchbook, now)
    needed = {SENSOR, SATOYAMA, FRIDGE} <= set(cast.partners) and set(RUNS) <= set(cast.challenges)
    if not needed or len(cast.people) < len(ACCOUNTS) or upkeep.put_forward(session, cast.partners[SENSOR]):
        return False
    _ask_the_matcher(cast)
    _show_interest(cast)
    _introduce(cast)
    _invite(cast)
    _refuse(cast)
    _set_aside(cast)
    _meet(cast)
    demo_pilots.play(cast)
    demo_applications.play(cast)
    return True


def _cast(session: Session, matchbook: Matchbook, now: datetime) -> Cast:
    users = upkeep.people(session, [account.email for account in ACCOUNTS])
    people = {}
    for email, user in users.items():
        held = account_queries.memberships(session, user.pk)
        seats = tuple(Seat(m.role, m.municipality_id, m.partner_id, m.department_id) for m in held)
        people[email] = Actor(user.pk, seats, user.is_admin, name=user.name)
    return Cast(
        session,
        matchbook,
        now,
        upkeep.outside_keys(session, Challenge),
        upkeep.outside_keys(session, Partner),
        upkeep.outside_keys(session, WorkingGroup),
        people,
    )


def _show_interest(cast: Cast) -> None:
    """Two hands are raised: the coordinators find them in their work lists."""
    for partner, challenge, days, message in (
        (SATOYAMA, "CH-KG-025", 2, "温泉地に泊まる方に、里山での薪づくり体験を組み合わせた回遊を提案できます。"),
        (FRIDGE, "CH-KM-008", 1, "資源回収の拠点に共同冷蔵庫を並べ、食品の受け渡しも一緒に行う形を試してみたいです。"),
    ):
        actor, key = cast.of_partner(partner), cast.partners[partner]
        interests.show(cast.session, actor, cast.challenges[challenge], key, message, now=cast.ago(days))


def _ask_the_matcher(cast: Cast) -> None:
    """Everything stays proposed until a coordinator decides; an empty index leaves the lists empty."""
    for challenge, email in RUNS.items():
        key, actor = cast.challenges[challenge], cast.people[email]
        recommendations.run(cast.session, actor, key, cast.matchbook, limit=SHOWN, now=cast.ago(6))
    town = min(cast.people[KAGA].municipality_ids)
    recommendations.run_for_partner(
        cast.session, cast.people[KAGA], town, cast.partners[SENSOR], cast.matchbook, limit=SHOWN, now=cast.ago(6)
    )


def _put_forward(cast: Cast, challenge: str, email: str) -> Recommendation:
    return recommendations.add_by_hand(
        cast.session,
        cast.people[email],
        cast.challenges[challenge],
        cast.partners[SENSOR],
        matchbook=cast.matchbook,
        now=cast.ago(6),
    )


def _introduce(cast: Cast) -> None:
    row = _put_forward(cast, "CH-KG-024", KAGA)
    message = "費用を抑えた見守りの方式に関心があります。長寿課を交えてお話を伺えればと思います。"
    recommendations.approve(cast.session, cast.people[KAGA], row.pk, message=message, now=cast.ago(5))
    answer = "ぜひお話しさせてください。試作機をお持ちします。来週の前半ですと都合がつきます。"
    recommendations.accept(cast.session, cast.of_partner(SENSOR), row.pk, message=answer, now=cast.ago(3))


def _invite(cast: Cast) -> None:
    """This one waits for the partner's answer."""
    row = _put_forward(cast, "CH-KG-022", KAGA)
    message = "停電時にも動くセンサーを、避難所の環境を確かめる手段として試せないか検討しています。"
    recommendations.approve(cast.session, cast.people[KAGA], row.pk, message=message, now=cast.ago(2))


def _refuse(cast: Cast) -> None:
    row = _put_forward(cast, "CH-KM-003", KUMAMOTO)
    message = "健康づくりの行動を確かめる方法として、センサーの活用を相談させてください。"
    recommendations.approve(cast.session, cast.people[KUMAMOTO], row.pk, message=message, now=cast.ago(4))
    note = "年度内は加賀市での取組に人手を充てるため、来年度に改めてご相談させてください。"
    recommendations.refuse(
        cast.session, cast.of_partner(SENSOR), row.pk, RefusalReason.NO_CAPACITY, note, now=cast.ago(1)
    )


def _set_aside(cast: Cast) -> None:
    """Of what the matcher found for the first challenge, the last one is declined."""
    proposed = [row for row in queries.of_challenge(cast.session, cast.challenges["CH-KG-024"]) if row.rank]
    open_ones = [row for row in proposed if row.status is R.PROPOSED]
    if open_ones:
        last = max(open_ones, key=lambda row: row.rank or 0)
        recommendations.decline(cast.session, cast.people[KAGA], last.pk, DeclineReason.OFF_TARGET, "", now=cast.ago(5))


def _meet(cast: Cast) -> None:
    """One partner sits in two groups and would like to found a third, one is waiting to be let in."""
    for partner, group, days in (
        (SENSOR, "SCH-KM-07", 20),
        (SENSOR, "SCH-KG-03", 15),
        (FRIDGE, "SCH-KG-02", 1),
    ):
        actor, key = cast.of_partner(partner), cast.partners[partner]
        seat = groups.join(cast.session, actor, cast.groups[group], key, now=cast.ago(days))
        if group == "SCH-KG-03":
            groups.admit(cast.session, cast.people[KAGA], seat.pk, now=cast.ago(days - 1))
    town, key = min(cast.people[KAGA].municipality_ids), cast.partners[SENSOR]
    wanted = GroupData(
        name="見守りと防災の分科会",
        kind=GroupKind.SUBCOMMITTEE,
        purpose="ひとり暮らしの高齢者の見守りと、災害時の安否の確認を、地域の団体と一緒に進める。",
        conditions="二か月に一度、市内で集まる。",
        goals=(3, 11),
    )
    group_life.propose(cast.session, cast.of_partner(SENSOR), town, key, wanted, now=cast.ago(2))
