"""Many intervals at once against SciPy, and intervals of sums against simulation."""

from collections.abc import Callable
from typing import Literal

import numpy as np
import pytest
from scipy.stats import binomtest

from defect_app.decision import Costs, InspectionThresholds
from defect_app.evaluation.intervals import (
    bootstrap_interval,
    exact_bounds,
    exact_upper_bound,
    proportion,
    weighted_sum_interval,
    wilson_bounds,
)
from defect_app.evaluation.line import line_figures
from defect_app.evaluation.thresholds import VerdictCounts

Bounds = Callable[[int, int, float], tuple[np.ndarray, np.ndarray]]
Method = Literal["wilson", "exact"]

PAIRS = [(0, 1), (1, 1), (0, 453), (1, 453), (30, 61), (262, 262), (99_999, 100_000)]


@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
@pytest.mark.parametrize(("count", "n"), PAIRS)
def test_bounds_are_scipys(count: int, n: int, confidence: float) -> None:
    tested = binomtest(count, n)
    methods: tuple[tuple[Bounds, Method], ...] = ((wilson_bounds, "wilson"), (exact_bounds, "exact"))
    for bounds, method in methods:
        low, high = bounds(count, n, confidence)
        expected = tested.proportion_ci(confidence, method=method)
        assert (float(low), float(high)) == pytest.approx((expected.low, expected.high), abs=1e-10)
    upper = binomtest(count, n, alternative="less").proportion_ci(confidence, method="exact").high
    assert float(exact_upper_bound(count, n, confidence)) == pytest.approx(upper, abs=1e-10)


def test_arrays_give_the_bounds_of_each_and_no_pictures_say_nothing() -> None:
    for bounds in (wilson_bounds, exact_bounds):
        low, high = bounds([0, 5, 0], [10, 10, 0])
        assert (low[2], high[2]) == (0, 1)
        assert float(low[1]) == pytest.approx(float(bounds(5, 10)[0]))
        assert low.shape == high.shape == (3,)
    assert proportion(0, 0).words == "no photos to tell from"


def test_a_rate_just_short_of_all_is_not_said_to_be_all() -> None:
    assert proportion(99_999, 100_000).words.startswith("99.99 %")


def test_the_interval_of_a_sum_has_its_parts_as_limits() -> None:
    part = proportion(3, 50)
    assert weighted_sum_interval([10, 0], [part, proportion(1, 2)]) == pytest.approx((10 * part.low, 10 * part.high))
    assert weighted_sum_interval([10], [proportion(0, 0)]) == (0, 10)


@pytest.mark.parametrize("chances", [(0.02, 0.08, 0.9), (0.002, 0.01, 0.988)], ids=["some escapes", "hardly any"])
def test_the_interval_of_the_cost_covers_at_least_about_as_often_as_it_says(
    chances: tuple[float, float, float],
) -> None:
    generator = np.random.default_rng(1)
    good, costs = (0.95, 0.04, 0.01), Costs(500, 20, 2)
    true = 1000 * (0.03 * (500 * chances[0] + 2 * chances[1]) + 0.97 * (20 * good[2] + 2 * good[1]))
    covered = 0
    for _ in range(1000):
        counts = np.stack([generator.multinomial(260, good), generator.multinomial(450, chances)])
        verdicts = VerdictCounts(InspectionThresholds(0.3, 0.7), counts, np.zeros((0, 3), int), ())
        cost = line_figures(verdicts, 0.03, costs).cost
        assert cost is not None
        covered += cost.low <= true <= cost.high
    assert covered >= 930


def test_the_bootstrap_agrees_with_the_formula_where_there_is_one() -> None:
    low, high = bootstrap_interval(lambda drawn: drawn[:, 0] / drawn.sum(axis=1), np.array([300, 700]), draws=4000)
    assert (low, high) == pytest.approx((0.3 - 1.96 * 0.01449, 0.3 + 1.96 * 0.01449), abs=0.003)
    assert np.isnan(bootstrap_interval(lambda drawn: drawn[:, 0], np.array([0, 0]))).all()
