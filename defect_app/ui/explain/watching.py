"""Long work on the page: its progress, and a button that stops it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

import streamlit as st

from defect_app.errors import DefectLensError
from defect_app.progress import Progress
from defect_app.ui.session import Key, KeyOf

Result = TypeVar("Result")


class Stopped(DefectLensError):
    """Work that the reader stopped, and has not asked for again."""


def watched(key: Hashable, words: str, work: Callable[[Progress], Result]) -> Result:
    """Do long work with a bar and a button; once stopped, it is done again only when asked for.

    Parameters
    ----------
    key : hashable
        What tells this work from other work.
    words : str
        What is being done.
    work : callable
        Takes a `Progress`. The button's click starts the page anew, and Streamlit ends the work at its next step.

    Raises
    ------
    Stopped
        If it was stopped.
    """
    stopped: set[Hashable] = st.session_state.setdefault(Key.EXPLAIN_STOPPED, set())
    place = st.empty()
    if key in stopped:
        if not place.button("Compute it after all", key=KeyOf.EXPLAIN_GO_ON(key), icon=":material/play_arrow:"):
            raise Stopped(f"{words} was stopped.")
        stopped.discard(key)
    with place.container(horizontal=True, vertical_alignment="center", gap="small"):
        bar = st.progress(0.0, words)
        st.button("Stop", key=KeyOf.EXPLAIN_STOP(key), icon=":material/stop:", on_click=stopped.add, args=(key,))

    def show(_: str, done: int, total: int) -> None:
        bar.progress(done / total, f"{words}: {done} of {total}")

    try:
        return work(show)
    finally:
        place.empty()
