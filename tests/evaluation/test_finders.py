"""Finders against brute force, and guarantees against simulation."""

import numpy as np
import pytest
from scipy.stats import binom, binomtest
from sklearn.metrics import f1_score, roc_curve

from defect_app.decision import Costs, InspectionThresholds
from defect_app.evaluation.finders import (
    best_f1,
    equal_error,
    escapes_at_most,
    least_cost,
    recall_at_least,
    review_load_at_most,
)
from defect_app.evaluation.finding import Finding, report
from defect_app.evaluation.guarantees import allowed_escapes, best_promise, defective_parts_needed
from defect_app.evaluation.line import line_figures
from defect_app.evaluation.thresholds import SortedScores, verdict_counts
from tests.evaluation.caches import generated, scores_of

NOW = InspectionThresholds(0.3, 0.7)
COSTS = [Costs(500, 20, 2), Costs(50, 50, 60), Costs(1000, 1, 0), Costs(0, 5, 5), Costs(0, 0, 0), Costs(30, 3, 2.5)]
DRAWS = 2_000
CASES = [(40, 0.0), (40, 0.1), (25, 0.5), (4, 0.0)]


def cost_of(
    bad: np.ndarray, values: np.ndarray, lines: InspectionThresholds, costs: Costs, defect_rate: float
) -> float:
    passed, rejected = values < lines.review_at, values >= lines.reject_at
    reviewed = ~passed & ~rejected
    of_bad = costs.missed_defect * passed[bad].mean() + costs.human_review * reviewed[bad].mean()
    of_good = costs.false_reject * rejected[~bad].mean() + costs.human_review * reviewed[~bad].mean()
    return float(1000 * (defect_rate * of_bad + (1 - defect_rate) * of_good))


def every_pair(scores: SortedScores) -> list[InspectionThresholds]:
    candidates = np.unique(np.concatenate([[0.0], scores.candidates, [1.0]]))
    return [InspectionThresholds(low, high) for i, low in enumerate(candidates) for high in candidates[i:]]


@pytest.mark.parametrize("costs", COSTS, ids=str)
@pytest.mark.parametrize(("n", "step"), CASES)
def test_least_cost_is_that_of_brute_force_over_all_pairs(costs: Costs, n: int, step: float) -> None:
    bad, values = generated(n, seed=n, step=step)
    scores = scores_of(bad, values)
    for defect_rate in (0.0, 0.02, 0.5):
        found = least_cost(scores, costs, defect_rate).thresholds
        assert found is not None
        brute = [(cost_of(bad, values, pair, costs, defect_rate), pair) for pair in every_pair(scores)]
        least = min(cost for cost, _ in brute)
        assert cost_of(bad, values, found, costs, defect_rate) == pytest.approx(least, abs=1e-6)
        fewest = min((values[bad] < pair.review_at).sum() for cost, pair in brute if cost < least + 1e-9)
        assert (values[bad] < found.review_at).sum() == fewest


def test_a_review_that_costs_more_than_any_mistake_is_never_asked_for() -> None:
    found = least_cost(scores_of(*generated(200, seed=7)), Costs(50, 50, 60), 0.3).thresholds
    assert found is not None
    assert found.review_at == found.reject_at


@pytest.mark.parametrize("recall", [0.0, 0.5, 0.9, 0.991, 1.0])
@pytest.mark.parametrize(("n", "step"), CASES)
def test_recall_is_reached_and_any_higher_line_would_miss_it(recall: float, n: int, step: float) -> None:
    bad, values = generated(n, seed=n + 1, step=step)
    found = recall_at_least(scores_of(bad, values), recall, NOW).thresholds
    assert found is not None
    assert (values[bad] >= found.reject_at).mean() >= recall
    rejected = (values >= found.reject_at).sum()
    higher = [t for t in np.append(values, 1.0) if t > found.reject_at and (values >= t).sum() < rejected]
    assert all((values[bad] >= t).mean() < recall for t in higher)
    assert found.review_at == min(NOW.review_at, found.reject_at)


