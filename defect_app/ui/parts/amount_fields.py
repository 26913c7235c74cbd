"""Fields for amounts, percentages and thresholds: a field computes with what stands in it, or says why not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from defect_app.decision import threshold_text
from defect_app.ui.parts.text import as_text
from defect_app.ui.parts.typed_number import TypedNumber, read_number, written_number

MOST_CHARACTERS = 40
Bounds = tuple[float, float]
SHARE: Bounds = (0.0, 1.0)
"""What a threshold may be."""


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
        draw_problem_of(read, written_number(value))
    return value if read.value is None else read.value


def draw_threshold_field(
    place: DeltaGenerator,
    label: str,
    threshold: float,
    *,
    key: str,
    help: str,
    on_change: Callable[..., None],
    args: tuple[Any, ...],
) -> None:
    """Draw the field of a threshold that also moves otherwise, by a drag or a button: it follows the threshold.

    Parameters
    ----------
    place : DeltaGenerator
        Where to draw it.
    label, help : str
        What it is.
    threshold : float
        In [0, 1]. It takes the place of a number in the field that is another one; what is no number stays, with its
        reason, until the threshold moves: whoever moves it forgets the session's key.
    key : str
        Session key; it holds the text.
    on_change, args
        Called when somebody typed.
    """
    held = st.session_state.get(key)
    known = read_number(held, *SHARE) if isinstance(held, str) else TypedNumber(float("nan"))
    if known.value is not None and known.value != threshold:
        st.session_state[key] = threshold_text(threshold)
    with place:
        typed = st.text_input(
            label,
            key=key,
            max_chars=MOST_CHARACTERS,
            persist_state="session",
            help=help,
            on_change=on_change,
            args=args,
        )
        draw_problem_of(read_number(typed or "", *SHARE), threshold_text(threshold))


def draw_problem_of(read: TypedNumber, used: str) -> None:
    """Say below a field why it has no number, and which one is computed with instead; nothing where it has one."""
    if read.value is None:
        st.markdown(f":red[:material/error: {as_text(read.problem)} {as_text(f'Computed with {used}.')}]")


def held_number(key: str, otherwise: float, bounds: Bounds) -> float:
    """Return what a field holds before it is drawn; `otherwise` where it holds nothing that can be used yet."""
    typed = st.session_state.get(key)
    found = read_number(typed, *bounds).value if isinstance(typed, str) else None
    return otherwise if found is None else found
