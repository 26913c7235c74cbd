"""How a figure grows with the number of photos that a model is taught with, and what more would bring."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from defect_app.figures.style import ACCENT, GOOD, band_colour, styled

Point = tuple[int, float, float]
"""Photos a class, and between which values the figure will probably lie."""


def learning_curve_figure(
    photos: Sequence[int],
    middle: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    forecasts: Sequence[Point],
    metric: str,
) -> go.Figure:
    """Draw the measured curve with the range of its draws, and the forecasts as bars behind its end."""
    figure = go.Figure()
    figure.add_trace(
        go.Scatter(
            x=[*photos, *reversed(photos)],
            y=[*high, *reversed(low)],
            fill="toself",
            fillcolor=band_colour(GOOD, 0.18),
            line={"width": 0},
            hoverinfo="skip",
            name="range of draws",
        )
    )
    figure.add_trace(
        go.Scatter(x=list(photos), y=list(middle), mode="lines+markers", name="measured", line={"color": GOOD})
    )
    if forecasts:
        centre = [(bottom + top) / 2 for _, bottom, top in forecasts]
        half = [(top - bottom) / 2 for _, bottom, top in forecasts]
        figure.add_trace(
            go.Scatter(
                x=[at for at, _, _ in forecasts],
                y=centre,
                error_y={"type": "data", "array": half},
                mode="markers",
                marker={"color": ACCENT, "symbol": "diamond", "size": 9},
                name="likely with more photos",
            )
        )
    return styled(figure, x_title="Photos of each class", y_title=f"{metric}, held-out photos", height=300)
