"""From a score to an honest word: how likely it is that people would have chosen this pair, and what to call that.

Measured on 113 challenges of 72 municipalities and 305 organisations (tests/elsewhere) that no training saw: of the
pairs whose score stands out by m (`Scale.margin`) the share that the cities in fact chose follows a logistic curve in
m. Other organisations might have served as well, so it understates.
"""

import math

from matcher.engine.frame import Scale
from matcher.engine.types import Fit

STEEPNESS, MIDDLE = 2.5, 3.1
#: the least likelihood for each word; about one partner in 300 is strong for a challenge, three are fair, eight weak
WORDS = ((Fit.STRONG, 0.33), (Fit.FAIR, 0.1), (Fit.WEAK, 0.03))
#: documents of one role have no such curve: how many of the unrelated ones they must be ahead of
LIKENESS = ((Fit.STRONG, 0.995), (Fit.FAIR, 0.97), (Fit.WEAK, 0.9))


def likelihood(text_score: float, scale: Scale) -> float:
    """0..1, that a city that has this need would choose this partner. Facts (region, stage …) are not in it."""
    return 1 / (1 + math.exp(min(50.0, STEEPNESS * (MIDDLE - scale.margin(text_score)))))


def fit_of(text_score: float, scale: Scale, semantic: bool) -> Fit:
    """Facts do not make a fit: a partner nearby with capacity and the wrong profession is still no match.

    Words alone are weak at best: without vectors nobody knows what they mean.
    """
    if not semantic:
        return Fit.WEAK if text_score > 0 else Fit.NONE
    return _word(likelihood(text_score, scale), WORDS)


def likeness_of(text_score: float, scale: Scale, semantic: bool) -> Fit:
    """The same word for two documents of one role."""
    if not semantic:
        return Fit.WEAK if text_score > 0 else Fit.NONE
    return _word(scale.exceeds(text_score), LIKENESS)


def _word(value: float, least: tuple[tuple[Fit, float], ...]) -> Fit:
    return next((fit for fit, bound in least if value >= bound), Fit.NONE)