@pytest.mark.parametrize(("n", "step"), CASES)
def test_best_f1_is_scikit_learns_best(n: int, step: float) -> None:
    bad, values = generated(n, seed=n + 2, step=step)
    found = best_f1(scores_of(bad, values), NOW).thresholds
    assert found is not None
    best = max(f1_score(bad, values >= t) for t in np.append(values, 1.0))
    assert f1_score(bad, values >= found.reject_at) == pytest.approx(best)


def test_equal_error_is_where_scikit_learns_roc_curve_meets_the_diagonal() -> None:
    bad, values = generated(5000, seed=8)
    found = equal_error(scores_of(bad, values), NOW)
    assert found.thresholds is not None
    false, true, _ = roc_curve(bad, values, drop_intermediate=False)
    closest = np.abs(1 - true - false).min()
    at = found.thresholds.reject_at
    assert abs((values[bad] < at).mean() - (values[~bad] >= at).mean()) == pytest.approx(closest)


@pytest.mark.parametrize("most", [0.0, 0.01, 0.1, 0.5, 1.0])
@pytest.mark.parametrize(("n", "step"), CASES)
def test_review_load_is_kept_and_any_lower_line_would_break_it(most: float, n: int, step: float) -> None:
    bad, values = generated(n, seed=n + 3, step=step)
    scores = scores_of(bad, values)
    found = review_load_at_most(scores, most, 0.05, NOW).thresholds
    assert found is not None
    assert found.reject_at == NOW.reject_at

    def load(review_at: float) -> float:
        return (
            line_figures(verdict_counts(scores, InspectionThresholds(review_at, NOW.reject_at)), 0.05).reviews.value
            / 1000
        )

    assert load(found.review_at) <= most + 1e-12
    lower = values[values < found.review_at]
    assert all(load(t) > most for t in lower)


@pytest.mark.parametrize(
    ("n", "rate", "confidence"), [(1000, 0.01, 0.95), (998, 0.003, 0.95), (300, 0.03, 0.9), (59, 0.05, 0.95)]
)
def test_the_allowed_number_of_escapes_is_the_greatest_that_scipys_bound_admits(
    n: int, rate: float, confidence: float
) -> None:
    allowed = allowed_escapes(n, rate, confidence)

    def upper(k: int) -> float:
        return binomtest(k, n, alternative="less").proportion_ci(confidence, method="exact").high

    assert upper(allowed) <= rate < upper(allowed + 1)


@pytest.mark.parametrize(("n", "rate", "confidence"), [(299, 0.01, 0.95), (400, 0.02, 0.9), (500, 0.02, 0.99)])
def test_the_promise_is_broken_in_no_more_draws_than_confessed(n: int, rate: float, confidence: float) -> None:
    # Uniform scores: the true escape rate at a threshold is the threshold. Any continuous distribution maps to these.
    draws = np.random.default_rng(n).random((DRAWS, n))
    lines = InspectionThresholds(0.0, 0.0)
    broken = 0
    for draw in draws:
        found = escapes_at_most(SortedScores(np.empty(0), np.sort(draw)), 1000 * rate, confidence, lines)
        assert found.thresholds is not None
        broken += found.thresholds.review_at > rate
    # The chance of breaking it is known exactly; the draws scatter around it, on either side.
    chance = binom.cdf(allowed_escapes(n, rate, confidence), n, rate)
    assert chance <= 1 - confidence
    assert binom.ppf(1e-4, DRAWS, chance) <= broken <= binom.ppf(1 - 1e-4, DRAWS, chance)


def test_the_promise_holds_for_scores_with_ties() -> None:
    generator = np.random.default_rng(11)
    rate, n, confidence = 0.03, 300, 0.95
    levels = np.linspace(0, 1, 200)
    chances = generator.dirichlet(np.full(200, 0.5))
    cumulative = np.concatenate([[0], np.cumsum(chances)])
    broken = 0
    for _ in range(DRAWS):
        index = np.sort(generator.choice(200, n, p=chances))
        found = escapes_at_most(SortedScores(np.empty(0), levels[index]), 30, confidence, NOW)
        assert found.thresholds is not None
        broken += cumulative[np.searchsorted(levels, found.thresholds.review_at)] > rate
    assert broken <= DRAWS * (1 - confidence)


