"""Every figure draws the given numbers, names its axes in words, and says why when there is nothing to draw."""

import json
from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go
import pytest

from defect_app.decision import InspectionThresholds, RecognitionThresholds
from defect_app.evaluation.calibration import calibration
from defect_app.evaluation.confusion import ConfusionMatrix
from defect_app.evaluation.coverage import coverage_curve
from defect_app.evaluation.histograms import score_histogram
from defect_app.evaluation.intervals import proportion
from defect_app.evaluation.per_class import class_report
from defect_app.evaluation.published import report_for
from defect_app.evaluation.ranking import ranking_curves
from defect_app.evaluation.repeats import repeat_tables
from defect_app.evaluation.threshold_curves import curve_bands, threshold_curves, threshold_grid
from defect_app.evaluation.thresholds import SortedScores
from defect_app.evaluation.training_history import TrainingHistory
from defect_app.figures import comparisons, curves, matrices, thresholds
from defect_app.figures.matrices import MatrixLook
from tests.evaluation.caches import casting_rows, generated, scores_of, selected_of

BAD, SCORES = generated(300, seed=31)
ORDERED = scores_of(BAD, SCORES)
LINES = InspectionThresholds(0.3, 0.7)
MATRIX = ConfusionMatrix(np.array([[23, 1], [3, 5]]), ("not defective", "defective"), ("not defective", "defective"))
VERDICTS = ConfusionMatrix(np.array([[20, 3, 1], [1, 2, 6]]), ("ok", "defect"), ("PASS", "REVIEW", "REJECT"))
RANKING = ranking_curves(BAD, SCORES)
GRID = threshold_grid([ORDERED], 40)
CURVES = threshold_curves(ORDERED, GRID)
CASTING = report_for("casting")
COVERAGE = coverage_curve(selected_of(casting_rows(BAD, SCORES)))
HISTORY = TrainingHistory(np.arange(1, 4), np.array([3.0, 2, 1]), np.array([3.0, 2.5, 2]), np.array([0.5, 0.6, 0.7]))
NOTHING = SortedScores(np.empty(0), np.empty(0))

FIGURES = {
    "confusion": lambda: matrices.confusion_figure(MATRIX),
    "verdicts": lambda: matrices.confusion_figure(VERDICTS, look=MatrixLook(x_title="Verdict")),
    "roc": lambda: curves.roc_figure(RANKING, [("now", 0.1, 0.9)]),
    "precision-recall": lambda: curves.precision_recall_figure(RANKING, [("now", 0.9, 0.9)]),
    "det": lambda: curves.det_figure(RANKING),
    "reliability": lambda: curves.reliability_figure(calibration(BAD, SCORES)),
    "coverage": lambda: curves.coverage_figure(COVERAGE, thresholds=RecognitionThresholds(0.6)),
    "history": lambda: curves.history_figure(HISTORY),
    "histogram": lambda: thresholds.histogram_figure(score_histogram(ORDERED), LINES),
    "over thresholds": lambda: thresholds.threshold_figure(CURVES, bands=curve_bands([CURVES] * 2), thresholds=LINES),
    "repeats": lambda: thresholds.repeats_figure(repeat_tables([ORDERED] * 3)[0]),
    "proportions": lambda: comparisons.proportions_figure([("a", proportion(9, 10))], "Accuracy"),
    "per class": lambda: comparisons.per_class_figure(MATRIX.rows, class_report(MATRIX).recall, "Recall"),
    "backbones": lambda: comparisons.backbones_figure(
        CASTING.tables["casting_backbones"], CASTING.tables["casting_time"]
    ),
}


@pytest.mark.parametrize("draw", FIGURES.values(), ids=FIGURES)
def test_every_figure_has_axis_titles_in_words_and_no_background(draw: Callable[[], go.Figure]) -> None:
    drawn = json.loads(draw().to_json())
    for axis in ("xaxis", "yaxis"):
        assert drawn["layout"][axis]["title"]["text"]
    assert drawn["layout"]["paper_bgcolor"] == drawn["layout"]["plot_bgcolor"] == "rgba(0,0,0,0)"


@pytest.mark.parametrize("draw", FIGURES.values(), ids=FIGURES)
def test_a_figure_is_the_same_each_time(draw: Callable[[], go.Figure]) -> None:
    assert draw().to_json() == draw().to_json()


def cells_of(figure: go.Figure) -> dict[tuple[str, ...], str]:
    """Return the written number of each cell by its row and column."""
    (bars,) = figure.data
    written = {(note.y, round(note.x)): note.text for note in figure.layout.annotations}
    places = zip(bars.customdata, bars.y, bars.base, strict=True)
    return {tuple(names): written[row, round(left)] for names, row, left in places}


def test_rows_are_actual_columns_predicted_and_each_cell_can_be_clicked() -> None:
    figure = matrices.confusion_figure(MATRIX)
    good, bad = "not defective", "defective"
    assert cells_of(figure) == {(good, good): "23", (good, bad): "1", (bad, good): "3", (bad, bad): "5"}
    assert figure.layout.yaxis.title.text == "Actual"
    assert figure.layout.xaxis.title.text == "Predicted"
    assert list(figure.layout.xaxis.ticktext) == list(figure.layout.yaxis.ticktext) == [good, bad]
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1], "the first row is on top"
    for trace in figure.data:
        for names, row, left in zip(trace.customdata, trace.y, trace.base, strict=True):
            assert (row, round(left)) == (MATRIX.rows.index(names[0]), MATRIX.columns.index(names[1]))


def test_a_hidden_diagonal_is_blank_and_percent_is_of_the_row() -> None:
    cells = cells_of(matrices.confusion_figure(MATRIX, look=MatrixLook(percent=True, hide_diagonal=True)))
    assert cells == {("not defective", "defective"): "4.2", ("defective", "not defective"): "37.5"}


