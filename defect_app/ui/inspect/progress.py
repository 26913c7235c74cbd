"""A running batch: how far it is, the latest verdicts, and the way to stop it."""

from __future__ import annotations

import streamlit as st

from defect_app.hosting.batch import Batch, BatchProgress
from defect_app.intake import display_name
from defect_app.ui.inspect.listening import Heard
from defect_app.ui.parts.text import as_text, name_as_text
from defect_app.ui.parts.verdicts import LOOKS
from defect_app.ui.session import Key

LATEST = 8
NAMED = 3
"""How many of the photos that are left are named."""


def is_running(batch: Batch, heard: Heard) -> bool:
    """Return whether photos are judged, or more of the same drop are on their way, with nobody having stopped that."""
    progress = batch.progress()
    return progress.running or (bool(heard.fed_drop) and not progress.stopped)


def shows_results(batch: Batch, heard: Heard) -> bool:
    """Return whether there is anything to show, and nothing that will change it at once."""
    progress = batch.progress()
    return bool(progress.done) and not progress.running and (heard.is_large or not is_running(batch, heard))


def draw_running(batch: Batch, heard: Heard) -> None:
    """Follow a running batch until it ends, then draw the whole page anew."""
    st.fragment(_follow, run_every=0.5)(batch, heard, shows_results(batch, heard))


def _follow(batch: Batch, heard: Heard, results_shown: bool) -> None:
    progress = batch.progress()
    if not is_running(batch, heard) or (shows_results(batch, heard) and not results_shown):
        st.rerun()
    share = progress.done / progress.total if progress.total else 0.0
    bar, button = st.columns([5, 1], vertical_alignment="center")
    bar.progress(share, text=progress_text(progress) + (" · more are being sent" if heard.fed_drop else ""))
    # Before the first handful of a drop is here there is nothing that could be stopped.
    stop = button.button(
        "Stop", icon=":material/stop_circle:", key=Key.INSPECT_STOP, width="stretch", disabled=not progress.total
    )
    if stop:
        batch.stop()
    grid = st.grid(LATEST, min_column_width=110, gap="small")
    for entry in reversed(batch.entries[-LATEST:]):
        with grid.container(gap="xsmall"):
            if entry.thumbnail_jpeg:
                st.image(entry.thumbnail_jpeg, width="stretch", alt=display_name(entry.record.file))
            st.caption(f"{LOOKS[entry.record.verdict].markdown}  \n{name_as_text(entry.record.file)}")


def progress_text(progress: BatchProgress) -> str:
    """Say how far a batch is, in words."""
    parts = [f"{progress.done} of {progress.total} judged"]
    if progress.rejected:
        parts.append(f"{progress.rejected} rejected")
    if progress.unusable:
        parts.append(f"{progress.unusable} not usable")
    if progress.seconds_left is not None:
        parts.append(f"about {max(1, round(progress.seconds_left))} s left")
    return " · ".join(parts)


def draw_finished(batch: Batch) -> None:
    """Say in a line how the batch ended."""
    progress = batch.progress()
    if batch.problem:
        st.error(f"{as_text(batch.problem)} What was judged is below.", icon=":material/error:")
    _draw_waiting(batch, progress)
    judged = progress.done - progress.unusable
    summary = f"{judged} {'photo' if judged == 1 else 'photos'} judged"
    summary += f", {progress.unusable} not usable" if progress.unusable else ""
    if progress.skipped:
        one = progress.skipped == 1
        summary += f", {progress.skipped} {'file' if one else 'files'} of the operating system skipped"
    st.caption(f"{summary}; the last drop took {progress.seconds_spent:.1f} s.")


def _draw_waiting(batch: Batch, progress: BatchProgress) -> None:
    """Say which photos are left of a batch that was stopped or ended early, and offer to go on with them."""
    names = progress.waiting
    if not names:
        return
    why = (
        f"{progress.done} photos are judged, which is as many as go at once;"
        if progress.full
        else (f"Stopped after {progress.done} {'photo' if progress.done == 1 else 'photos'}, with")
    )
    first = ", ".join(name_as_text(name) for name in names[:NAMED])
    others = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    words, button = st.columns([5, 1], vertical_alignment="center")
    words.info(
        f"{why} {len(names)} {'wait' if progress.full else 'left'}: {first}{others}.",
        icon=":material/stop_circle:",
    )
    if button.button("Go on", icon=":material/play_circle:", key=Key.INSPECT_GO_ON, width="stretch"):
        batch.resume()
        st.rerun()
