"""Whether two distributions differ: by hand, and with too little to say."""

import math

import pytest

from matcher.engine.drift import FEW, SHIFTED, Distribution, Drift, stability


def test_stability_by_hand() -> None:
    assert stability([0.5, 0.5], [0.5, 0.5]) == 0
    assert stability([0.5, 0.5], [0.75, 0.25]) == pytest.approx(0.25 * math.log(1.5) - 0.25 * math.log(0.5), abs=1e-4)
    assert stability([1.0, 0.0], [0.0, 1.0]) > SHIFTED, "an empty bin does not divide by zero"


def test_bins_are_filled_equally_at_first_and_kept_for_what_comes_later() -> None:
    rows = [(number / 100, 3 if number > 49 else 1) for number in range(100)]
    then = Distribution.of(rows)
    assert then.scores == pytest.approx([0.1] * 10)
    assert then.fits == [0, 0.5, 0, 0.5]
    same = Drift.between(then, rows)
    assert (same.scores, same.fits) == (0, 0)
    lower = Drift.between(then, [(score - 0.3, 1) for score, _ in rows])
    assert lower.scores is not None
    assert lower.scores > SHIFTED
    assert lower.fits is not None
    assert lower.fits > SHIFTED


def test_little_says_nothing() -> None:
    then = Distribution.of([(0.5, 2)] * 100)
    assert Drift.between(then, [(0.1, 0)] * (FEW - 1)).scores is None
    assert Drift.between(Distribution.of([]), [(0.1, 0)] * 100).scores is None