def test_mistakes_and_right_answers_differ_in_hue_and_the_chosen_cell_is_framed() -> None:
    figure = matrices.confusion_figure(MATRIX, look=MatrixLook(chosen=("defective", "not defective")))
    hues = {tuple(n): c.split(",")[0] for t in figure.data for n, c in zip(t.customdata, t.marker.color, strict=True)}
    assert hues["defective", "defective"] == hues["not defective", "not defective"]
    assert hues["defective", "defective"] != hues["defective", "not defective"]
    (frame,) = figure.layout.shapes
    assert frame.x0 < 0 < frame.x1 < 1
    assert 0 < frame.y0 < 1 < frame.y1
    assert not matrices.confusion_figure(MATRIX, look=MatrixLook(chosen=("no", "such"))).layout.shapes


def test_classes_that_are_put_together_are_not_called_right_among_themselves() -> None:
    names = ("cat", "other")
    figure = matrices.confusion_figure(ConfusionMatrix(np.array([[9, 1], [2, 393]]), names, names))
    hues = {tuple(n): c.split(",")[0] for t in figure.data for n, c in zip(t.customdata, t.marker.color, strict=True)}
    assert len({hues["other", "other"], hues["cat", "cat"], hues["cat", "other"]}) == 3


@pytest.mark.parametrize(("review_at", "reject_at"), [(0.02, 0.2), (0.001, 0.01), (0.9, 0.99), (0.1, 0.95)])
def test_the_words_of_a_line_near_an_end_go_towards_the_middle(review_at: float, reject_at: float) -> None:
    lines = InspectionThresholds(review_at, reject_at)
    review, reject = thresholds.threshold_figure(CURVES, ("recall",), thresholds=lines).layout.annotations
    assert [a.xanchor for a in (review, reject)] == ["left" if a.x < 0.5 else "right" for a in (review, reject)]
    assert review.yshift > reject.yshift + 10, "each has a row of its own"


def test_the_accuracy_of_a_history_has_ticks_of_its_own() -> None:
    epoch = np.arange(1, 6)
    history = TrainingHistory(epoch, 1 / epoch, 1 / epoch, np.linspace(0.1, 0.79, 5))
    assert curves.history_figure(history).layout.yaxis2.tickmode == "auto"


def test_names_of_classes_are_never_read_as_html() -> None:
    hostile = ConfusionMatrix(np.eye(2, dtype=int), ("<b>x</b>", "y" * 80), ("<b>x</b>", "y" * 80))
    figure = matrices.confusion_figure(hostile)
    assert figure.layout.xaxis.ticktext[0] == "&lt;b&gt;x&lt;/b&gt;"
    assert len(figure.layout.xaxis.ticktext[1]) == 32
    assert "<b>" not in " ".join(text for t in figure.data for text in t.hovertext or ())


def test_the_verdict_matrix_has_three_columns_in_words() -> None:
    figure = matrices.confusion_figure(VERDICTS, {"ok": "Good"}, MatrixLook(x_title="Verdict"))
    assert list(figure.layout.xaxis.ticktext) == ["PASS", "REVIEW", "REJECT"]
    assert list(figure.layout.yaxis.ticktext) == ["Good", "defect"]
    assert figure.layout.xaxis.title.text == "Verdict"


def test_curves_draw_the_given_points_and_the_two_lines() -> None:
    figure = thresholds.threshold_figure(CURVES, ("recall",), thresholds=LINES)
    np.testing.assert_array_equal(figure.data[0].y, CURVES.recall)
    assert sorted(shape.x0 for shape in figure.layout.shapes) == [0.3, 0.7]
    np.testing.assert_array_equal(curves.roc_figure(RANKING).data[0].y, RANKING.recall)


def test_colour_is_never_the_only_difference_between_series() -> None:
    drawn = thresholds.threshold_figure(CURVES, ("precision", "recall", "f1")).data
    assert len({trace.line.dash for trace in drawn}) == 3
    bars = thresholds.histogram_figure(score_histogram(ORDERED)).data
    assert bars[0].marker.pattern.shape != bars[1].marker.pattern.shape


@pytest.mark.parametrize(
    "draw",
    [
        lambda: curves.roc_figure(ranking_curves(np.ones(3, bool), np.zeros(3))),
        lambda: curves.det_figure(ranking_curves(np.empty(0, bool), np.empty(0))),
        lambda: curves.reliability_figure(calibration(np.empty(0, bool), np.empty(0))),
        lambda: comparisons.proportions_figure([("a", proportion(0, 0))], "Accuracy"),
        lambda: matrices.confusion_figure(ConfusionMatrix(np.empty((0, 0), int), (), ())),
    ],
)
def test_hostile_28_nothing_to_draw_is_said_in_the_figure(draw: Callable[[], go.Figure]) -> None:
    figure = draw()
    assert not figure.data
    assert figure.layout.annotations[0].text.endswith(".")


def test_hostile_28_figures_of_no_scores_draw_without_exception() -> None:
    grid = threshold_grid([NOTHING])
    assert thresholds.threshold_figure(threshold_curves(NOTHING, grid), thresholds=LINES).data
    assert thresholds.histogram_figure(score_histogram(NOTHING)).data


def test_published_figures_and_ours_differ_in_colour_and_symbol() -> None:
    figure = comparisons.published_figure([("theirs", proportion(7, 10))], [("mine", proportion(9, 10))])
    theirs, mine = figure.data
    assert (theirs.name, list(theirs.x)) == ("published", [0.7])
    assert (mine.name, list(mine.x)) == ("ours", [0.9])
    assert theirs.marker.symbol != mine.marker.symbol
    assert not comparisons.published_figure([], []).data
