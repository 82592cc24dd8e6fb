"""Measures both sides of a match at once: a pair counts fully when the challenge finds the partner and the other way.

Source of the five names and ideas: Yang, Dai, Hou, Zhao, Xu, Song, Zhu, "Revisiting Reciprocal Recommender Systems:
Metrics, Formulation, and Method" (KDD 2024, arXiv 2408.09748). As used here, for lists of length k of all challenges
and of all partners, and the set M of known pairs (which is far from complete, so precision is a lower bound):

  coverage   C = pairs that stand in the list of at least one side; stability S = pairs that stand in both lists
  CRecall    |M ∩ C| / |M|        CPrecision  |M ∩ C| / |C|
  SRecall    |M ∩ S| / |M|        SPrecision  |M ∩ S| / |S|
  RNDCG      (n · nDCG of the challenges + m · nDCG of the partners) / (n + m), n and m those with a known pair
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from matcher.engine.evaluate import METRICS, Estimate, Values, estimate, measure

K = 10
NDCG, RECALL = METRICS.index("nDCG@10"), METRICS.index("R@10")
Pair = tuple[str, str]
Rankings = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Reciprocal:
    """See the module; `partner_*` are nDCG@10 and recall at 10 of the partners that have a known challenge."""

    c_recall: float
    c_precision: float
    s_recall: float
    s_precision: float
    rndcg: float
    partner_ndcg: Estimate
    partner_recall: Estimate
    partners: int


def turned(relevant: Mapping[str, Collection[str]]) -> dict[str, set[str]]:
    """The same known pairs from the other side."""
    found: dict[str, set[str]] = {}
    for challenge, partners in relevant.items():
        for partner in sorted(partners):
            found.setdefault(partner, set()).add(challenge)
    return found


def reciprocal(
    of_challenges: Rankings, of_partners: Rankings, relevant: Mapping[str, Collection[str]], k: int = K
) -> Reciprocal:
    """`of_challenges` ranks partners for each challenge, `of_partners` challenges for each partner."""
    known = set(_pairs({challenge: sorted(partners) for challenge, partners in relevant.items()}))
    forth = set(_pairs({challenge: ranked[:k] for challenge, ranked in of_challenges.items()}))
    back = {(c, p) for p, c in _pairs({partner: ranked[:k] for partner, ranked in of_partners.items()})}
    wanted = turned(relevant)
    asking, answering = measure(of_challenges, relevant), measure(of_partners, wanted)
    return Reciprocal(
        c_recall=_share(known & (forth | back), known),
        c_precision=_share(known & (forth | back), forth | back),
        s_recall=_share(known & forth & back, known),
        s_precision=_share(known & forth & back, forth & back),
        rndcg=_balanced(asking[:, NDCG], answering[:, NDCG]),
        partner_ndcg=estimate(answering[:, NDCG]),
        partner_recall=estimate(answering[:, RECALL]),
        partners=len(answering),
    )


def _pairs(rankings: Rankings) -> Iterator[Pair]:
    return ((owner, other) for owner, ranked in rankings.items() for other in ranked)


def _share(part: Collection[Pair], whole: Collection[Pair]) -> float:
    return len(part) / len(whole) if whole else 0.0


def _balanced(asking: Values, answering: Values) -> float:
    count = len(asking) + len(answering)
    return float((asking.sum() + answering.sum()) / count) if count else 0.0