@pytest.mark.parametrize(
    ("rate", "confidence", "expected"), [(0.003, 0.95, 998), (0.01, 0.95, 299), (0.05, 0.95, 59), (0.1, 0.9, 22)]
)
def test_how_many_defective_parts_a_promise_takes_is_the_textbooks_number(
    rate: float, confidence: float, expected: int
) -> None:
    assert defective_parts_needed(rate, confidence) == expected
    assert best_promise(expected, confidence) <= rate < best_promise(expected - 1, confidence)
    with_two = defective_parts_needed(rate, confidence, escapes=2)
    assert binom.cdf(2, with_two, rate) <= 1 - confidence < binom.cdf(2, with_two - 1, rate)


def test_too_few_defective_parts_are_confessed_with_the_number_that_it_would_take() -> None:
    bad, values = generated(1000, seed=12)
    n = int(bad.sum())
    found = escapes_at_most(scores_of(bad, values), 3, 0.95, NOW)
    assert found.thresholds is None
    assert found.defective_parts_needed == 998
    assert f"{n:,} defective parts are too few" in found.sentence
    assert "at least 998" in found.sentence
    assert f"{1000 * best_promise(n, 0.95):.3g} in 1,000" in found.sentence


def test_a_promise_moves_the_reject_line_only_when_the_review_line_passes_it() -> None:
    scores = SortedScores(np.empty(0), np.linspace(0.4, 1, 1000))
    assert escapes_at_most(scores, 10, 0.95, InspectionThresholds(0.1, 0.9)).thresholds.reject_at == 0.9
    pushed = escapes_at_most(scores, 10, 0.95, InspectionThresholds(0.1, 0.2)).thresholds
    assert pushed.reject_at == pushed.review_at > 0.4


@pytest.mark.parametrize("promise", [(0, 0.95), (1000, 0.95), (3, 1.0), (3, 0.0)])
def test_a_promise_of_nothing_or_everything_is_refused(promise: tuple[int, float]) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        escapes_at_most(scores_of(*generated(50)), *promise, NOW)


def everything(scores: SortedScores) -> list[Finding]:
    return [
        least_cost(scores, Costs(500, 20, 2), 0.02),
        recall_at_least(scores, 0.99, NOW),
        escapes_at_most(scores, 3, 0.95, NOW),
        review_load_at_most(scores, 0.05, 0.02, NOW),
        best_f1(scores, NOW),
        equal_error(scores, NOW),
    ]


@pytest.mark.parametrize(
    ("good", "bad"),
    [([0.1, 0.2], []), ([], [0.8, 0.9]), ([], []), ([0.5] * 9, [0.5] * 9), ([0.0, 1.0], [0.0, 1.0]), ([1.0], [0.0])],
    ids=["only good", "only defective", "nothing", "constant", "both ends", "upside down"],
)
def test_hostile_28_every_finder_answers_in_words_and_reports_without_exception(
    good: list[float], bad: list[float]
) -> None:
    scores = SortedScores(np.array(good), np.array(bad), words="made photos")
    for finding in everything(scores):
        assert finding.sentence.endswith(".")
        found = report(finding, scores, scores)
        assert (found.reported_on is None) == (finding.thresholds is None)


def test_a_finding_is_counted_where_it_was_chosen_and_where_it_is_reported() -> None:
    validation, test = scores_of(*generated(400, seed=13)), scores_of(*generated(300, seed=14))
    found = report(best_f1(validation, NOW), validation, test)
    assert found.chosen_on is not None
    assert found.reported_on is not None
    assert found.chosen_on.counts.sum() == 400
    assert found.reported_on.counts.sum() == 300
    assert found.chosen_on.thresholds == found.reported_on.thresholds == found.finding.thresholds
