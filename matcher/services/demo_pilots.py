"""Plays whole lines of work for the demonstration, from a challenge to what came of it; all of it is invented."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from matcher.policy import Actor
from matcher.services import challenges, collaborations, outcomes, pilots, recommendations
from matcher.services.challenge_data import today
from matcher.services.collaborations import CollaborationData
from matcher.services.demo_cast import Cast
from matcher.services.outcomes import Outcome
from matcher.services.pilots import Criterion, PlanData
from models import Collaboration
from models.enums import CollaborationResult, NoteKind
from models.queries import pilots as queries

INVENTED = "デモ用の架空の取組です。実在の団体や事業とは関係ありません。"


@dataclass(frozen=True, kw_only=True)
class Story:
    """One line of work; every number counts days before today, and what did not happen yet is None."""

    challenge: str
    partner: str
    coordinator: str
    introduced: tuple[int, int, int]  #: put forward, invited, accepted
    title: str
    summary: str
    place: str
    plan: PlanData
    laid_down: int
    agreed: tuple[int, int | None]  #: by the city, by the partner
    begun: int | None = None
    until: int = 0
    notes: Sequence[tuple[int, NoteKind, str, bool]] = ()  #: when, what, the words, by the partner
    finished: int | None = None
    outcome: Outcome | None = None
    met: Sequence[tuple[str, bool]] = ()
    targets: Sequence[str] = field(default=())
    solved: bool = False


STORIES = (
    Story(
        challenge="CH-KG-006",
        partner="DEMO-01",
        coordinator="coordinator@kaga.demo.example",
        introduced=(95, 93, 90),
        title="公民館の室温を見える化し、空調のむだを減らす実証",
        summary="地区の公民館4館に電池式のセンサーを置き、使っていない部屋の冷暖房に気付けるようにしました。",
        place="市内の公民館4館",
        plan=PlanData(
            roles="市は場所と電力の記録を用意し、パートナーはセンサーの設置と毎週の報告を受け持つ。",
            data="室温と在室の有無。個人を特定する情報は集めない。",
            safety="機器の落下防止を双方で確認し、不具合のときは当日中に連絡する。",
            cost_city=200_000,
            cost_partner=300_000,
            criteria=(
                Criterion("前年同月と比べた電力使用量の減少", "8", "%以上"),
                Criterion("設置を続けたい館", "3", "館以上"),
            ),
        ),
        laid_down=84,
        agreed=(83, 81),
        begun=80,
        until=20,
        notes=(
            (78, NoteKind.PROGRESS, "4館すべてに設置し、記録を始めました。", True),
            (
                55,
                NoteKind.INCIDENT,
                "1館で電池の接触不良があり、2日分の記録が欠けました。交換済みです。",
                True,
            ),
            (30, NoteKind.PROGRESS, "館長から、貸館の終了時刻に合わせた通知がほしいとの声がありました。", False),
        ),
        finished=18,
        outcome=Outcome(
            CollaborationResult.ADOPTED,
            "電力使用量は平均で11%減り、4館すべてで本格導入を決めました。",
            "減ったのは通知そのものより、館の利用者と消灯の担当を決めた効果が大きく、運用の話し合いを先に行うとよいと分かりました。",
            "翌年度から機器の賃借料を市の予算に計上します。",
        ),
        met=(("11%", True), ("4館", True)),
        targets=("7.3", "11.6"),
        solved=True,
    ),
    Story(
        challenge="CH-KG-019",
        partner="DEMO-01",
        coordinator="coordinator@kaga.demo.example",
        introduced=(70, 69, 66),
        title="センサーの記録を使った理科の授業づくりの実証",
        summary="教室の温度や湿度の記録を子どもが自分で読み解く授業を、小学校2校で試しました。",
        place="市内の小学校2校",
        plan=PlanData(
            roles="学校は授業の時間を確保し、パートナーは機器と教材の案を用意する。",
            data="教室の温度と湿度。児童の情報は扱わない。",
            safety="機器は手の届かない高さに固定する。",
            cost_city=0,
            cost_partner=150_000,
            criteria=(Criterion("続けて使いたいと答えた教員", "6", "割以上"),),
        ),
        laid_down=63,
        agreed=(62, 60),
        begun=59,
        until=28,
        notes=((40, NoteKind.INCIDENT, "行事と重なり、1校で授業を2回見送りました。", False),),
        finished=25,
        outcome=Outcome(
            CollaborationResult.FAILED,
            "授業は予定の半分しか行えず、続けたいと答えた教員は3割でした。",
            "教員の準備の時間を見込んでいませんでした。年間の授業計画が固まる前の2月までに相談を始め、教材は1コマで完結する形にする必要があります。",
        ),
        met=(("3割", False),),
        targets=("4.7",),
    ),
    Story(
        challenge="CH-KG-024",
        partner="DEMO-01",
        coordinator="coordinator@kaga.demo.example",
        introduced=(6, 5, 3),
        title="電池式センサーによる見守りの実証",
        summary="ひとり暮らしの高齢者20世帯にセンサーを置き、異変に気付くまでの時間を確かめる予定です。",
        place="市内2地区の20世帯",
        plan=PlanData(
            roles="市は世帯への説明と民生委員との調整、パートナーは設置と保守を受け持つ。",
            data="室温と動きの有無。同意書で目的と保存期間を示し、実証の終了後に消去する。",
            safety="異変の通知を受ける順番を世帯ごとに決めておく。",
            cost_city=400_000,
            cost_partner=400_000,
            criteria=(
                Criterion("異変に気付くまでの時間", "24", "時間以内"),
                Criterion("使い続けたいと答えた世帯", "7", "割以上"),
            ),
        ),
        laid_down=1,
        agreed=(1, None),
        until=-120,
        targets=("3.8",),
    ),
    Story(
        challenge="CH-KM-002",
        partner="DEMO-03",
        coordinator="coordinator@kumamoto.demo.example",
        introduced=(70, 68, 66),
        title="高校生が運営する共同冷蔵庫の実証",
        summary="商店街の共同冷蔵庫の受け入れと補充を高校生のボランティアが担い、活動を続けやすい形を確かめました。",
        place="中心部の商店街",
        plan=PlanData(
            roles="市は学校との調整、パートナーは機器と予約の仕組み、商店街は場所を受け持つ。",
            data="受け渡しの件数。利用者の氏名は市に渡さない。",
            safety="食品の温度を自動で記録し、外れたときは受け渡しを止める。",
            cost_city=300_000,
            cost_partner=500_000,
            criteria=(Criterion("活動に加わった高校生", "30", "人以上"), Criterion("受け渡しの件数", "200", "件以上")),
        ),
        laid_down=62,
        agreed=(61, 59),
        begun=58,
        until=16,
        notes=((35, NoteKind.PROGRESS, "高校生は24人になりました。試験の期間の当番が課題です。", True),),
        finished=12,
        outcome=Outcome(
            CollaborationResult.ADOPTED,
            "高校生38人が加わり、受け渡しは260件でした。商店街が場所を提供し、活動を続けています。",
            "当番を学校ごとに分けず、曜日ごとの混成にすると、試験の時期にも途切れませんでした。",
            "運営は商店街とパートナーが引き継ぎ、市は学校への周知を続けます。",
        ),
        met=(("38人", True), ("260件", True)),
        targets=("12.3", "17.17"),
    ),
    Story(
        challenge="CH-KM-009",
        partner="DEMO-03",
        coordinator="coordinator@kumamoto.demo.example",
        introduced=(90, 88, 85),
        title="店の冷蔵設備の使い方を見直し、電力を減らす実証",
        summary="協力する店の冷蔵設備の電力を測り、共同冷蔵庫と組み合わせて使う時間を減らせるかを確かめています。",
        place="市内の小売店5店",
        plan=PlanData(
            roles="市は店への声かけ、パートナーは計測と助言を受け持つ。",
            data="設備ごとの電力。店名は公表しない。",
            safety="食品の温度の基準を優先し、下回らないことを毎日確かめる。",
            cost_city=100_000,
            cost_partner=250_000,
            criteria=(Criterion("冷蔵設備の電力の減少", "10", "%以上"),),
        ),
        laid_down=82,
        agreed=(81, 80),
        begun=79,
        until=5,
        notes=((70, NoteKind.PROGRESS, "5店のうち3店で計測を始めました。", True),),
        targets=("7.3",),
    ),
)


def play(cast: Cast) -> None:
    """Tell every story as far as it has come."""
    for story in STORIES:
        _tell(cast, story)


def _tell(cast: Cast, story: Story) -> None:
    city, partner = cast.people[story.coordinator], cast.of_partner(story.partner)
    row = _set_up(cast, story, city, partner)
    _plan(cast, story, row, city, partner)
    if story.begun is None:
        return
    pilots.begin(cast.session, city, row.pk, now=cast.ago(story.begun))
    for days, kind, text, by_partner in story.notes:
        when = cast.ago(days)
        pilots.write_note(cast.session, partner if by_partner else city, row.pk, kind, today(when), text, now=when)
    if story.finished is not None and story.outcome is not None:
        _finish(cast, story, story.outcome, row, city, story.finished)


def _set_up(cast: Cast, story: Story, city: Actor, partner: Actor) -> Collaboration:
    """Introduce both sides, unless the demonstration has done so already, and begin with what they plan."""
    key, house = cast.challenges[story.challenge], cast.partners[story.partner]
    known = queries.introduced(cast.session, key, house)
    if known is None:
        put_forward, invited, accepted = map(cast.ago, story.introduced)
        made = recommendations.add_by_hand(cast.session, city, key, house, matchbook=cast.matchbook, now=put_forward)
        recommendations.approve(cast.session, city, made.pk, message="一度お話を伺わせてください。", now=invited)
        recommendations.accept(cast.session, partner, made.pk, message="ぜひお願いします。", now=accepted)
        known = made
    when = cast.ago(story.laid_down + 1)
    row = collaborations.from_introduction(
        cast.session, city, known.pk, title=story.title, summary=story.summary, now=when
    )
    row.is_demo, row.provenance = True, {"note": INVENTED}
    said = CollaborationData(
        title=story.title, summary=story.summary, department_id=row.department_id, targets=story.targets
    )
    return collaborations.edit(cast.session, city, row.pk, said, None, when)


def _plan(cast: Cast, story: Story, row: Collaboration, city: Actor, partner: Actor) -> None:
    begins = story.begun if story.begun is not None else -30
    period = [today(cast.now - timedelta(days=days)) for days in (begins, story.until)]
    said = PlanData(
        **{name: getattr(story.plan, name) for name in (*pilots.TEXTS, "cost_city", "cost_partner", "criteria")},
        period_from=period[0],
        period_until=period[1],
        place=story.place,
    )
    pilots.lay_down(cast.session, city, row.pk, said, None, now=cast.ago(story.laid_down))
    by_city, by_partner = story.agreed
    pilots.agree(cast.session, city, row.pk, None, now=cast.ago(by_city))
    if by_partner is not None:
        pilots.agree(cast.session, partner, row.pk, None, now=cast.ago(by_partner))


def _finish(cast: Cast, story: Story, outcome: Outcome, row: Collaboration, city: Actor, days: int) -> None:
    criteria = queries.criteria(cast.session, row.pk)
    judged = [(each.pk, result, met) for each, (result, met) in zip(criteria, story.met, strict=True)]
    said = Outcome(outcome.result, outcome.outcome, outcome.learned, outcome.next_step_reason, None, judged)
    outcomes.finish(cast.session, city, row.pk, said, now=cast.ago(days))
    outcomes.publish(cast.session, city, row.pk, now=cast.ago(days - 3))
    if story.solved:
        key = cast.challenges[story.challenge]
        challenges.solve(cast.session, city, key, note=outcome.outcome, now=cast.ago(days - 4))
