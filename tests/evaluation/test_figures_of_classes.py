"""Confusion matrices, class reports, curves, calibration and coverage against scikit-learn."""

import numpy as np
import pytest
from scipy.stats import norm
from sklearn import metrics
from sklearn.calibration import calibration_curve

from defect_app.catalog import ClassSpec
from defect_app.decision import InspectionThresholds, RecognitionThresholds
from defect_app.evaluation.calibration import calibration
from defect_app.evaluation.calibration_chance import chance_error
from defect_app.evaluation.confusion import (
    OTHER,
    UNSURE,
    ConfusionMatrix,
    accepted_at,
    condensed,
    confusion_matrix,
    most_confused,
    pictures_in_cell,
    predicted_at,
)
from defect_app.evaluation.coverage import accept_counts, coverage_curve, top_k_accuracy
from defect_app.evaluation.histograms import score_histogram
from defect_app.evaluation.per_class import class_report
from defect_app.evaluation.ranking import ranking_curves, roc_area_interval
from defect_app.evaluation.selection import SelectedPictures
from tests.evaluation.caches import PHONE, casting_rows, generated, rows_of, scores_of, selected_of
from tests.timing import quiet_ms


def recognition(n_classes: int, n: int, seed: int = 0, digits: int = 8) -> SelectedPictures:
    generator = np.random.default_rng(seed)
    classes = tuple(ClassSpec(f"c{i}", f"Class {i}") for i in range(n_classes))
    actual = generator.integers(0, n_classes, n)
    p = generator.gamma(0.3, size=(n, n_classes)) + 1e-3
    p[np.arange(n), actual] += generator.gamma(0.5, size=n) * n_classes / 20
    p = np.round(p / p.sum(axis=1, keepdims=True), digits)
    return selected_of(rows_of([f"c{i}" for i in actual], p, classes), classes)


BAD, SCORES = generated(2500, seed=21, step=0.002)
TEN = recognition(10, 3000)


def test_a_matrix_is_scikit_learns_with_rows_actual() -> None:
    matrix = confusion_matrix(TEN, TEN.predicted)
    np.testing.assert_array_equal(matrix.counts, metrics.confusion_matrix(TEN.actual, TEN.predicted))
    assert matrix.accuracy.rate == pytest.approx(metrics.accuracy_score(TEN.actual, TEN.predicted))
    expected = 100 * metrics.confusion_matrix(TEN.actual, TEN.predicted, normalize="true")
    np.testing.assert_allclose(matrix.percent_of_actual, expected)


@pytest.mark.parametrize("threshold", [0.0, 0.2, 0.5, 0.5000001, 1.0])
def test_an_inspection_answers_by_the_threshold_ties_included(threshold: float) -> None:
    selected = selected_of(casting_rows(BAD, np.append(SCORES[:-1], 0.5)))
    answered = predicted_at(selected, InspectionThresholds(threshold, threshold))
    np.testing.assert_array_equal(answered == 0, selected.p_defect >= threshold)


def test_severity_is_split_after_the_threshold() -> None:
    p = np.array([[0.3, 0.3, 0.4], [0.2, 0.35, 0.45], [0.1, 0.2, 0.7], [0.5, 0.3, 0.2]])
    selected = selected_of(rows_of(["major", "minor", "none", "major"], p, PHONE), PHONE)
    answered = predicted_at(selected, InspectionThresholds(0.5, 0.5))
    # The most probable class of the first two is "none", yet together the defects reach one half.
    assert [selected.class_names[i] for i in answered] == ["major", "minor", "none", "major"]


def test_below_accept_at_the_answer_is_unsure_in_a_column_of_its_own() -> None:
    answered = accepted_at(TEN, RecognitionThresholds(0.4))
    matrix = confusion_matrix(TEN, answered)
    assert matrix.columns[-1] == UNSURE
    assert matrix.counts.shape == (10, 11)
    assert matrix.counts[:, -1].sum() == (TEN.confidence < 0.4).sum()
    assert UNSURE not in confusion_matrix(TEN, accepted_at(TEN, RecognitionThresholds(0.0))).columns


