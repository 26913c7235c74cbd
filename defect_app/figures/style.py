"""The look that all figures share: transparent, legible on light and dark, safe for colour-blind eyes."""

from __future__ import annotations

import html

import plotly.graph_objects as go
from plotly.io import to_html

GOOD = "#0072B2"
DEFECTIVE = "#D55E00"
REVIEW = "#E69F00"
NEUTRAL = "#7F8C93"
ACCENT = "#009E73"
SERIES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", NEUTRAL)
"""Okabe and Ito's palette: told apart with every common kind of colour blindness, on white and on near-black."""
SYMBOLS = ("circle", "square", "diamond", "cross", "triangle-up", "x", "star")
"""One a series, so that colour is never the only difference."""
GRID = "rgba(127,140,147,0.25)"


def styled(figure: go.Figure, *, x_title: str, y_title: str, height: int = 380) -> go.Figure:
    """Give a figure the shared look and return it.

    Text has no colour: on a page it follows the theme; see `standalone_html` for files.

    Parameters
    ----------
    figure : Figure
        Changed in place.
    x_title, y_title : str
        Axis titles in words.
    height : int
        In pixels.
    """
    axis = {"gridcolor": GRID, "zerolinecolor": GRID, "linecolor": GRID, "automargin": True}
    # One update: each takes plotly milliseconds, and pages draw several figures at every move of a threshold.
    figure.update_layout(
        xaxis={"title": {"text": x_title}, **axis},
        yaxis={"title": {"text": y_title}, **axis},
        height=height,
        margin={"l": 64, "r": 16, "t": 32, "b": 56},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"size": 13},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0.0},
        hovermode="closest",
    )
    return figure


def standalone_html(figure: go.Figure, *, whole_page: bool) -> str:
    """Return a figure as HTML for a file that no theme reaches: its text is grey, legible on light and dark.

    Parameters
    ----------
    figure : Figure
        Not changed.
    whole_page : bool
        A page of its own with the drawing library inside, else a part of one that has it.
    """
    drawn = figure.to_dict()
    # Streamlit's template holds placeholders that only its own pages fill in.
    drawn["layout"].pop("template", None)
    drawn["layout"]["font"] = {"color": NEUTRAL} | drawn["layout"].get("font", {})
    config = {"displaylogo": False} if whole_page else {"displaylogo": False, "responsive": True}
    return str(to_html(drawn, config=config, full_html=whole_page, include_plotlyjs=whole_page, validate=False))


def message_figure(words: str) -> go.Figure:
    """Return a figure that says in words why there is nothing to draw."""
    figure = go.Figure()
    figure.add_annotation(text=words, showarrow=False, x=0.5, y=0.5, xref="paper", yref="paper")
    styled(figure, x_title="", y_title="", height=160)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    return figure


def band_colour(colour: str, opacity: float) -> str:
    """Return a hex colour as rgba with this opacity."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def label_text(name: str, most: int = 32) -> str:
    """Return a name for a label: shortened, and never read as the few HTML tags that plotly knows."""
    return html.escape(name if len(name) <= most else f"{name[: most - 1]}…", quote=False)
