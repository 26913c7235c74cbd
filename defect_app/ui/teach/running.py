"""A teaching that is on its way: started, followed with a bar, and stopped."""

from __future__ import annotations

import streamlit as st

from defect_app.catalog import FrameSpec
from defect_app.hosting.teaching_job import TeachingJob
from defect_app.settings import settings
from defect_app.teaching import TeachingRequest
from defect_app.teaching.request import id_from
from defect_app.ui.parts.errors import draw_error
from defect_app.ui.parts.text import as_text
from defect_app.ui.session import Key
from defect_app.ui.teach.classes import Given

_SOON_S = 0.3
_LOOK_AGAIN_S = 1.5
"""Each look costs a run of the page, which takes the processor from the teaching."""


def current_job() -> TeachingJob | None:
    """Return the latest teaching of this tab."""
    job: TeachingJob | None = st.session_state.get(Key.TEACH_JOB)
    return job


def draw_start(title: str, given: Given, frame: FrameSpec | None) -> None:
    """Draw the button that teaches."""
    model_id = id_from(title)
    ready = bool(model_id and given.files)
    if st.button("Teach", icon=":material/school:", type="primary", key=Key.TEACH_START, disabled=not ready):
        request = TeachingRequest(model_id, title, given.classes, given.files, frame)
        st.session_state[Key.TEACH_JOB] = TeachingJob(request)
        st.session_state[Key.TEACH_JOB].wait(_SOON_S)
        st.rerun()
    if not ready:
        st.caption("Drop photos first." if model_id else "Name the product, and drop photos.")
    else:
        words = f"{len(given.files):,} files in {len(given.classes)} class{'es' * (len(given.classes) != 1)}"
        st.caption(f"{words}. The model will be called {as_text(model_id)}.")
        job = current_job()
        is_this = job is not None and job.result is not None and job.request.id == model_id
        if not is_this and (settings().taught_models / model_id).is_dir():
            st.warning(
                f"A product called {as_text(model_id)} was taught already. The new one takes its place; the former one "
                "stays among its versions. For another product, give another name.",
                icon=":material/swap_horiz:",
            )


def draw_running(job: TeachingJob) -> None:
    """Follow a teaching until it ends, then draw the whole page anew."""
    st.fragment(_follow, run_every=0.2)(job)


def draw_ended(job: TeachingJob) -> None:
    """Say how a teaching ended that made no model."""
    if job.problem is not None:
        draw_error(job.problem)
    elif job.stopped:
        st.info("Stopped. Nothing was kept of it, and the photos are still here.", icon=":material/stop_circle:")


def _follow(job: TeachingJob) -> None:
    progress = job.progress()
    if not progress.running:
        st.rerun()
    bar, button = st.columns([5, 1], vertical_alignment="center")
    share = progress.done / progress.total if progress.total else 0.0
    bar.progress(min(share, 1.0), text=f"{progress.what}: {progress.done} of {progress.total}")
    if button.button("Stop", icon=":material/stop_circle:", key=Key.TEACH_STOP, width="stretch"):
        job.stop()
    # The end is seen at once, and until then the page seldom runs.
    job.wait(_LOOK_AGAIN_S)
