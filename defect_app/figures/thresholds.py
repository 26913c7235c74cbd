"""Score histogram with the two lines, and figures over all thresholds with bands over repeats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from defect_app.decision import InspectionThresholds, threshold_text
from defect_app.evaluation.histograms import ScoreHistogram
from defect_app.evaluation.repeats import RepeatTable
from defect_app.evaluation.threshold_curves import Band, ThresholdCurves
from defect_app.figures.style import DEFECTIVE, GOOD, REVIEW, SERIES, SYMBOLS, band_colour, message_figure, styled

CURVE_WORDS = {
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "accuracy": "accuracy",
    "escape_rate": "escapes (share of defective parts)",
    "false_reject_rate": "false rejects (share of good parts)",
    "review_load": "parts to review (share)",
    "cost": "cost per 1,000 parts",
}
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash")


def histogram_figure(
    histogram: ScoreHistogram, thresholds: InspectionThresholds | None = None, *, log: bool = True
) -> go.Figure:
    """Draw the scores of good and of defective parts with the two lines.

    Parameters
    ----------
    histogram : ScoreHistogram
        Counts.
    thresholds : InspectionThresholds, optional
        Lines to draw.
    log : bool
        Logarithmic counts, so that the few hard parts beside thousands of clear ones are seen.
    """
    figure = go.Figure()
    width = np.diff(histogram.edges)
    for name, counts, colour, shape in (
        ("actual good", histogram.good, GOOD, ""),
        ("actual defective", histogram.defective, DEFECTIVE, "/"),
    ):
        marker = {"color": band_colour(colour, 0.65), "pattern": {"shape": shape}}
        said = f"{name}<br>score %{{x:.3f}}<br>%{{y:,}} photos<extra></extra>"
        centres = histogram.edges[:-1] + width / 2
        figure.add_trace(go.Bar(x=centres, y=counts, width=width, name=name, marker=marker, hovertemplate=said))
    styled(figure, x_title="Score for a defect", y_title="Photos")
    figure.update_layout(barmode="overlay", bargap=0)
    figure.update_xaxes(range=[-0.01, 1.01])
    figure.update_yaxes(type="log" if log else "linear")
    return _with_lines(figure, thresholds)


def threshold_figure(
    curves: ThresholdCurves,
    names: Sequence[str] = ("precision", "recall", "f1"),
    *,
    bands: Mapping[str, Band] | None = None,
    thresholds: InspectionThresholds | None = None,
) -> go.Figure:
    """Draw figures over all thresholds.

    Parameters
    ----------
    curves : ThresholdCurves
        Of the bundled model.
    names : sequence of str
        Keys of `CURVE_WORDS`; draw the cost alone, its unit is another.
    bands : mapping of str to Band, optional
        Mean and sd over repeats, on the same thresholds: drawn as mean +- sd.
    thresholds : InspectionThresholds, optional
        Lines to draw.
    """
    traces = []
    for i, name in enumerate(names):
        colour, at = SERIES[i % len(SERIES)], curves.thresholds
        spread = (bands or {}).get(name)
        if spread is not None and np.isfinite(spread.sd).any():
            edge = {"mode": "lines", "line": {"width": 0}, "showlegend": False, "hoverinfo": "skip"}
            fill = {"fill": "tonexty", "fillcolor": band_colour(colour, 0.18)}
            traces.append(go.Scatter(x=at, y=spread.mean - spread.sd, **edge))
            traces.append(go.Scatter(x=at, y=spread.mean + spread.sd, **edge, **fill))
        line = {"color": colour, "dash": _DASHES[i % len(_DASHES)], "width": 2}
        said = f"{CURVE_WORDS[name]} %{{y:.4f}}<br>threshold %{{x:.4f}}<extra></extra>"
        y = getattr(curves, name)
        traces.append(go.Scatter(x=at, y=y, name=CURVE_WORDS[name], mode="lines", line=line, hovertemplate=said))
    y_title = CURVE_WORDS[names[0]].capitalize() if len(names) == 1 else "Share"
    figure = styled(go.Figure(traces), x_title="Reject from (threshold on the score)", y_title=y_title, height=330)
    layout: dict[str, Any] = {"xaxis": {"range": [-0.02, 1.02]}}
    if names == ("cost",):
        # From rejecting every part to the cheapest lines it is a factor of hundreds.
        layout["yaxis"] = {"type": "log", "dtick": "D2", "title": {"text": f"{y_title} (logarithmic)"}}
    return _with_lines(figure, thresholds, layout)


def repeats_figure(ours: RepeatTable, published: RepeatTable | None = None) -> go.Figure:
    """Draw mean +- sd over runs at each threshold, ours beside a report's.

    Parameters
    ----------
    ours : RepeatTable
        Measured.
    published : RepeatTable, optional
        A report's, of the same metric.
    """
    if not ours.values.size:
        return message_figure("There are no repeats to draw.")
    sets = [("ours", ours)] + ([("published", published)] if published is not None else [])
    figure = go.Figure()
    for i, (name, table) in enumerate(sets):
        runs = table.values.shape[1]
        figure.add_trace(
            go.Scatter(
                x=table.thresholds,
                y=table.mean,
                error_y={"type": "data", "array": np.nan_to_num(table.sd)},
                name=f"{name}, {runs} runs" if runs > 1 else f"{name}, a single run",
                mode="markers+lines",
                marker={"symbol": SYMBOLS[i], "size": 9, "color": SERIES[i]},
            )
        )
    return styled(figure, x_title="Threshold", y_title=f"{ours.metric.capitalize()}, mean ± sd over runs")


def _with_lines(
    figure: go.Figure, thresholds: InspectionThresholds | None, layout: dict[str, Any] | None = None
) -> go.Figure:
    if thresholds is None:
        return figure.update_layout(layout or {})
    # One update of the layout: plotly's add_vline would cost more than all the curves.
    shapes, annotations = [], []
    for at, colour, dash, row, words in (
        (thresholds.review_at, REVIEW, "dash", 1, "review from"),
        (thresholds.reject_at, DEFECTIVE, "solid", 0, "reject from"),
    ):
        place = {"xref": "x", "yref": "paper", "x0": at, "x1": at, "y0": 0, "y1": 1}
        shapes.append({"type": "line", **place, "line": {"color": colour, "dash": dash, "width": 2}})
        # Above the plot, each on a row of its own, so that it covers no curve and not the other's words; towards the
        # middle, so that it is not cut where a line stands near an end.
        side = "left" if at < 0.5 else "right"
        where = {
            "xref": "x",
            "yref": "paper",
            "x": at,
            "y": 1,
            "yshift": 16 * row,
            "xanchor": side,
            "yanchor": "bottom",
        }
        annotations.append({"text": f"{words} {threshold_text(at)}", **where, "showarrow": False})
    legend = {"y": -0.26, "yanchor": "top", "traceorder": "normal"}
    return figure.update_layout(
        shapes=shapes, annotations=annotations, legend=legend, margin={"t": 48}, **(layout or {})
    )
