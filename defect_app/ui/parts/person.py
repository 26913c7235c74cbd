"""The field in which a person says who they are, where nobody signs in; one name for all pages of a session."""

from __future__ import annotations

import streamlit as st

from defect_app.ui.session import Key
from defect_app.ui.visitors import visitor_name

MOST_CHARACTERS = 80


def person_field(*, width: int = 220) -> None:
    """Draw the field; `recording.current_person` says what stands in it."""
    if visitor_name():
        return  # whoever signed in is known
    st.text_input(
        "Your name", key=Key.SHARED_WHO, persist_state="session", max_chars=MOST_CHARACTERS,
        placeholder="Your name, for the records", label_visibility="collapsed", width=width,
    )  # fmt: skip
