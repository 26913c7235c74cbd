"""Fields for amounts and percentages: what stands in one is what is computed with, or the field says why not."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from defect_app.ui.parts.text import as_text
from defect_app.ui.parts.typed_number import read_number, written_number

MOST_CHARACTERS = 40
Bounds = tuple[float, float]


def draw_number_field(
    place: DeltaGenerator, label: str, value: float, bounds: Bounds, *, key: str, help: str = ""
) -> float:
    """Draw a field and return its number; while it holds none that can be used, it says so and `value` is returned.

    Parameters
    ----------
    place : DeltaGenerator
        Where to draw it.
    label, help : str
        What it is.
    value : float
        What it holds at first, and what is computed with while nothing usable stands in it.
    bounds : (float, float)
        Least and greatest number that it takes.
    key : str
        Session key; it holds the text.
    """
    held = st.session_state.get(key, value)
    if not isinstance(held, str):
        st.session_state[key] = written_number(float(held))
    with place:
        typed = st.text_input(label, key=key, max_chars=MOST_CHARACTERS, persist_state="session", help=help or None)
        read = read_number(typed or "", *bounds)
        if read.value is None:
            used = f"Computed with {written_number(value)}."
            st.markdown(f":red[:material/error: {as_text(read.problem)} {as_text(used)}]")
    return value if read.value is None else read.value


def held_number(key: str, otherwise: float, bounds: Bounds) -> float:
    """Return what a field holds before it is drawn; `otherwise` where it holds nothing that can be used yet."""
    typed = st.session_state.get(key)
    found = read_number(typed, *bounds).value if isinstance(typed, str) else None
    return otherwise if found is None else found
