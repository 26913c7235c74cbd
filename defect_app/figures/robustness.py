"""Curves of a disturbance: how much passes, goes to a person and is right as it gets stronger."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from defect_app.evaluation.robustness import Disturbed
from defect_app.figures.style import DEFECTIVE, GOOD, REVIEW, band_colour, styled

_LINES = (
    ("defective parts that pass", "false_pass", DEFECTIVE, "solid"),
    ("to review", "to_review", REVIEW, "dash"),
    ("good parts that pass", "good_passed", GOOD, "dot"),
)


def robustness_figure(course: Sequence[Disturbed], amounts: Sequence[float], unit: str) -> go.Figure:
    """Draw shares over the strengths, undisturbed photos first, with the interval of what passes wrongly.

    Parameters
    ----------
    course : sequence of Disturbed
        By rising strength.
    amounts : sequence of float
        Of the strengths, as ticks.
    unit : str
        Of the amounts.
    """
    figure = go.Figure()
    at = [step.strength for step in course]
    bounds = [step.false_pass for step in course]
    figure.add_trace(
        go.Scatter(
            x=[*at, *reversed(at)],
            y=[*(b.high for b in bounds), *(b.low for b in reversed(bounds))],
            mode="lines",
            fill="toself",
            fillcolor=band_colour(DEFECTIVE, 0.15),
            line={"width": 0},
            hoverinfo="skip",
            showlegend=False,
        )
    )
    for name, key, colour, dash in _LINES:
        shares = [getattr(step, key) for step in course]
        said = [f"{share.count} of {share.n}" for share in shares]
        line = {"color": colour, "dash": dash}
        figure.add_trace(
            go.Scatter(x=at, y=[s.rate for s in shares], name=name, mode="lines+markers", line=line, hovertext=said)
        )
    styled(figure, x_title=unit, y_title="Share", height=300)
    figure.update_xaxes(tickvals=at, ticktext=["none", *(f"{amount:g}" for amount in amounts)])
    figure.update_yaxes(range=[-0.03, 1.03], tickformat=".0%")
    return figure
