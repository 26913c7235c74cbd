"""A running batch: how far it is, the latest verdicts, and the way to stop it."""

from __future__ import annotations

import streamlit as st

from defect_app.batch import Batch, BatchProgress
from defect_app.intake import display_name
from defect_app.ui.text import name_as_text
from defect_app.ui.verdicts import LOOKS

LATEST = 8


def draw_running(batch: Batch) -> None:
    """Follow a running batch until it ends, then draw the whole page anew."""
    st.fragment(_follow, run_every=0.5)(batch)


def _follow(batch: Batch) -> None:
    progress = batch.progress()
    if not progress.running:
        st.rerun()
    share = progress.done / progress.total if progress.total else 0.0
    bar, button = st.columns([5, 1], vertical_alignment="center")
    bar.progress(share, text=progress_text(progress))
    if button.button("Stop", icon=":material/stop_circle:", key="inspect_stop", width="stretch"):
        batch.stop()
    grid = st.grid(LATEST, min_column_width=110, gap="small")
    for entry in reversed(batch.entries[-LATEST:]):
        with grid.container(gap="xsmall"):
            if entry.thumbnail_jpeg:
                st.image(entry.thumbnail_jpeg, width="stretch", alt=display_name(entry.record["file"]))
            st.caption(f"{LOOKS[entry.record['verdict']].markdown}  \n{name_as_text(entry.record['file'])}")


def progress_text(progress: BatchProgress) -> str:
    """Say how far a batch is, in words."""
    said = f"{progress.done} of {progress.total} judged"
    if progress.rejected:
        said += f" · {progress.rejected} rejected"
    if progress.unusable:
        said += f" · {progress.unusable} not usable"
    if progress.seconds_left is not None:
        said += f" · about {max(1, round(progress.seconds_left))} s left"
    return said


def draw_finished(batch: Batch) -> None:
    """Say in a line how the batch ended."""
    progress = batch.progress()
    if batch.problem:
        st.error(f"{batch.problem} What was judged is below.", icon=":material/error:")
    judged = progress.done - progress.unusable
    said = f"{judged} {'photo' if judged == 1 else 'photos'} judged"
    said += f", {progress.unusable} not usable" if progress.unusable else ""
    if progress.skipped:
        one = progress.skipped == 1
        said += f", {progress.skipped} {'file' if one else 'files'} of the operating system skipped"
    if progress.stopped:
        st.info(f"Stopped after {progress.done} photos; what was judged is below.", icon=":material/stop_circle:")
    else:
        st.caption(f"{said}; the last drop took {progress.seconds_spent:.1f} s.")