def test_the_most_confused_pairs_come_first_and_the_diagonal_never() -> None:
    matrix = confusion_matrix(TEN, TEN.predicted)
    pairs = most_confused(matrix, 5)
    off = matrix.counts - np.diag(np.diag(matrix.counts))
    assert [p.count for p in pairs] == sorted(off.ravel(), reverse=True)[:5]
    assert all(p.actual != p.predicted for p in pairs)
    assert pairs[0].share.n == matrix.counts[matrix.rows.index(pairs[0].actual)].sum()


def test_a_perfect_model_confuses_nothing() -> None:
    kinds = (ClassSpec("a", "A"), ClassSpec("b", "B"))
    selected = selected_of(rows_of(["a", "b"], np.eye(2), kinds), kinds)
    assert most_confused(confusion_matrix(selected, selected.predicted)) == ()


@pytest.mark.parametrize("accept_at", [0.0, 0.05], ids=["all accepted", "some unsure"])
def test_1000_classes_are_condensed_to_the_most_confused_and_other_without_losing_a_picture(accept_at: float) -> None:
    selected = recognition(1000, 4000)
    answered = accepted_at(selected, RecognitionThresholds(accept_at))
    whole = confusion_matrix(selected, answered)
    shown = condensed(whole, 20)
    report = class_report(whole)
    assert quiet_ms(lambda: class_report(confusion_matrix(selected, answered))) < 1000
    assert len(shown.rows) == 21
    assert shown.rows[-1] == OTHER
    assert shown.counts.sum() == 4000
    first = most_confused(whole, 1)[0]
    if first.predicted != UNSURE:
        assert {first.actual, first.predicted} <= set(shown.rows)
    for row in (shown.rows[0], shown.rows[1], OTHER):
        for column in (shown.columns[0], OTHER, shown.columns[-1]):
            inside = pictures_in_cell(selected, answered, row, column, shown)
            assert len(inside) == shown.counts[shown.rows.index(row), shown.columns.index(column)]
    assert report.support.sum() == 4000


def test_pictures_of_a_cell_come_with_the_most_wrong_first() -> None:
    matrix = confusion_matrix(TEN, TEN.predicted)
    inside = pictures_in_cell(TEN, TEN.predicted, "c3", "c5", matrix)
    assert len(inside) == matrix.counts[3, 5] > 1
    assert set(TEN.actual[inside]) == {3}
    assert set(TEN.predicted[inside]) == {5}
    assert (np.diff(TEN.probabilities[inside, 3]) >= 0).all()
    assert not len(pictures_in_cell(TEN, TEN.predicted, "<script>", "c5", matrix))


def test_class_figures_are_scikit_learns() -> None:
    report = class_report(confusion_matrix(TEN, TEN.predicted))
    expected = metrics.precision_recall_fscore_support(TEN.actual, TEN.predicted)
    for got, wanted in zip((report.precision, report.recall, report.f1), expected, strict=False):
        np.testing.assert_allclose(got.value, wanted)
        assert (got.low < got.value).all()
        assert (got.value < got.high).all()
    np.testing.assert_array_equal(report.support, expected[3])
    assert report.macro_f1 == pytest.approx(metrics.f1_score(TEN.actual, TEN.predicted, average="macro"))


def test_the_interval_of_f1_covers_as_often_as_it_says() -> None:
    generator = np.random.default_rng(3)
    chances = np.array([[0.8, 0.05], [0.03, 0.12]])
    true_f1 = 2 * 0.12 / (2 * 0.12 + 0.05 + 0.03)
    covered = 0
    for draw in generator.multinomial(300, chances.ravel(), size=1000):
        figures = class_report(ConfusionMatrix(draw.reshape(2, 2), ("ok", "bad"), ("ok", "bad"))).f1
        covered += figures.low[1] <= true_f1 <= figures.high[1]
    assert 0.93 <= covered / 1000 <= 0.98


def test_a_class_that_never_occurs_has_no_figure_and_no_exception() -> None:
    kinds = tuple(ClassSpec(n, n) for n in "abc")
    selected = selected_of(rows_of(["a", "a"], np.array([[0.9, 0.1, 0], [0.2, 0.8, 0]]), kinds), kinds)
    report = class_report(confusion_matrix(selected, selected.predicted))
    assert np.isnan(report.recall.value[1:]).all()
    assert np.isnan(report.f1.value[2])
    assert (report.recall.low[2], report.recall.high[2]) == (0, 1)


