"""Confusion and verdict matrices: rows Actual, columns Predicted, each cell a marker that can be clicked."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from defect_app.evaluation.confusion import ConfusionMatrix
from defect_app.evaluation.thresholds import VERDICTS, VerdictCounts
from defect_app.figures.style import NEUTRAL, SEQUENTIAL, said_instead, styled

_MOST_TEXT = 25


def confusion_figure(matrix: ConfusionMatrix, *, percent: bool = False, hide_diagonal: bool = False) -> go.Figure:
    """Draw a confusion matrix.

    Heat maps return no selection in Streamlit, so an invisible marker lies on each cell; its `customdata` is
    ``[actual name, predicted name]``.

    Parameters
    ----------
    matrix : ConfusionMatrix
        Condensed, where there are many classes.
    percent : bool
        Percent of the actual class instead of counts.
    hide_diagonal : bool
        Leave right answers blank, so that the colours show mistakes only.
    """
    if not matrix.rows:
        return said_instead("There are no classes to draw.")
    values = matrix.percent_of_actual if percent else matrix.counts.astype(np.float64)
    if hide_diagonal:
        same = np.array(matrix.rows)[:, None] == np.array(matrix.columns)[None, :]
        values = np.where(same, np.nan, values)
    unit = "% of the actual class" if percent else "photos"
    return _cells(values, matrix.rows, matrix.columns, "Predicted", unit, "{:.1f}" if percent else "{:,.0f}")


def verdict_figure(counts: VerdictCounts, *, by_class: bool = False) -> go.Figure:
    """Draw actual good and defective (or every actual class) against PASS, REVIEW and REJECT."""
    columns = tuple(v.value for v in VERDICTS)
    if by_class and not counts.class_names:
        return said_instead("There are no parts to draw.")
    rows = counts.class_names if by_class else ("good", "defective")
    values = (counts.by_class if by_class else counts.counts).astype(np.float64)
    return _cells(values, rows, columns, "Verdict", "photos", "{:,.0f}")


def _cells(
    values: np.ndarray, rows: tuple[str, ...], columns: tuple[str, ...], x_title: str, unit: str, form: str
) -> go.Figure:
    figure = go.Figure(
        go.Heatmap(
            z=values, x=list(columns), y=list(rows), colorscale=[list(s) for s in SEQUENTIAL], showscale=False,
            zmin=0, xgap=2, ygap=2, hoverinfo="skip",
        )
    )  # fmt: skip
    places = [(r, c) for r in range(len(rows)) for c in range(len(columns)) if np.isfinite(values[r, c])]
    written = [form.format(values[r, c]) for r, c in places]
    figure.add_trace(
        go.Scatter(
            x=[columns[c] for _, c in places],
            y=[rows[r] for r, _ in places],
            customdata=[[rows[r], columns[c]] for r, c in places],
            text=written,
            mode="markers+text" if len(rows) <= _MOST_TEXT else "markers",
            marker={"size": 28, "opacity": 0.0, "symbol": "square", "color": NEUTRAL},
            hovertemplate=f"Actual %{{y}}<br>{x_title} %{{x}}<br>%{{text}} {unit}<extra></extra>",
            showlegend=False,
        )
    )
    styled(figure, x_title=x_title, y_title="Actual", height=max(220, 110 + 30 * len(rows)))
    figure.update_xaxes(type="category", side="top", showgrid=False)
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False)
    figure.update_layout(margin={"t": 72}, clickmode="event+select")
    return figure
