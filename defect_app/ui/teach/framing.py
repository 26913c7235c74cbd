"""The part's place in the photos to teach with: drawn over one of them."""

from __future__ import annotations

import streamlit as st

from defect_app.catalog import FrameSpec
from defect_app.inspection.framing import FixedFrame
from defect_app.intake import FileContent, Photo, PhotoFile, display_name, encode_jpeg, read_file, read_photo
from defect_app.ui.parts.framing_editor import drawn_frames
from defect_app.ui.session import Key
from defect_app.ui.teach.classes import Given

_SHOWN_SIDE = 960
_MOST_OFFERED = 50
_FIRST = FixedFrame(0.15, 0.15, 0.7, 0.7)


def draw_frame(given: Given) -> FrameSpec | None:
    """Draw the switch and, where it is on, the frame over a photo; None is the whole photo."""
    if not given.files:
        return None
    st.toggle(
        "The part is at one place in every photo: frame it",
        key=Key.TEACH_FRAMED,
        help="Only what lies in the frame is taught, and later judged wherever photos of this product come from. "
        "Leave it off where the part fills the photo, or is now here and now there.",
    )
    if not st.session_state[Key.TEACH_FRAMED]:
        return None
    files = [file.file for file in given.files[:_MOST_OFFERED]]
    chosen = st.selectbox(
        "Photo to draw on", range(len(files)), format_func=lambda i: display_name(files[i].name),
        key=Key.TEACH_FRAMED_PHOTO,
    )  # fmt: skip
    photo = _read(files[chosen])
    if photo is None:
        st.caption("This file is no photo that can be used: choose another one.")
        return _chosen()
    shown_id = f"{chosen} {photo.sha256}"
    jpeg = encode_jpeg(photo.pixels, longest_side=_SHOWN_SIDE)
    (frame,) = drawn_frames(Key.TEACH_DRAWN_FRAME, shown_id, jpeg, (_chosen(),), (photo.width, photo.height), most=1)
    st.session_state[Key.TEACH_FRAME] = frame
    return frame


def _chosen() -> FixedFrame:
    frame: FixedFrame = st.session_state.get(Key.TEACH_FRAME, _FIRST)
    return frame


def _read(file: PhotoFile) -> Photo | None:
    content = read_file(file)
    if not isinstance(content, FileContent):
        return None
    photo = read_photo(content.data, file.name, least_side=_SHOWN_SIDE // 2)
    return photo if isinstance(photo, Photo) else None