def test_curves_and_areas_are_scikit_learns() -> None:
    curves = ranking_curves(BAD, SCORES, most_points=10_000)
    false, true, _ = metrics.roc_curve(BAD, SCORES)
    np.testing.assert_array_equal(curves.false_reject_rate, false)
    np.testing.assert_array_equal(curves.recall, true)
    # scikit-learn's own DET curve leaves out the ends where one error is 0 or 1.
    det_false, det_missed, det_at = metrics.det_curve(BAD, SCORES)
    ours = dict(zip(curves.roc_thresholds, zip(curves.false_reject_rate, curves.miss_rate, strict=True), strict=True))
    shared = [i for i, t in enumerate(det_at) if t in ours]
    assert len(shared) > 50
    for i in shared:
        assert ours[det_at[i]] == pytest.approx((det_false[i], det_missed[i]))
    assert curves.roc_area.value == metrics.roc_auc_score(BAD, SCORES)
    assert curves.average_precision.value == metrics.average_precision_score(BAD, SCORES)
    assert curves.roc_area.low < curves.roc_area.value < curves.roc_area.high
    assert curves.balance == BAD.mean()


def test_thinned_curves_keep_their_ends_and_lie_on_the_whole_curve() -> None:
    bad, scores = generated(20_000, seed=5)
    thin = ranking_curves(bad, scores, most_points=200)
    whole = ranking_curves(bad, scores, most_points=10**9)
    assert len(thin.recall) <= 202
    assert {thin.recall[0], thin.recall[-1]} == {0.0, 1.0}
    assert set(zip(thin.false_reject_rate, thin.recall, strict=True)) <= set(
        zip(whole.false_reject_rate, whole.recall, strict=True)
    )
    assert thin.roc_area == whole.roc_area


def test_the_interval_of_the_area_covers_as_often_as_it_says_and_keeps_a_width_at_one() -> None:
    generator = np.random.default_rng(4)
    true_area = norm.cdf(1.5 / np.sqrt(2))
    covered = 0
    for _ in range(500):
        bad, good = generator.normal(1.5, 1, 40), generator.normal(0, 1, 60)
        area = (bad[:, None] > good[None, :]).mean()
        interval = roc_area_interval(float(area), 40, 60)
        covered += interval.low <= true_area <= interval.high
    assert 0.925 <= covered / 500 <= 0.99
    perfect = roc_area_interval(1.0, 8, 24)
    assert perfect.low < 0.95
    assert perfect.high == 1.0


@pytest.mark.parametrize(
    ("bad", "scores"),
    [([True, True], [0.1, 0.2]), ([False], [0.1]), ([], [])],
    ids=["only defective", "only good", "nothing"],
)
def test_hostile_28_one_kind_of_part_gives_no_curve_but_a_reason(bad: list[bool], scores: list[float]) -> None:
    curves = ranking_curves(np.array(bad, bool), np.array(scores))
    assert curves.problem
    assert not len(curves.recall)


def test_hostile_28_constant_scores_rank_like_a_coin() -> None:
    curves = ranking_curves(np.array([True, False] * 5), np.full(10, 0.5))
    assert curves.roc_area.value == 0.5
    assert not curves.problem


@pytest.mark.parametrize("step", [0.0, 0.05], ids=["no ties", "scores on bin edges"])
def test_reliability_bins_are_scikit_learns(step: float) -> None:
    bad, scores = generated(3000, seed=6, step=step)
    got = calibration(bad, scores)
    observed, predicted = calibration_curve(bad, scores, n_bins=10)
    filled = got.count > 0
    np.testing.assert_allclose(got.observed[filled], observed)
    np.testing.assert_allclose(got.predicted[filled], predicted)
    assert got.brier == pytest.approx(metrics.brier_score_loss(bad, scores))
    assert got.expected_error == pytest.approx((got.count[filled] * np.abs(observed - predicted)).sum() / 3000)
    assert 0 <= got.expected_error_low < got.expected_error_high <= 1
    assert got.brier_low < got.brier < got.brier_high


