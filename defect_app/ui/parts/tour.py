"""A tour of six steps over the pages: it can be left at any step, and begins anew from the menu."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from defect_app.ui.session import Address, Key


@dataclass(frozen=True)
class TourStep:
    """A step: its page's script and title, what to look at, and what the page's address holds."""

    script: str
    page: str
    text: str
    state: tuple[tuple[str, str], ...] = ()


_CASTINGS = ((Address.MODEL.value, "casting-mobilenetv2"),)
STEPS = (
    TourStep("streamlit_app.py", "Home", "Drop photos of your own: the app says which product knows them."),
    TourStep(
        "pages/inspect.py", "Inspect",
        "Each photo gets a verdict. Press **Judge all samples**: the doubtful ones come first, each with its reason.",
        _CASTINGS,
    ),
    TourStep(
        "pages/explain.py", "Explain", "Where the model sees what it says, and tests of whether to believe it.",
        _CASTINGS,
    ),
    TourStep(
        "pages/thresholds.py", "Thresholds",
        "Two lines make a score a verdict. Drag one: what escapes and what is rejected in vain follow at once.",
        _CASTINGS,
    ),
    TourStep("pages/teach.py", "Teach", "A product of your own: a handful of photos makes a model in seconds."),
    TourStep("pages/lessons.py", "Lessons", "Lessons with a question before each answer, alone or in a class."),
)  # fmt: skip


def draw_tour(page: str) -> None:
    """Draw the step of the tour that a page is, while the tour goes on; call it below the menu of every page."""
    place = st.session_state.get(Key.SHARED_TOUR_STEP)
    if place is None:
        return
    step = STEPS[place]
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", gap="small", key=Key.SHARED_TOUR_STRIP
    ):
        if step.page == page:
            st.markdown(f":material/flag: **{place + 1} of {len(STEPS)}.** {step.text}")
        else:
            st.markdown(f":material/flag: The tour stands at step {place + 1} of {len(STEPS)}, {step.page}.")
        last = place == len(STEPS) - 1
        if step.page != page:
            if st.button("Go there", key=Key.SHARED_TOUR_NEXT, type="primary"):
                _open(place)
        elif not last and st.button(f"Next: {STEPS[place + 1].page}", key=Key.SHARED_TOUR_NEXT, type="primary"):
            _open(place + 1)
        st.button("Done" if last else "Skip the tour", key=Key.SHARED_TOUR_END, type="tertiary", on_click=_end)


def draw_tour_start() -> None:
    """Draw the button of the menu that begins the tour."""
    if st.button("Take the tour", icon=":material/flag:", key=Key.SHARED_TOUR_START, type="tertiary"):
        _open(0)


def _open(place: int) -> None:
    st.session_state[Key.SHARED_TOUR_STEP] = place
    st.switch_page(STEPS[place].script, query_params=dict(STEPS[place].state))


def _end() -> None:
    st.session_state.pop(Key.SHARED_TOUR_STEP, None)
