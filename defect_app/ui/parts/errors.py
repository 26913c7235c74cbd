"""What went wrong, and what to mind, said in its place and with what to do."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from defect_app.errors import DefectLensError
from defect_app.ui.parts.text import as_text


def draw_error(error: DefectLensError, *, icon: str = ":material/block:") -> None:
    """Say what went wrong and what to do."""
    draw_problem(str(error), error.remedy, icon=icon)


def draw_problem(problem: str, remedy: str = "", *, icon: str = ":material/block:") -> None:
    """Say why something cannot be shown and what to do, both in plain text."""
    st.error(as_text(f"{problem} {remedy}".strip()), icon=icon)


def draw_notices(notices: Iterable[str]) -> None:
    """Say what to mind about what is shown, a line each."""
    for notice in notices:
        st.caption(f":orange[:material/warning:] {as_text(notice)}")