def test_the_bootstrap_by_kinds_agrees_with_resampling_rows() -> None:
    bad, scores = generated(600, seed=9)
    generator = np.random.default_rng(0)
    rows = []
    for _ in range(300):
        i = generator.integers(0, 600, 600)
        observed, predicted = bad[i], scores[i]
        index = np.searchsorted(np.linspace(0, 1, 11)[1:-1], predicted)
        rows.append(np.abs(np.bincount(index, predicted - observed, minlength=10)).sum() / 600)
    got = calibration(bad, scores)
    interval = (got.expected_error_low, got.expected_error_high)
    assert interval == pytest.approx(np.quantile(rows, [0.025, 0.975]), abs=0.01)


def errors_of_calibrated_sets(p: np.ndarray, sets: int) -> list[float]:
    generator = np.random.default_rng(1)
    return [calibration(generator.random(len(p)) < p, p).expected_error for _ in range(sets)]


@pytest.mark.parametrize("n", [47, 718])
def test_what_chance_does_to_a_perfectly_calibrated_model_is_what_such_models_show(n: int) -> None:
    p = np.random.default_rng(10).beta(0.3, 0.5, n)
    errors = errors_of_calibrated_sets(p, 200)
    got = chance_error(p, 0.0)
    assert got == chance_error(p, 0.0)
    assert got.mean == pytest.approx(np.mean(errors), rel=0.05)
    assert (got.low, got.high) == pytest.approx(np.quantile(errors, [0.025, 0.975]), rel=0.25)


def test_a_model_is_called_off_only_beyond_what_chance_does() -> None:
    generator = np.random.default_rng(8)
    p = generator.random(4000)
    honest, boasting = (calibration(generator.random(4000) < q, p) for q in (p, p**2))
    assert "may be perfect" in chance_error(p, honest.expected_error).sentence
    assert "farther off" in chance_error(p, boasting.expected_error).sentence
    assert not chance_error(np.empty(0), float("nan")).sentence


def test_a_calibrated_and_an_overconfident_model_are_told_apart_in_words() -> None:
    generator = np.random.default_rng(8)
    p = generator.random(4000)
    assert "may be chance" in calibration(generator.random(4000) < p, p).sentence
    assert "rather too high" in calibration(generator.random(4000) < p**2, p).sentence
    assert "no photos" in calibration(np.empty(0, bool), np.empty(0)).sentence


@pytest.mark.parametrize("digits", [8, 1], ids=["no ties", "ties"])
def test_top_k_is_scikit_learns_or_on_ties_the_order_users_see(digits: int) -> None:
    selected = recognition(10, 800, seed=2, digits=digits)
    for k, got in zip((1, 3, 5), top_k_accuracy(selected, (1, 3, 5)), strict=True):
        shown = np.argsort(-selected.probabilities, axis=1, kind="stable")[:, :k]
        assert got.rate == (shown == selected.actual[:, None]).any(axis=1).mean()
        if digits == 8:
            assert got.rate == metrics.top_k_accuracy_score(selected.actual, selected.probabilities, k=k)


def test_accuracy_against_coverage_counts_ties_together() -> None:
    selected = recognition(10, 800, seed=2, digits=2)
    curve = coverage_curve(selected)
    assert curve.coverage[-1] == 1
    assert curve.accuracy[-1] == (selected.predicted == selected.actual).mean()
    for at, coverage, accuracy in zip(curve.accept_at, curve.coverage, curve.accuracy, strict=True):
        accepted = selected.confidence >= at
        assert coverage == accepted.mean()
        assert accuracy == pytest.approx((selected.predicted == selected.actual)[accepted].mean())
        counts = accept_counts(selected, RecognitionThresholds(at))
        assert (counts.accepted.rate, counts.right.rate) == pytest.approx((coverage, accuracy))
    assert len(coverage_curve(TEN, most_points=50).coverage) == 50
    assert "labels are accepted" in accept_counts(TEN, RecognitionThresholds(1.0)).headline


def test_a_histogram_holds_every_score_once() -> None:
    histogram = score_histogram(scores_of(BAD, np.where(SCORES > 0.9, 1.0, SCORES)), bins=20)
    assert histogram.good.sum() == (~BAD).sum()
    assert histogram.defective.sum() == BAD.sum()
    assert histogram.defective[-1] >= (SCORES[BAD] > 0.9).sum()
