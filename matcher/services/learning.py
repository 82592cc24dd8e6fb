"""Learns ranking models from what offices and partners decided, and brings them into use only when they are better."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlmodel import Session

from matcher import policy
from matcher.engine import learn
from matcher.engine.drift import Distribution, Drift
from matcher.engine.evaluate_exposure import gini
from matcher.engine.features import all_weights
from matcher.engine.learn import Comparison, DecidedList, Listed, Seen
from matcher.engine.score import Weights
from matcher.errors import InvalidTransition, NotAllowed
from matcher.lifecycles import RANKING_MODEL
from matcher.policy import SYSTEM, Actor, Subject
from matcher.services import exposures, flow
from matcher.services.ranking_models import in_use
from models import RankingModel
from models.enums import DeclineReason, RankingModelStatus, RefusalReason
from models.enums import RecommendationStatus as R
from models.queries import exposures as exposure_queries
from models.queries import ranking_models as queries
from models.queries.ranking_models import Decided

#: what a decision says of the fit, 0 to 1: introduced at the top, found fitting by the office alone somewhat below
GRADES = {R.INTRODUCED: 1.0, R.ACCEPTED: 1.0, R.INVITED: 0.6, R.APPROVED: 0.6}
#: a partner that could not, though it fits, is no worse for it; one that says it does not fit is
UNFIT = frozenset({RefusalReason.NOT_OUR_FIELD.value, RefusalReason.REGION.value})
#: these reasons say nothing of the fit: the candidate is left out
NO_VERDICT = frozenset({DeclineReason.ALREADY_WORKING.value, DeclineReason.CONFLICT_OF_INTEREST.value})
RECENT = timedelta(days=30)
BEFORE = timedelta(days=120)
YEAR = timedelta(days=365)
EVERYWHERE = Subject()


@dataclass(frozen=True)
class Readiness:
    """How much there is to learn from, and how much it takes."""

    lists: int
    decisions: int

    @property
    def enough(self) -> bool:
        return self.lists >= learn.MIN_LISTS and self.decisions >= learn.MIN_DECISIONS


@dataclass(frozen=True)
class Month:
    """What was decided in one month: how many, how many of them approved, and how many of these accepted."""

    year: int
    month: int
    decided: int
    approved: int
    accepted: int


@dataclass(frozen=True)
class Attention:
    """How evenly partners were shown of late."""

    gini: float
    share: float
    partners: int


def decided_lists(session: Session) -> list[DecidedList]:
    """Every challenge on which something was decided, as far as its inputs can be compared with today's."""
    rows = queries.decided(session, queries.latest_basis(session))
    return [_list(key, list(group)) for key, group in groupby(rows, key=lambda row: row.challenge_id)]


def readiness(lists: Iterable[DecidedList]) -> Readiness:
    """How much of that tells something."""
    telling = [one for one in lists if one.tells]
    return Readiness(len(telling), sum(one.decisions for one in telling))


