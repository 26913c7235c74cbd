"""Tables that can be sorted, and taken away as CSV."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import streamlit as st

from defect_app.intake import spreadsheet_safe
from defect_app.ui.session import KeyOf


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
    key = KeyOf.SHARED_TABLE(name)
    st.dataframe(table, hide_index=True, column_config=columns, height=height or "auto", alt=alt, key=key)
    offer_csv(table, name)


def offer_csv(table: pd.DataFrame, name: str) -> None:
    """Draw the download of a table; the file is made when it is pressed."""
    st.download_button(
        "CSV",
        lambda: safe_table(table).to_csv(index=False).encode("utf-8-sig"),  # without the mark Excel misreads accents
        f"{name}.csv",
        "text/csv",
        key=KeyOf.SHARED_TABLE_CSV(name),
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        help="The table for a spreadsheet",
    )


def safe_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose texts no spreadsheet takes for formulas."""
    safe = table.copy()
    for column in safe.select_dtypes(exclude=["number", "bool"]).columns:
        safe[column] = [spreadsheet_safe(str(value)) for value in safe[column]]
    return safe.rename(columns=lambda c: spreadsheet_safe(str(c)))


def file_name(text: str) -> str:
    """Return text as a part of a file name."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "chart"
