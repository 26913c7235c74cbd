"""Frames drawn by hand: over the shown photo in a dialog, judged anew, or saved for all photos of the product."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from defect_app.errors import DefectLensError
from defect_app.hosting.batch import Batch, BatchEntry
from defect_app.inspection import Inspected
from defect_app.inspection.framing import FixedFrame
from defect_app.inspections.fixed_frames import FixedFrames, framed_product
from defect_app.inspections.frames_in_use import frames_in_use
from defect_app.ui.inspect.following import open_photo
from defect_app.ui.parts.errors import draw_error
from defect_app.ui.parts.framing_editor import drawn_frames
from defect_app.ui.parts.text import as_text
from defect_app.ui.recording import current_person
from defect_app.ui.records import shared_records
from defect_app.ui.session import Key

GONE = "The file is not held any more, so it cannot be judged anew. Drop the photo again."


def apply_fixed_frames(batch: Batch) -> None:
    """Judge what comes to a batch in the frames that are saved for its product, say so, and offer to clear them.

    Where the records cannot be read, those last known apply.
    """
    product = framed_product(batch.inspector.spec)
    # That the records cannot be read the page says where it tells the operating point.
    in_use = frames_in_use(product, lambda: shared_records().database)
    if not in_use.is_known:
        draw_error(DefectLensError(in_use.warning, "Nothing is judged here until it is: see the records."))
        st.stop()
    batch.judge_in([frame for frame in in_use.frames if isinstance(frame, FixedFrame)])
    if not batch.frames:
        if batch.inspector.spec.frame is not None:
            st.caption(":material/crop: Photos are judged in the frame that this product was taught in.")
        return
    several = f"{len(batch.frames)} fixed frames, each with a verdict of its own" if len(batch.frames) > 1 else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=Key.INSPECT_FIXED_FRAME):
        st.caption(
            f":material/crop: Photos that come now are judged in {several or 'a fixed frame'} of this product.",
            width="content",
        )
        if st.button("Clear the frame", icon=":material/crop_free:", type="tertiary", key=Key.INSPECT_CLEAR_FRAME):
            _save(batch, ())
            st.rerun()


@st.dialog("Frame the part", width="large")
def draw_framing(entry: BatchEntry, batch: Batch) -> None:
    """Let a person draw frames over a photo, and have it judged in them."""
    frames = _drawn(entry, batch)
    many = f"Judge these {len(frames)} frames" if len(frames) > 1 else "Judge this frame"
    with st.container(horizontal=True, gap="small"):
        judge = st.button(many, type="primary", icon=":material/crop:", key=Key.INSPECT_JUDGE_FRAMES)
        keep = st.button(
            "Save for all photos of this product", icon=":material/save:", key=Key.INSPECT_SAVE_FRAMES,
            help="A camera that stands still shows the part at the same place: what comes from now on is judged there",
        )  # fmt: skip
        whole = st.button("Judge the whole photo", icon=":material/crop_free:", key=Key.INSPECT_JUDGE_WHOLE)
    if keep and not _save(batch, frames):
        return
    if judge or whole or keep:
        _judge(entry, batch, (FixedFrame(0, 0, 1, 1),) if whole else frames)


def first_frames(entry: BatchEntry) -> tuple[FixedFrame, ...]:
    """Return what the dialog starts with: the frame that was judged, else the middle of the photo."""
    result = entry.result
    if isinstance(result, Inspected) and result.frame is not None:
        return (FixedFrame.of(result.frame, result.photo.width, result.photo.height),)
    return (FixedFrame(0.15, 0.15, 0.7, 0.7),)


def _drawn(entry: BatchEntry, batch: Batch) -> tuple[FixedFrame, ...]:
    start = first_frames(entry)
    shown_id = f"{entry.number} {entry.record.sha256} {entry.record.frame}"
    photo = entry.result.photo if isinstance(entry.result, Inspected) else None
    size = (photo.width, photo.height) if photo else (1000, 1000)
    return drawn_frames(Key.INSPECT_FRAMING, shown_id, entry.shown_jpeg, start, size)


def _judge(entry: BatchEntry, batch: Batch, frames: Sequence[FixedFrame]) -> None:
    before = len(batch.entries)
    if not batch.judge_frames(entry.number, frames):
        st.warning(GONE, icon=":material/history:")
        return
    added = len(batch.entries) - before
    open_photo(entry.number)
    if added:
        st.toast(f"{as_text(str(added))} further frames are below, each with its own verdict.")
    st.rerun()


def _save(batch: Batch, frames: Sequence[FixedFrame]) -> bool:
    try:
        FixedFrames(shared_records().database).save(framed_product(batch.inspector.spec), frames, who=current_person())
    except DefectLensError as error:
        draw_error(error)
        return False
    return True