def train(session: Session, actor: Actor, *, now: datetime) -> RankingModel:
    """Learn a candidate from the earlier decisions and judge it by the later ones; an older candidate is dismissed.

    Raises NotAllowed("too_few_decisions").
    """
    policy.require(actor, "ranking_model.train", EVERYWHERE)
    lists = decided_lists(session)
    ready = readiness(lists)
    if not ready.enough:
        raise NotAllowed("too_few_decisions", lists=ready.lists, decisions=ready.decisions)
    earlier, frozen = learn.split(lists)
    used, depths = in_use(session), exposure_queries.depths(session, (now - YEAR).date())
    seen = Seen(depths)
    weights = learn.learn(earlier, used.weights, seen)
    for waiting in queries.of_status(session, RankingModelStatus.CANDIDATE):
        _move(session, SYSTEM, waiting, "dismiss", now)
    row = RankingModel(
        status=RankingModelStatus.CANDIDATE,
        basis=queries.latest_basis(session),
        weights=weights.as_dict(),
        compared_with=used.weights.as_dict(),
        previous_id=used.model_id,
        trained_on=_counts(earlier) | {"depths": depths},
        figures=_figures(learn.compare(frozen, weights, used.weights, seen)),
        frozen=[asdict(one) for one in frozen],
        created_by_id=actor.user_id,
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    flow.record(session, actor, "ranking_model.trained", row, EVERYWHERE, now, **_counts(earlier))
    return row


def activate(session: Session, actor: Actor, model_id: int, *, now: datetime) -> RankingModel:
    """Bring a candidate into use, if it still beats what is in use on the decisions that it has never seen.

    Raises NotAllowed("not_better"), or InvalidTransition when it is no candidate.
    """
    row = flow.locked(session, RankingModel, model_id)
    policy.require(actor, "ranking_model.activate", EVERYWHERE)
    RANKING_MODEL.find("activate", row.status)
    used = in_use(session)
    judged = judge(row, used.weights)
    if not judged.better:
        raise NotAllowed("not_better", low=judged.difference.low)
    _retire_active(session, actor, now)
    _move(session, actor, row, "activate", now, **{"from": used.model_id})
    row.figures, row.compared_with, row.previous_id = _figures(judged), used.weights.as_dict(), used.model_id
    _into_use(session, actor, row, now)
    return row


def roll_back(session: Session, actor: Actor, *, now: datetime) -> RankingModel | None:
    """Go back to the model that was in use before the present one; None for the built-in weights.

    Raises InvalidTransition when these are in use already.
    """
    policy.require(actor, "ranking_model.retire", EVERYWHERE)
    present = queries.active(session)
    if present is None:
        raise InvalidTransition("ranking_model", "roll_back", "built_in")
    before = flow.locked(session, RankingModel, present.previous_id) if present.previous_id is not None else None
    _retire_active(session, actor, now)
    if before is not None:
        _move(session, actor, before, "restore", now, **{"from": present.pk})
        _into_use(session, actor, before, now)
    return before


def dismiss(session: Session, actor: Actor, model_id: int, *, now: datetime) -> RankingModel:
    """Set a candidate aside. Raises InvalidTransition when it is none."""
    row = flow.locked(session, RankingModel, model_id)
    _move(session, actor, row, "dismiss", now)
    row.retired_at = now
    return row


def judge(row: RankingModel, present: Weights) -> Comparison:
    """Replay a model's frozen decisions under its weights and under `present`."""
    seen = Seen({int(depth): views for depth, views in row.trained_on["depths"].items()})
    return learn.compare([_thawed(one) for one in row.frozen], learn.weights_of(row.weights), present, seen)


def drift(session: Session, now: datetime) -> Drift:
    """What the model in use has put forward of late, against what it put forward when it came into use.

    The built-in weights came into use with the program: theirs is compared with the months before.
    """
    row = queries.active(session)
    recent = queries.scores(session, now - RECENT, now, row.pk if row else None)
    if row is None:
        return Drift.between(Distribution.of(queries.scores(session, now - BEFORE, now - RECENT, None)), recent)
    return Drift.between(Distribution(**row.at_activation), recent)


def months(session: Session, now: datetime) -> list[Month]:
    """The decisions of the past year by month, the earliest first; months without any are left out."""
    rows = queries.decisions(session, now - YEAR)
    found = []
    for (year, month), group in groupby(rows, key=lambda row: (row[0].year, row[0].month)):
        statuses = [status for _, status in group]
        approved = [status for status in statuses if status is not R.DECLINED]
        accepted = [status for status in approved if status in (R.ACCEPTED, R.INTRODUCED)]
        found.append(Month(year, month, len(statuses), len(approved), len(accepted)))
    return found


def attention(session: Session, now: datetime) -> Attention:
    """How evenly partners were shown to offices of late; partners that nobody saw count."""
    given = exposures.attention_given(session, now)
    partners = max(exposure_queries.registered_partners(session), len(given))
    amounts = [*given.values(), *[0.0] * (partners - len(given))]
    return Attention(gini(amounts), len(given) / max(partners, 1), partners)


def _list(challenge_id: int, rows: list[Decided]) -> DecidedList:
    """Rows whose decision says nothing of the fit are left out; who waits for a decision may have been passed over."""
    items = [
        Listed(str(row.partner_id), row.inputs, _grade(row), row.rank or 0)
        for row in rows
        if row.status is R.PROPOSED or _grade(row) is not None
    ]
    moments = [row.decided_at.timestamp() for row in rows if row.decided_at is not None]
    return DecidedList(str(challenge_id), min(moments), tuple(items))


def _grade(row: Decided) -> float | None:
    if row.status is R.DECLINED:
        return None if row.reason in NO_VERDICT else 0.0
    if row.status is R.REFUSED:
        return 0.0 if row.reason in UNFIT else GRADES[R.APPROVED]
    return GRADES.get(row.status)


def _counts(lists: Sequence[DecidedList]) -> dict[str, int]:
    grades = [item.grade for one in lists for item in one.items if item.grade is not None]
    return {"lists": len(lists), "decisions": len(grades), "chosen": sum(grade > 0 for grade in grades)}


def _figures(judged: Comparison) -> dict[str, Any]:
    return asdict(judged) | {"better": judged.better}


def _thawed(stored: dict[str, Any]) -> DecidedList:
    return DecidedList(stored["key"], stored["moment"], tuple(Listed(**item) for item in stored["items"]))


def _retire_active(session: Session, actor: Actor, now: datetime) -> None:
    """First of all: there is never more than one in use."""
    present = queries.active(session)
    if present is not None:
        _move(session, actor, present, "retire", now)
        present.retired_at = now
        session.flush()


def _into_use(session: Session, actor: Actor, row: RankingModel, now: datetime) -> None:
    """Note who did it, and what the model would have put forward of late: what later lists are compared with."""
    row.activated_by_id, row.activated_at, row.retired_at = actor.user_id, now, None
    weights = all_weights(learn.weights_of(row.weights).as_dict())
    rows = queries.inputs(session, now - BEFORE, row.basis)
    scores = [(learn.scored(values, weights), fit) for values, fit in rows]
    row.at_activation = asdict(Distribution.of(scores))
    session.flush()


def _move(session: Session, actor: Actor, row: RankingModel, action: str, now: datetime, **detail: Any) -> None:
    flow.move(session, actor, RANKING_MODEL, row, action, EVERYWHERE, now, **detail)
