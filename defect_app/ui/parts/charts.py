"""Charts that can be taken away: PNG by the chart's toolbar, HTML and the numbers as CSV by a button."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from defect_app.figures.style import standalone_html
from defect_app.ui.parts.tables import offer_csv
from defect_app.ui.session import KeyOf

_TOOLS_LEFT_OUT = ["select2d", "lasso2d", "autoScale2d"]


def draw_chart(
    figure: go.Figure,
    name: str,
    alt: str,
    *,
    table: pd.DataFrame | None = None,
    on_click: Callable[[str, str], None] | None = None,
) -> None:
    """Draw a figure with its downloads.

    Parameters
    ----------
    figure : Figure
        Not changed: it may be shared by sessions.
    name : str
        Of the downloaded file, without suffix; one a chart on the page.
    alt : str
        What it shows, for those who cannot see it.
    table : DataFrame, optional
        The figure's numbers, offered as CSV.
    on_click : callable, optional
        Called with the two texts of the clicked mark's `customdata`.
    """
    config = {
        "displaylogo": False,
        "modeBarButtonsToRemove": _TOOLS_LEFT_OUT,
        "toImageButtonOptions": {"format": "png", "filename": name, "scale": 2},
    }
    key = KeyOf.SHARED_CHART(name)
    if on_click is None:
        st.plotly_chart(figure, key=key, config=config, alt=alt)
    else:

        def clicked() -> None:
            points = st.session_state[key].selection.points
            # Streamlit drops the selection when the figure changes: an empty one is no click.
            if points and len(points[0].get("customdata") or ()) == 2:
                on_click(*points[0]["customdata"])

        st.plotly_chart(figure, key=key, config=config, alt=alt, on_select=clicked, selection_mode="points")
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            "HTML",
            lambda: standalone_html(figure, whole_page=True),
            f"{name}.html",
            "text/html",
            key=KeyOf.SHARED_CHART_HTML(name),
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
            help="The chart as a page of its own that needs no internet. As PNG: the camera in the chart's toolbar.",
        )
        if table is not None:
            offer_csv(table, name)
