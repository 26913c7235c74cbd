"""Deletion and insertion curves, and how often each method's peak lies on the defect."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from defect_app.explanation.hiding import HidingCurves
from defect_app.explanation.summary import MethodFigures
from defect_app.figures.comparisons import proportions_figure
from defect_app.figures.style import ACCENT, DEFECTIVE, NEUTRAL, band_colour, styled


def hiding_figure(curves: HidingCurves) -> go.Figure:
    """Draw the answer against the share hidden and shown, with the range of the random runs."""
    figure = go.Figure()
    # Evenly spaced steps: defects are small, and on a plain axis all that happens would stand at its left edge.
    steps = np.arange(len(curves.share))
    shares = [f"{100 * share:g} %" for share in curves.share]
    for runs, colour, name in (
        (curves.random_deletion, DEFECTIVE, "hidden at random"),
        (curves.random_insertion, ACCENT, "shown at random"),
    ):
        edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
        figure.add_trace(go.Scatter(x=steps, y=runs.min(axis=0), showlegend=False, **edge))
        fill = {"fill": "tonexty", "fillcolor": band_colour(colour, 0.16)}
        figure.add_trace(go.Scatter(x=steps, y=runs.max(axis=0), name=name, **edge, **fill))
    for answer, colour, name, dash in (
        (curves.deletion, DEFECTIVE, "hottest hidden", "solid"),
        (curves.insertion, ACCENT, "only hottest shown", "dash"),
    ):
        figure.add_trace(
            go.Scatter(
                x=steps,
                customdata=shares,
                y=answer,
                name=name,
                mode="lines+markers",
                marker={"size": 5},
                line={"color": colour, "width": 2, "dash": dash},
                hovertemplate="%{customdata} of the photo: %{y:.3f}<extra>" + name + "</extra>",
            )
        )
    styled(figure, x_title="Share of the photo (finer steps first)", y_title="Answer of the model", height=320)
    figure.update_yaxes(range=[-0.03, 1.03])
    figure.update_xaxes(tickvals=steps[::2], ticktext=shares[::2])
    figure.update_layout(legend={"font": {"size": 11}})
    return figure


def hits_figure(figures: Sequence[MethodFigures]) -> go.Figure:
    """Draw for each method the share of peaks on the defect, with interval and the level of chance."""
    figure = proportions_figure([(f.title, f.hits) for f in figures], "Peak on the defect (share)")
    if figures:
        chance = float(np.mean([f.chance for f in figures]))
        figure.add_vline(x=chance, line={"color": NEUTRAL, "dash": "dot"}, annotation_text="chance")
    figure.update_xaxes(range=[-0.02, 1.02])
    figure.update_yaxes(title_text="")
    return figure
