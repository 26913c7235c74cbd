"""Counts at two thresholds against scikit-learn and against the scalar verdict, ties included."""

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, confusion_matrix_at_thresholds, precision_recall_fscore_support

from defect_app.decision import (
    INSPECTION_VERDICTS,
    Costs,
    InspectionThresholds,
    Verdict,
    count_reaching,
    verdict_at,
    verdict_codes,
)
from defect_app.evaluation.line import line_figures
from defect_app.evaluation.threshold_curves import band, threshold_curves, threshold_grid
from defect_app.evaluation.thresholds import (
    SortedScores,
    changed_verdicts,
    sorted_scores,
    verdict_counts,
)
from tests.evaluation.caches import PHONE, casting_rows, generated, rows_of, scores_of, selected_of
from tests.timing import quiet_ms

BAD, SCORES = generated(3000, seed=1, step=0.01)
THRESHOLDS = np.random.default_rng(2).permutation(
    np.concatenate([np.linspace(0, 1, 101), np.random.default_rng(3).random(99)])
)


@pytest.mark.parametrize("step", [0.0, 0.01, 0.25, 1.0], ids=["no ties", "ties", "five scores", "two scores"])
def test_counts_at_200_thresholds_are_scikit_learns(step: float) -> None:
    bad, scores = generated(2000, seed=4, step=step)
    ordered = scores_of(bad, scores)
    for threshold in THRESHOLDS:
        expected = confusion_matrix(bad, scores >= threshold, labels=[False, True])
        got = verdict_counts(ordered, InspectionThresholds(threshold, threshold)).counts
        assert got[:, 1].sum() == 0
        np.testing.assert_array_equal(got[:, [0, 2]], expected)


def test_counts_at_every_score_are_those_of_confusion_matrix_at_thresholds() -> None:
    good_passed, good_rejected, bad_passed, bad_rejected, at = confusion_matrix_at_thresholds(BAD, SCORES)
    ordered = scores_of(BAD, SCORES)
    np.testing.assert_array_equal(count_reaching(ordered.good, at), good_rejected)
    np.testing.assert_array_equal(count_reaching(ordered.defective, at), bad_rejected)
    np.testing.assert_array_equal(len(ordered.good) - count_reaching(ordered.good, at), good_passed)
    np.testing.assert_array_equal(len(ordered.defective) - count_reaching(ordered.defective, at), bad_passed)


def test_each_verdict_is_the_one_that_inspection_gives_even_on_a_tie() -> None:
    lines = InspectionThresholds(0.3, 0.7)
    tied = [
        0.3,
        0.7,
        np.nextafter(0.3, 0),
        np.nextafter(0.7, 0),
        float(np.float32(0.3)),
        float(np.float32(0.7)),
        0.0,
        1.0,
    ]
    scores = np.concatenate([SCORES, tied])
    codes = verdict_codes(scores, lines)
    assert [INSPECTION_VERDICTS[c] for c in codes] == [verdict_at(float(s), lines) for s in scores]
    bad = np.arange(len(scores)) % 2 == 0
    counts = verdict_counts(scores_of(bad, scores), lines).counts
    for row, chosen in ((0, ~bad), (1, bad)):
        np.testing.assert_array_equal(counts[row], np.bincount(codes[chosen], minlength=3))


def test_a_score_that_is_no_number_goes_to_review_as_in_inspection() -> None:
    assert INSPECTION_VERDICTS[verdict_codes(np.array([np.nan]), InspectionThresholds(0.9, 0.95))[0]] is Verdict.REVIEW


def test_the_verdict_matrix_of_a_product_with_severities_has_a_row_a_class() -> None:
    probabilities = np.array([[0.8, 0.1, 0.1], [0.3, 0.3, 0.4], [0.1, 0.35, 0.55], [0.0, 0.1, 0.9]])
    counts = verdict_counts(
        sorted_scores(selected_of(rows_of(["major", "minor", "minor", "none"], probabilities, PHONE), PHONE)),
        InspectionThresholds(0.4, 0.6),
    )
    assert counts.class_names == ("major", "minor", "none")
    np.testing.assert_array_equal(counts.by_class, [[0, 0, 1], [0, 1, 1], [1, 0, 0]])
    np.testing.assert_array_equal(counts.counts, [[1, 0, 0], [0, 1, 2]])


def test_a_headline_says_counts_rates_and_intervals() -> None:
    bad = np.array([True] * 453 + [False] * 262)
    scores = np.where(bad, 0.9, 0.1)
    scores[0] = 0.2
    sentence = verdict_counts(scores_of(bad, scores), InspectionThresholds(0.5, 0.5)).headline
    assert sentence.startswith("Of 453 defective parts 1 escaped (0.2 %, 95 % interval 0.0 to 1.2 %).")
    assert "Of 262 good parts 0 were rejected (0.0 %, 95 % interval 0.0 to 1.4 %)." in sentence


def test_pictures_that_change_verdict_come_with_the_highest_score_first() -> None:
    scores = np.array([0.1, 0.45, 0.55, 0.9, np.nan, 0.5])
    assert list(changed_verdicts(scores, InspectionThresholds(0.5, 0.5), InspectionThresholds(0.4, 0.5))) == [1]
    assert list(changed_verdicts(scores, InspectionThresholds(0.5, 0.5), InspectionThresholds(0.5, 0.6))) == [2, 5]
    assert not len(changed_verdicts(scores, InspectionThresholds(0.2, 0.8), InspectionThresholds(0.2, 0.8)))


