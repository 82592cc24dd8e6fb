"""Measures the engine on what the offices of this installation decided themselves, for ``match evaluate --history``."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from sqlmodel import Session

from matcher.engine.corpus import Query
from matcher.engine.evaluate import METRICS, Estimate, difference, estimate, estimates, measure
from matcher.engine.evaluate_abstention import auroc
from matcher.engine.rank import rank
from matcher.engine.score import Weights
from matcher.services import corpora
from matcher.services.corpora import CHALLENGES, PARTNERS, Library
from models.queries.decisions import Decision, decisions
from web.cli.match_measure import NDCG, Change
from web.cli.match_text import shown

ENOUGH_DECISIONS, ENOUGH_CHALLENGES = 30, 10
Scores = Mapping[str, Mapping[str, float]]  # by challenge and partner


class TooFew(Exception):
    """There are not enough decisions yet; the message says how many."""


@dataclass(frozen=True)
class History:
    """How today's engine orders what people decided.

    `figures`: the approved partners among all public ones. `told_apart`: per challenge with both, how often an
    approved partner scores above a declined one (.5 is chance); `at_the_time` is the same for the scores shown then.
    """

    decisions: int
    approved: int
    challenges: int
    both: int
    figures: Mapping[str, Estimate]
    told_apart: Estimate
    at_the_time: Estimate
    against: Change | None = None


def measure_history(
    session: Session, library: Library, weights: Weights, against: Weights | None = None, town: str | None = None
) -> History:
    """From stored decisions and stored vectors: no encoder is needed. Raises TooFew.

    What follows from a decision may not help to guess it, so capacity left and past collaborations count nothing.
    """
    made = [d for d in decisions(session, town) if str(d.partner_id) in library.corpus(PARTNERS)]
    approved = _by_challenge([d for d in made if d.fits])
    if len(made) < ENOUGH_DECISIONS or len(approved) < ENOUGH_CHALLENGES:
        raise TooFew(
            f"{len(made)} decisions, {len(approved)} challenges with an approved partner; "
            f"figures need {ENOUGH_DECISIONS} and {ENOUGH_CHALLENGES}"
        )
    scores = _scores(session, library, weights, sorted({d.challenge_id for d in made}))
    values = measure(_in_order(scores), approved)
    both = [challenge for challenge in approved if any(not d.fits and str(d.challenge_id) == challenge for d in made)]
    then = _stored(made)
    compared = None
    if against is not None:
        others = measure(_in_order(_scores(session, library, against, [int(c) for c in approved])), approved)
        compared = Change(estimate(others[:, NDCG]), difference(values, others))
    return History(
        decisions=len(made),
        approved=sum(d.fits for d in made),
        challenges=len(approved),
        both=len(both),
        figures=estimates(values),
        told_apart=estimate(_told_apart(scores, made, both)),
        at_the_time=estimate(_told_apart(then, made, both)),
        against=compared,
    )


def as_json(history: History) -> dict[str, Any]:
    return asdict(history)


def as_text(history: History) -> str:
    """A few lines for a terminal."""
    figures = "  ".join(f"{name} {history.figures[name].mean:.3f}" for name in METRICS)
    lines = [
        f"{history.decisions} decisions, {history.approved} of them approvals, {history.challenges} challenges",
        "Only what was on a list could be decided, so these figures flatter whatever engine made the lists.",
        "",
        f"approved partners among all public ones: {figures}",
        f"approved above declined ({history.both} challenges with both; .5 is chance): "
        f"{shown(history.told_apart)}; scores shown at the time: {shown(history.at_the_time)}",
    ]
    if history.against is not None:
        lines.append(f"against: nDCG@10 {shown(history.against.ndcg)}; ahead of it by {shown(history.against.ahead)}")
    return "\n".join(lines)


def _scores(session: Session, library: Library, weights: Weights, challenges: Sequence[int]) -> Scores:
    """Today's score of every partner for each challenge that still says something."""
    blind = replace(weights, capacity=0.0, past=0.0)
    partners = library.corpus(PARTNERS)
    found: dict[str, dict[str, float]] = {}
    for document in corpora.documents(session, CHALLENGES, challenges, library.model):
        query = Query.of(document, CHALLENGES.role, library.frame)
        answer = rank(query, partners, library.frame, limit=len(partners), weights=blind, explained=0)
        found[document.owner] = {candidate.owner: candidate.score for candidate in answer.candidates}
    return found


def _in_order(scores: Scores) -> dict[str, list[str]]:
    """Candidates come best first, and dictionaries keep their order."""
    return {challenge: list(partners) for challenge, partners in scores.items()}


def _by_challenge(made: Sequence[Decision]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for decision in made:
        found[str(decision.challenge_id)].add(str(decision.partner_id))
    return dict(found)


def _stored(made: Sequence[Decision]) -> Scores:
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for decision in made:
        if decision.score is not None:
            found[str(decision.challenge_id)][str(decision.partner_id)] = decision.score
    return found


def _told_apart(scores: Scores, made: Sequence[Decision], challenges: Sequence[str]) -> np.ndarray[Any, Any]:
    """One number a challenge; pairs without a score are left out."""
    values = []
    for challenge in challenges:
        known = scores.get(challenge, {})
        sides: tuple[list[float], list[float]] = ([], [])
        for decision in made:
            if str(decision.challenge_id) == challenge and str(decision.partner_id) in known:
                sides[decision.fits].append(known[str(decision.partner_id)])
        if all(sides):
            values.append(auroc(np.array(sides[True]), np.array(sides[False])))
    return np.array(values, np.float64)
