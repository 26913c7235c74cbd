"""Bars and scatters that set models beside each other: proportions with intervals, published against ours."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from defect_app.evaluation.intervals import Proportion
from defect_app.evaluation.per_class import ClassFigures
from defect_app.figures.style import SERIES, SYMBOLS, label_text, message_figure, styled

_LINE = 18
"""Characters in a line of a small chart's labels."""


def proportions_figure(named: Sequence[tuple[str, Proportion]], x_title: str) -> go.Figure:
    """Draw proportions with their intervals as points, one a line; those without photos are left out."""
    counted = [(name, p) for name, p in named if p.n]
    if not counted:
        return message_figure("There are no photos to compare.")
    return _points(
        [name for name, _ in counted],
        np.array([p.rate for _, p in counted]),
        np.array([p.low for _, p in counted]),
        np.array([p.high for _, p in counted]),
        x_title,
        "Model",
    )


def published_figure(published: Sequence[tuple[str, Proportion]], ours: Sequence[tuple[str, Proportion]]) -> go.Figure:
    """Draw published accuracies and ours with their intervals, told apart by colour and symbol."""
    figure = go.Figure()
    names: list[str] = []
    for place, (whose, named) in enumerate((("published", published), ("ours", ours))):
        counted = [(f"{name} ({whose})", p) for name, p in named if p.n]
        names += [name for name, _ in counted]
        value, low, high = (np.array([getattr(p, key) for _, p in counted]) for key in ("rate", "low", "high"))
        spread = {"type": "data", "symmetric": False, "array": high - value, "arrayminus": value - low}
        marker = {"size": 11, "color": SERIES[place], "symbol": SYMBOLS[place]}
        labels = [label_text(name, 60) for name, _ in counted]
        figure.add_trace(go.Scatter(x=value, y=labels, error_x=spread, mode="markers", marker=marker, name=whose))
    if not names:
        return message_figure("There are no figures to compare.")
    styled(figure, x_title="Accuracy with 95 % interval", y_title="Model", height=max(220, 130 + 30 * len(names)))
    figure.update_yaxes(type="category", autorange="reversed")
    return figure


def per_class_figure(class_names: Sequence[str], figures: ClassFigures, x_title: str) -> go.Figure:
    """Draw one figure of every class with its interval, in the order given."""
    if not len(class_names):
        return message_figure("There are no classes to draw.")
    return _points(list(class_names), figures.value, figures.low, figures.high, x_title, "Actual class")


def backbones_figure(backbones: pd.DataFrame, times: pd.DataFrame, batch: int = 8) -> go.Figure:
    """Draw the casting report's accuracy against seconds per batch, a labelled point a backbone.

    Parameters
    ----------
    backbones, times : DataFrame
        The tables ``casting_backbones`` and ``casting_time``.
    batch : int
        2, 4 or 8, as measured.
    """
    joined = backbones.merge(times, on="backbone").sort_values(f"seconds_per_batch_{batch}")
    # Neighbours' names stand above and below in turn, or they would cover each other.
    above = [("top center", "bottom center")[i % 2] for i in range(len(joined))]
    figure = go.Figure(
        go.Scatter(
            x=joined[f"seconds_per_batch_{batch}"],
            y=joined["accuracy_percent"],
            text=joined["backbone"],
            mode="markers+text",
            textposition=above,
            marker={"size": 10, "color": SERIES[0], "symbol": SYMBOLS[0]},
            hovertemplate="%{text}<br>%{x:.3f} s a batch<br>%{y:.2f} % right<extra></extra>",
            showlegend=False,
        )
    )
    return styled(figure, x_title=f"Seconds per batch of {batch} (published)", y_title="Accuracy in % (published)")


def _lines(name: str) -> str:
    """Break a long name into two lines or three: beside a small chart it would leave no room for the points."""
    return "<br>".join(label_text(line, _LINE) for line in textwrap.wrap(name, _LINE, max_lines=3, placeholder=" …"))


def _points(
    names: list[str], value: np.ndarray, low: np.ndarray, high: np.ndarray, x_title: str, y_title: str
) -> go.Figure:
    spread = {"type": "data", "symmetric": False, "array": high - value, "arrayminus": value - low}
    labels = [_lines(name) for name in names]
    figure = go.Figure(
        go.Scatter(
            x=value,
            y=labels,
            error_x=spread,
            customdata=np.stack([low, high], axis=1),
            mode="markers",
            marker={"size": 10, "color": SERIES[0]},
            hovertemplate="%{y}: %{x:.4f} (%{customdata[0]:.4f} to %{customdata[1]:.4f})<extra></extra>",
            showlegend=False,
        )
    )
    height = 100 + sum(26 + 16 * label.count("<br>") for label in labels)
    styled(figure, x_title=x_title, y_title=y_title, height=max(180, height))
    figure.update_yaxes(type="category", autorange="reversed")
    return figure