def test_a_move_over_100_000_pictures_stays_under_50_ms() -> None:
    bad, scores = generated(100_000, seed=5)
    ordered = sorted_scores(selected_of(casting_rows(bad, scores)))
    grid = threshold_grid([ordered])
    costs = Costs(500, 20, 2)

    def move() -> None:
        line_figures(verdict_counts(ordered, InspectionThresholds(0.31, 0.64)), 0.02, costs)
        threshold_curves(ordered, grid, review_at=0.31, defect_rate=0.02, costs=costs)

    assert min(quiet_ms(move) for _ in range(5)) < 50


def test_curves_are_scikit_learns_at_every_threshold() -> None:
    grid = threshold_grid([scores_of(BAD, SCORES)], most=60)
    curves = threshold_curves(scores_of(BAD, SCORES), grid)
    for i, threshold in enumerate(grid):
        rejected = threshold <= SCORES
        precision, recall, f1, _ = precision_recall_fscore_support(
            BAD, rejected, average="binary", zero_division=np.nan
        )
        assert curves.precision[i] == pytest.approx(precision, nan_ok=True)
        assert (curves.recall[i], curves.f1[i]) == pytest.approx((recall, f1))
        assert curves.accuracy[i] == pytest.approx((rejected == BAD).mean())


def test_review_load_and_cost_follow_the_lines_own_defect_rate() -> None:
    ordered = SortedScores(np.array([0.1, 0.2, 0.5, 0.9]), np.array([0.15, 0.55, 0.8, 0.95]))
    curves = threshold_curves(ordered, np.array([0.1, 0.6]), review_at=0.4, defect_rate=0.1, costs=Costs(100, 10, 1))
    # At 0.1 the review line is pushed down to it: all is rejected.
    np.testing.assert_allclose(curves.review_load, [0, 0.1 * 0.25 + 0.9 * 0.25])
    np.testing.assert_allclose(curves.escape_rate, [0, 0.25])
    np.testing.assert_allclose(curves.cost, [1000 * 0.9 * 10, 1000 * (0.1 * 25 + 0.9 * 2.5 + 0.25)])


def test_curve_cost_is_the_cost_of_the_line_figures() -> None:
    ordered, costs = scores_of(BAD, SCORES), Costs(500, 20, 2)
    for review_at, reject_at in ((0.2, 0.2), (0.2, 0.55), (0.0, 1.0)):
        at = threshold_curves(ordered, np.array([reject_at]), review_at=review_at, defect_rate=0.03, costs=costs)
        figures = line_figures(verdict_counts(ordered, InspectionThresholds(review_at, reject_at)), 0.03, costs)
        assert figures.cost is not None
        assert figures.cost.value == pytest.approx(at.cost[0])
        assert figures.cost.low <= figures.cost.value <= figures.cost.high
        assert figures.reviews.value == pytest.approx(1000 * at.review_load[0])


def test_a_grid_holds_both_ends_and_every_score_of_a_small_set() -> None:
    grid = threshold_grid([SortedScores(np.array([0.0012]), np.array([0.99999]))])
    assert {0.0, 1.0, 0.0012, 0.99999} <= set(grid)
    assert (np.diff(grid) > 0).all()
    assert len(threshold_grid([scores_of(*generated(50_000))])) <= 401
    assert threshold_grid([])[[0, -1]].tolist() == [0, 1]


def test_a_band_is_mean_and_sample_deviation_and_leaves_nan_out() -> None:
    got = band([np.array([0.1, np.nan, np.nan]), np.array([0.3, 0.5, np.nan]), np.array([0.2, 0.7, np.nan])])
    np.testing.assert_allclose(got.mean, [0.2, 0.6, np.nan])
    np.testing.assert_allclose(
        got.sd, [float(np.std([0.1, 0.3, 0.2], ddof=1)), float(np.std([0.5, 0.7], ddof=1)), np.nan]
    )
    assert got.repeats == 3
    with pytest.raises(ValueError, match="at least one repeat"):
        band([])


@pytest.mark.parametrize("kind", ["good", "defective", "none"])
def test_hostile_28_one_class_or_nothing_gives_figures_that_say_so(kind: str) -> None:
    values = np.array([0.2, 0.8])
    good, bad = {"good": (values, np.empty(0)), "defective": (np.empty(0), values), "none": (np.empty(0), np.empty(0))}[
        kind
    ]
    ordered = SortedScores(good, bad)
    counts = verdict_counts(ordered, InspectionThresholds(0.1, 0.5))
    assert counts.counts.sum() == ordered.n
    assert counts.headline
    figures = line_figures(counts, 0.1, Costs(1, 1, 1))
    assert figures.cost is not None
    assert figures.cost.words == "cannot be told"
    curves = threshold_curves(ordered, threshold_grid([ordered]), review_at=0.3, costs=Costs(1, 1, 1))
    assert len(curves.cost) == len(curves.thresholds)


def test_a_defect_rate_beyond_one_is_refused() -> None:
    with pytest.raises(ValueError, match="defect_rate"):
        line_figures(verdict_counts(scores_of(BAD, SCORES), InspectionThresholds(0.5, 0.5)), 1.2)
