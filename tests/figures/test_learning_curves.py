"""The learning curve: what was measured, the range of its draws, and the forecast as bars about its middle."""

import numpy as np
import pytest

from defect_app.decision import RecognitionThresholds
from defect_app.evaluation.coverage import coverage_curve
from defect_app.evaluation.per_class import class_report
from defect_app.evaluation.repeats import RepeatTable
from defect_app.evaluation.threshold_curves import Band, threshold_curves, threshold_grid
from defect_app.evaluation.training_history import TrainingHistory
from defect_app.figures import comparisons, curves, thresholds
from defect_app.figures.learning_curves import learning_curve_figure
from tests.evaluation.caches import casting_rows, generated, scores_of, selected_of
from tests.figures.test_figures import MATRIX

BAD, SCORES = generated(120, seed=3)
ORDERED = scores_of(BAD, SCORES)


def test_the_measured_curve_lies_within_the_range_of_its_draws() -> None:
    figure = learning_curve_figure((5, 10, 20), (0.8, 0.9, 0.95), (0.7, 0.85, 0.9), (0.9, 0.93, 0.97), (), "AUC")
    spread, measured = figure.data
    assert (list(measured.x), list(measured.y)) == ([5, 10, 20], [0.8, 0.9, 0.95])
    # Round the range: there along its upper edge, back along the lower.
    assert list(spread.x) == [5, 10, 20, 20, 10, 5]
    assert list(spread.y) == [0.9, 0.93, 0.97, 0.9, 0.85, 0.7]
    assert figure.layout.xaxis.title.text == "Photos of each class"
    assert figure.layout.yaxis.title.text == "AUC, held-out photos"


def test_a_forecast_is_a_bar_from_its_low_to_its_high_end() -> None:
    figure = learning_curve_figure((5,), (0.8,), (0.7,), (0.9,), ((40, 0.9, 0.96), (80, 0.92, 0.98)), "Accuracy")
    forecast = figure.data[-1]
    assert forecast.name == "likely with more photos"
    assert list(forecast.x) == [40, 80]
    assert list(forecast.y) == pytest.approx([0.93, 0.95])
    assert list(forecast.error_y.array) == pytest.approx([0.03, 0.03])


def test_no_classes_and_no_repeats_are_said_instead_of_an_empty_figure() -> None:
    nobody = np.empty(0)
    nothing = RepeatTable("recall", nobody, np.empty((0, 0)), nobody, nobody)
    for figure, said in (
        (comparisons.per_class_figure((), class_report(MATRIX).recall, "Recall"), "There are no classes to draw."),
        (thresholds.repeats_figure(nothing), "There are no repeats to draw."),
    ):
        assert not figure.data
        assert figure.layout.annotations[0].text == said


def test_the_accuracy_of_no_photos_is_said_to_be_none() -> None:
    nobody = coverage_curve(selected_of(casting_rows(BAD, SCORES).iloc[:0]))
    assert curves.coverage_figure(nobody).layout.annotations[0].text == "There are no photos to draw."


def test_a_threshold_that_no_photo_reaches_marks_no_point() -> None:
    curve = coverage_curve(selected_of(casting_rows(BAD, SCORES)))
    reached, unreached = (curves.coverage_figure(curve, RecognitionThresholds(at)) for at in (0.5, 1.0))
    assert len(reached.data) == len(unreached.data) + 1


def test_a_cost_is_drawn_on_a_logarithmic_axis_and_shares_are_not() -> None:
    drawn = threshold_curves(ORDERED, threshold_grid([ORDERED], 20))
    cost = thresholds.threshold_figure(drawn, ("cost",))
    assert cost.layout.yaxis.type == "log"
    assert cost.layout.yaxis.title.text.endswith("(logarithmic)")
    assert thresholds.threshold_figure(drawn).layout.yaxis.type is None


def test_a_spread_of_a_single_run_is_no_band() -> None:
    drawn = threshold_curves(ORDERED, threshold_grid([ORDERED], 20))
    unknown = np.full(len(drawn.thresholds), np.nan)
    bands = {"recall": Band(drawn.recall, unknown, 1)}
    assert len(thresholds.threshold_figure(drawn, ("recall",), bands=bands).data) == 1


def test_a_history_without_an_accuracy_draws_losses_alone() -> None:
    unknown = np.full(3, np.nan)
    history = TrainingHistory(np.arange(1, 4), np.array([3.0, 2, 1]), np.array([3.0, 2.5, 2]), unknown)
    assert [line.name for line in curves.history_figure(history).data] == ["training loss", "validation loss"]
