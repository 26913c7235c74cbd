"""Charts and tables that can be taken away: PNG by the chart's toolbar, HTML and CSV by a button."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from defect_app.intake import spreadsheet_safe
from defect_app.ui.text import as_text

_TOOLS_LEFT_OUT = ["select2d", "lasso2d", "autoScale2d"]


def draw_chart(
    figure: go.Figure,
    name: str,
    alt: str,
    *,
    table: pd.DataFrame | None = None,
    on_click: Callable[[str, str], None] | None = None,
    own: bool = False,
) -> None:
    """Draw a figure with its downloads.

    Parameters
    ----------
    figure : Figure
        Not changed unless `own`: in the app its text follows the theme.
    name : str
        Of the downloaded file, without suffix; one a chart on the page.
    alt : str
        What it shows, for those who cannot see it.
    table : DataFrame, optional
        The figure's numbers, offered as CSV.
    on_click : callable, optional
        Called with the two texts of the clicked mark's `customdata`.
    own : bool
        Whether the figure was made for this run alone: it is then drawn without a copy, which takes plotly longer than
        all else.
    """
    shown = figure if own else go.Figure(figure)
    shown.layout.font.color = None
    config = {
        "displaylogo": False,
        "modeBarButtonsToRemove": _TOOLS_LEFT_OUT,
        "toImageButtonOptions": {"format": "png", "filename": name, "scale": 2},
    }
    key = f"chart_{name}"
    if on_click is None:
        st.plotly_chart(shown, key=key, config=config, alt=alt)
    else:

        def clicked() -> None:
            points = st.session_state[key].selection.points
            # Streamlit drops the selection when the figure changes: an empty one is no click.
            if points and len(points[0].get("customdata") or ()) == 2:
                on_click(*points[0]["customdata"])

        st.plotly_chart(shown, key=key, config=config, alt=alt, on_select=clicked, selection_mode="points")
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            "HTML",
            lambda: figure.to_html(include_plotlyjs=True, config={"displaylogo": False}),
            f"{name}.html",
            "text/html",
            key=f"html_{name}",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
            help="The chart as a page of its own that needs no internet. As PNG: the camera in the chart's toolbar.",
        )
        if table is not None:
            _offer_csv(table, name)


def safe_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose texts no spreadsheet takes for formulas."""
    safe = table.copy()
    for column in safe.select_dtypes(exclude=["number", "bool"]).columns:
        safe[column] = [spreadsheet_safe(str(value)) for value in safe[column]]
    return safe.rename(columns=lambda c: spreadsheet_safe(str(c)))


def draw_table(
    table: pd.DataFrame, name: str, alt: str, *, columns: dict[str, Any] | None = None, height: int | None = None
) -> None:
    """Draw a table that can be sorted, with its download as CSV.

    Parameters
    ----------
    table : DataFrame
        Column names are the headings.
    name : str
        Of the downloaded file, without suffix; one a table on the page.
    alt : str
        What it holds.
    columns : dict, optional
        Streamlit's column settings by heading.
    height : int, optional
        In pixels.
    """
    st.dataframe(table, hide_index=True, column_config=columns, height=height or "auto", alt=alt, key=f"table_{name}")
    _offer_csv(table, name)


def _offer_csv(table: pd.DataFrame, name: str) -> None:
    st.download_button(
        "CSV",
        lambda: safe_table(table).to_csv(index=False),
        f"{name}.csv",
        "text/csv",
        key=f"csv_{name}",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        help="The table for a spreadsheet",
    )


def file_name(text: str) -> str:
    """Return text as a part of a file name."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "chart"


def draw_notices(notices: tuple[str, ...]) -> None:
    """Say what to mind about the rows that are shown."""
    for notice in notices:
        st.caption(f":orange[:material/warning:] {as_text(notice)}")
