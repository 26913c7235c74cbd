"""What follows the shown photo in the browser: the mark of its row, and the view when a row was opened."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from defect_app.ui.session import Key

_COMPONENT = st.components.v2.component(
    "defect_lens_following", js=(Path(__file__).parent / "following.js").read_text(encoding="utf-8")
)


def open_photo(number: int) -> None:
    """Show a photo large and bring it into view, also where it was shown before."""
    st.session_state[Key.INSPECT_SELECTED] = number
    st.session_state[Key.INSPECT_OPENED] = st.session_state.get(Key.INSPECT_OPENED, 0) + 1


def follow(number: int) -> None:
    """Mark the row of the shown photo."""
    with st.container(key=Key.SHARED_QUIET_FOLLOWING):
        _COMPONENT(
            key=Key.INSPECT_FOLLOWING, data={"number": number, "opened": st.session_state.get(Key.INSPECT_OPENED, 0)}
        )
