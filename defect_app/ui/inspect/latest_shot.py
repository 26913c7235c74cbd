"""One large verdict: the part that was just photographed, or on a phone the shown photo, read at arm's length."""

from __future__ import annotations

import streamlit as st

from defect_app.catalog import ModelSpec
from defect_app.hosting.batch import Batch, BatchEntry
from defect_app.ui.inspect.heat import HeatLook, shown_picture
from defect_app.ui.parts.text import as_text
from defect_app.ui.parts.verdicts import LOOKS
from defect_app.ui.session import Key, KeyOf

SIDE = 110


def draw_latest_shot(batch: Batch, spec: ModelSpec, look: HeatLook) -> None:
    """Draw the verdict on the newest photo, or what there is to do first."""
    entries = batch.entries
    with st.container(key=Key.INSPECT_SHOT, border=True):
        if not entries:
            st.markdown("Hold the part in front of the camera and take a photo.")
        else:
            _draw_large(entries[-1], spec, look)


def draw_shown_verdict(batch: Batch, spec: ModelSpec, look: HeatLook) -> None:
    """Draw the verdict on the shown photo for narrow screens, where the large panel lies below the fold."""
    selected = st.session_state.get(Key.INSPECT_SELECTED)
    shown = next((entry for entry in batch.entries if entry.number == selected), None)
    if shown is not None:
        with st.container(key=Key.INSPECT_SHOT_NARROW, border=True):
            _draw_large(shown, spec, look)


def _draw_large(entry: BatchEntry, spec: ModelSpec, look: HeatLook) -> None:
    verdict = LOOKS[entry.record.verdict]
    # A container of its own for each photo, as the large panel has one.
    with st.container(
        key=KeyOf.INSPECT_SHOT_OF(f"{entry.number}_{entry.record.verdict}"),
        horizontal=True, vertical_alignment="center", gap="small", wrap=False,
    ):  # fmt: skip
        if entry.shown_jpeg:
            picture = shown_picture(entry, spec, look, longest_side=4 * SIDE)
            st.image(picture, width=SIDE, alt=f"Photo no. {entry.number}: {verdict.word}")
        with st.container(gap=None):
            st.markdown(f"## {verdict.markdown}")
            st.markdown(as_text(entry.record.reason))
    st.caption(f"Photo no. {entry.number}. {verdict.what_to_do}")
