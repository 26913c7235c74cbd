"""ROC, precision-recall, DET, reliability, coverage and training curves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.basedatatypes import BaseTraceType

from defect_app.decision import RecognitionThresholds, is_accepted, threshold_text
from defect_app.evaluation.calibration import Calibration
from defect_app.evaluation.coverage import CoverageCurve
from defect_app.evaluation.ranking import RankingCurves
from defect_app.evaluation.training_history import TrainingHistory
from defect_app.figures.style import ACCENT, DEFECTIVE, GOOD, NEUTRAL, REVIEW, band_colour, message_figure, styled

Marked = Sequence[tuple[str, float, float]]
"""Operating points to mark on a curve: name, x and y."""
_MARK_SYMBOLS, _MARK_COLOURS = ("diamond", "circle"), (DEFECTIVE, REVIEW)
_FALSE_REJECTS = "Good parts rejected (share)"


def roc_figure(curves: RankingCurves, marked: Marked = ()) -> go.Figure:
    """Draw the ROC curve; marks are (name, false reject rate, recall)."""
    if curves.problem:
        return message_figure(curves.problem)
    figure = go.Figure([_line(curves.false_reject_rate, curves.recall, "model", GOOD, curves.roc_thresholds)])
    figure.add_trace(_guess([0, 1], [0, 1]))
    _mark(figure, marked)
    return _unit(styled(figure, x_title=_FALSE_REJECTS, y_title="Defective parts rejected (recall)"))


def precision_recall_figure(curves: RankingCurves, marked: Marked = ()) -> go.Figure:
    """Draw precision against recall; marks are (name, recall, precision)."""
    if curves.problem:
        return message_figure(curves.problem)
    line = _line(curves.precision_recall, curves.precision, "model", GOOD, curves.precision_thresholds)
    figure = go.Figure([line, _guess([0, 1], [curves.balance, curves.balance])])
    _mark(figure, marked)
    y_title = "Rejected parts that are defective (precision)"
    return _unit(styled(figure, x_title="Defective parts rejected (recall)", y_title=y_title))


def det_figure(curves: RankingCurves, marked: Marked = ()) -> go.Figure:
    """Draw the two errors against each other on logarithmic axes; marks are (name, false reject rate, miss rate)."""
    if curves.problem:
        return message_figure(curves.problem)
    figure = go.Figure([_line(curves.false_reject_rate, curves.miss_rate, "model", GOOD, curves.roc_thresholds)])
    _mark(figure, marked)
    styled(figure, x_title=_FALSE_REJECTS, y_title="Defective parts not rejected (share)")
    figure.update_xaxes(type="log", dtick=1)
    figure.update_yaxes(type="log", dtick=1)
    return figure


def reliability_figure(bins: Calibration) -> go.Figure:
    """Draw how often probabilities came true, with intervals, beside the diagonal of honest ones."""
    if not np.any(bins.count):
        return message_figure(bins.sentence)
    held = bins.count > 0
    points = go.Scatter(
        x=bins.predicted[held],
        y=bins.observed[held],
        customdata=bins.count[held],
        error_y={
            "type": "data",
            "symmetric": False,
            "array": (bins.observed_high - bins.observed)[held],
            "arrayminus": (bins.observed - bins.observed_low)[held],
        },
        mode="markers+lines",
        name="model",
        line={"color": GOOD},
        hovertemplate="said %{x:.3f}<br>came true %{y:.3f}<br>%{customdata:,} photos<extra></extra>",
    )
    honest = go.Scatter(x=[0, 1], y=[0, 1], mode="lines", name="honest", line={"color": NEUTRAL, "dash": "dot"})
    figure = go.Figure([points, honest])
    return _unit(styled(figure, x_title="Probability the model said", y_title="How often it came true (share)"))


def coverage_figure(curve: CoverageCurve, thresholds: RecognitionThresholds | None = None) -> go.Figure:
    """Draw accuracy against coverage with its interval; thresholds mark the last point that reaches them."""
    if not len(curve.coverage):
        return message_figure("There are no photos to draw.")
    figure = go.Figure(_between(curve.coverage, curve.accuracy_low, curve.accuracy_high, GOOD))
    figure.add_trace(_line(curve.coverage, curve.accuracy, "accuracy", GOOD, curve.accept_at))
    if thresholds is not None and (accepted := is_accepted(curve.accept_at, thresholds)).any():
        last, name = np.flatnonzero(accepted)[-1], f"accept from {threshold_text(thresholds.accept_at)}"
        _mark(figure, [(name, curve.coverage[last], curve.accuracy[last])])
    return styled(figure, x_title="Photos that get a label (share)", y_title="Right labels among them (share)")


def history_figure(history: TrainingHistory) -> go.Figure:
    """Draw losses by epoch, and the accuracy on a second axis where it was recorded."""
    figure = go.Figure()
    for values, name, colour, dash in (
        (history.loss, "training loss", GOOD, "solid"),
        (history.validation_loss, "validation loss", DEFECTIVE, "dash"),
        (history.validation_accuracy, "validation accuracy", ACCENT, "dot"),
    ):
        if np.isfinite(values).any():
            axis = "y2" if "accuracy" in name else "y"
            line = {"color": colour, "dash": dash}
            figure.add_trace(go.Scatter(x=history.epoch, y=values, name=name, mode="lines", line=line, yaxis=axis))
    styled(figure, x_title="Epoch", y_title="Loss")
    # Epochs are counted: no tick between two of them.
    figure.update_xaxes(dtick=max(1, len(history.epoch) // 10))
    accuracy = {"title": {"text": "Accuracy"}, "overlaying": "y", "side": "right", "showgrid": False}
    figure.update_layout(yaxis2={**accuracy, "tickmode": "auto", "tickformat": ".4~p", "nticks": 5})
    return figure


def _line(x: np.ndarray, y: np.ndarray, name: str, colour: str, thresholds: np.ndarray) -> BaseTraceType:
    said = "%{x:.4f}, %{y:.4f}<br>threshold %{customdata:.4f}<extra></extra>"
    return go.Scatter(
        x=x, y=y, customdata=thresholds, name=name, mode="lines", line={"color": colour, "width": 2}, hovertemplate=said
    )


def _guess(x: list[float], y: list[float]) -> BaseTraceType:
    return go.Scatter(x=x, y=y, name="guessing", mode="lines", line={"color": NEUTRAL, "dash": "dot"}, hoverinfo="skip")


def _between(x: np.ndarray, low: np.ndarray, high: np.ndarray, colour: str) -> list[BaseTraceType]:
    edge = {"mode": "lines", "line": {"width": 0}, "showlegend": False, "hoverinfo": "skip"}
    fill = {"fill": "tonexty", "fillcolor": band_colour(colour, 0.18)}
    return [go.Scatter(x=x, y=low, **edge), go.Scatter(x=x, y=high, **edge, **fill)]


def _mark(figure: go.Figure, marked: Marked) -> None:
    for i, (name, x, y) in enumerate(marked):
        looks = {"symbol": _MARK_SYMBOLS[i % 2], "color": _MARK_COLOURS[i % 2]}
        marker = {"size": 12, "line": {"width": 1, "color": "white"}, **looks}
        figure.add_trace(go.Scatter(x=[x], y=[y], name=name, mode="markers", marker=marker))


def _unit(figure: go.Figure) -> go.Figure:
    figure.update_xaxes(range=[-0.02, 1.02])
    figure.update_yaxes(range=[-0.02, 1.02])
    return figure
