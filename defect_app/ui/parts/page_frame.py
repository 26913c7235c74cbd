"""What every page does in the browser: its look beyond the theme, its history, and words for a server that is gone."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from defect_app.ui.session import Key

FOLDER = Path(__file__).parent
LOST = (
    "The server does not answer. What you see is its last answer; nothing is judged until it is back. "
    "This page comes back by itself."
)
BACK_UNDOES = "explain"
"""The page whose choices are places in the browser's history."""

_COMPONENT = st.components.v2.component(
    "defect_lens_page_frame", js=(FOLDER / "page_frame.js").read_text(encoding="utf-8")
)


def draw_page_frame() -> None:
    """Bring the page's style and its script; both take no room."""
    st.html(FOLDER / "page.css")
    with st.container(key=Key.SHARED_QUIET_FRAME):
        _COMPONENT(key=Key.SHARED_FRAME, data={"lost": LOST, "backUndoes": BACK_UNDOES})
