"""Partner with partner: complementary, not merely similar. What one seeks is held against what the other offers."""

from collections.abc import Collection, Mapping
from itertools import zip_longest

from matcher.engine.corpus import Corpus, Query
from matcher.engine.features import MINOR
from matcher.engine.fit import likeness_of
from matcher.engine.frame import Frame
from matcher.engine.rank import in_order, rank
from matcher.engine.score import DEFAULT, POOL, Weights, score
from matcher.engine.types import Candidate, Feature, Fit, Mask, Ranking, Signal

ENOUGH_EVIDENCE = 4  # two pairs a direction
USUAL = 1.0  # margin of likeness that whoever works in one field has: what every tenth unrelated pair reaches
Found = dict[str, Candidate]


def partners_for_partner(
    offering: Query | None,
    seeking: Query | None,
    offers: Corpus,
    seeks: Corpus,
    frame: Frame,
    *,
    limit: int = 20,
    allowed: Mask | None = None,
    weights: Weights = DEFAULT,
    minor: Mapping[str, float] = MINOR,
) -> Ranking:
    """Partners that offer what this one seeks, that seek what it offers, or both; `allowed` is a mask over `offers`.

    `offering` and `seeking` are this partner's two sides, None where it has said nothing. A score is the mean of both
    directions; a direction of which nothing is said counts as an unrelated pair would. So with nothing said on either
    side there is no answer, rather than a list of look-alikes. Who offers what this one offers speaks of the same
    things in both directions: likeness of offers beyond the usual is taken off, margin for margin.
    """
    may = set(offers.owners if allowed is None else (o for o, ok in zip(offers.owners, allowed, strict=True) if ok))
    may -= {query.owner for query in (offering, seeking) if query is not None}
    sides = ((seeking, offers), (offering, seeks))
    known = (weights, minor)
    shortlist = set().union(*(_found(query, corpus, frame, known, may, POOL, 0) for query, corpus in sides))
    ours, theirs = (_found(query, corpus, frame, known, shortlist, len(shortlist), 0) for query, corpus in sides)
    neutral = float(frame.match_scale.median)
    alike = _likeness(offering, offers, frame, weights, shortlist)
    scores = {
        owner: (_score(ours, owner, neutral) + _score(theirs, owner, neutral)) / 2 - _rivalry(alike, owner, frame)
        for owner in sorted(shortlist)
    }
    best = [list(scores)[i] for i in in_order(list(scores.values()), list(scores), limit)]
    ours, theirs = (_found(query, corpus, frame, known, best, limit, limit) for query, corpus in sides)
    rivals = {o for o, value in alike.items() if likeness_of(value, frame.likeness_scale, True).level >= Fit.FAIR.level}
    candidates = [
        _candidate(o, r, scores[o], ours.get(o), theirs.get(o), neutral, _rivalry(alike, o, frame), o in rivals)
        for r, o in enumerate(best, 1)
    ]
    semantic = all(query.semantic for query in (offering, seeking) if query is not None)
    return Ranking(tuple(candidates), len(may), semantic)


def _found(
    query: Query | None,
    corpus: Corpus,
    frame: Frame,
    weights: tuple[Weights, Mapping[str, float]],
    owners: Collection[str],
    limit: int,
    explained: int,
) -> Found:
    """The candidates among `owners` in one direction, by owner."""
    if query is None or not owners:
        return {}
    mask = corpus.mask(owners)
    named, minor = weights
    ranking = rank(
        query, corpus, frame, limit=limit, allowed=mask, weights=named, minor=minor, fit_by=DEFAULT, explained=explained
    )
    return {candidate.owner: candidate for candidate in ranking.candidates}


def _score(found: Mapping[str, Candidate], owner: str, neutral: float) -> float:
    return found[owner].score if owner in found else neutral


def _likeness(
    offering: Query | None, offers: Corpus, frame: Frame, weights: Weights, owners: Collection[str]
) -> dict[str, float]:
    """How alike what each owner offers is to what this one offers; without vectors nobody knows."""
    if offering is None or not offering.semantic or not owners:
        return {}
    scored = score(offering, offers, frame, weights, allowed=offers.mask(owners), pool=len(owners))
    names = (offers.owners[row] for row in scored.rows.tolist())
    return dict(zip(names, scored.text_scores(weights).tolist(), strict=True))


def _rivalry(alike: Mapping[str, float], owner: str, frame: Frame) -> float:
    """What likeness beyond the usual takes off, in units of the score."""
    if owner not in alike:
        return 0.0
    return max(0.0, frame.likeness_scale.margin(alike[owner]) - USUAL) * frame.match_scale.step


def _candidate(
    owner: str,
    place: int,
    score: float,
    ours: Candidate | None,
    theirs: Candidate | None,
    neutral: float,
    rivalry: float,
    rival: bool,
) -> Candidate:
    sides = [side for side in (ours, theirs) if side is not None]
    evidence = [pair for pairs in zip_longest(*(side.evidence for side in sides)) for pair in pairs if pair is not None]
    signals = list(ours.signals if ours else ())
    if theirs is not None and theirs.fit is not Fit.NONE:
        signals.insert(0, Signal("seeks_this", True))
    if ours is not None and ours.fit is not Fit.NONE:
        signals.insert(0, Signal("offers_sought", True))
    if rival:
        signals.append(Signal("offers_alike", False))
    return Candidate(
        owner=owner,
        rank=place,
        score=round(score, 5),
        fit=max((side.fit for side in sides), key=lambda fit: fit.level),
        features={
            "sought": Feature(ours.score if ours else neutral, 0.5),
            "seeking": Feature(theirs.score if theirs else neutral, 0.5),
            "alike": Feature(rivalry, -1.0),
        },
        evidence=tuple(evidence[:ENOUGH_EVIDENCE]),
        signals=tuple(signals),
    )
