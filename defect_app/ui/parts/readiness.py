"""The line that says whether this installation is fit to judge, with the button that tests it again."""

from __future__ import annotations

import streamlit as st

from defect_app.readiness import Readiness
from defect_app.ui.parts.text import as_text
from defect_app.ui.resources import self_test
from defect_app.ui.session import Key

LOOK_AGAIN_S = 2.0


def draw_readiness(*, is_brief: bool = False) -> None:
    """Draw the outcome of the last self-test; while the first one runs, the line waits for it.

    Parameters
    ----------
    is_brief : bool
        Where all is well, one line without the button: nothing between a person and the photos.
    """
    if self_test().is_first_awaited:
        _draw_waiting()
        return
    found = self_test().latest
    if is_brief and found is not None and found.ready:
        _draw_sentence(st.empty(), found)
    else:
        _draw_outcome()


@st.fragment(run_every=LOOK_AGAIN_S)
def _draw_waiting() -> None:
    if not self_test().is_first_awaited:
        st.rerun()
    st.caption(":material/hourglass: The self-test follows: each model will judge photos whose answers are known.")


@st.fragment
def _draw_outcome() -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        place = st.empty()
        if st.button(
            "Test now", icon=":material/fact_check:", type="tertiary", key=Key.SHARED_SELF_TEST,
            help="Each model judges photos whose answers are known; records, disk and clock are looked at.",
        ):  # fmt: skip
            with st.spinner("Testing …"):
                self_test().run()
        _draw_sentence(place, self_test().latest)
    found = self_test().latest
    if found is not None and found.problems:
        with st.expander("What is wrong"):
            for problem in found.problems:
                st.markdown(f":red[:material/block:] {as_text(problem)}")


def _draw_sentence(place: st.delta_generator.DeltaGenerator, found: Readiness | None) -> None:
    if found is None:
        place.caption(":material/help: Not tested since the start.")
        return
    colour, icon = ("green", "verified") if found.ready else ("red", "warning")
    place.caption(f":{colour}[:material/{icon}:] {as_text(found.sentence)} {found.at:%H:%M} UTC")
