"""The part's place in the photos to teach with: drawn over one of them, or found in several."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from defect_app.catalog import FrameSpec
from defect_app.inspection.framing import FixedFrame
from defect_app.intake import FileContent, Photo, PhotoFile, display_name, encode_jpeg, read_file, read_photo
from defect_app.teaching.part_place import find_place
from defect_app.ui.parts.framing_editor import drawn_frames
from defect_app.ui.session import Key
from defect_app.ui.teach.classes import Given

_SHOWN_SIDE = 960
_MOST_OFFERED = 50
_FIRST = FixedFrame(0.15, 0.15, 0.7, 0.7)


@dataclass(frozen=True)
class _Chosen:
    """The frame as it stands, and how often one was found: what was drawn before a search does not outlive it."""

    frame: FixedFrame = _FIRST
    searches: int = 0
    said: str = ""


def draw_frame(given: Given) -> FrameSpec | None:
    """Draw the switch and, where it is on, the frame over a photo; None is the whole photo."""
    if not given.files:
        return None
    is_framed = st.toggle(
        "The part is at one place in every photo: frame it",
        key=Key.TEACH_FRAMED,
        help="Only what lies in the frame is taught, and later judged wherever photos of this product come from. "
        "Leave it off where the part fills the photo, or is now here and now there.",
    )
    if not is_framed:
        return None
    files = [file.file for file in given.files]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        shown = st.selectbox(
            "Photo to draw on",
            range(min(len(files), _MOST_OFFERED)),
            format_func=lambda i: display_name(files[i].name),
            key=Key.TEACH_FRAMED_PHOTO,
            width=320,
        )
        if st.button("Find the part", icon=":material/frame_inspect:", key=Key.TEACH_FIND_FRAME):
            _find(files)
    chosen = _chosen()
    if chosen.said:
        st.caption(chosen.said)
    photo = _read(files[shown])
    if photo is None:
        st.caption("This file is no photo that can be used: choose another one.")
        return chosen.frame
    jpeg = encode_jpeg(photo.pixels, longest_side=_SHOWN_SIDE)
    shown_id = f"{chosen.searches} {shown} {photo.sha256}"
    size = (photo.width, photo.height)
    (frame,) = drawn_frames(Key.TEACH_DRAWN_FRAME, shown_id, jpeg, (chosen.frame,), size, most=1)
    st.session_state[Key.TEACH_FRAME] = replace(chosen, frame=frame)
    return frame


def _chosen() -> _Chosen:
    chosen: _Chosen = st.session_state.get(Key.TEACH_FRAME, _Chosen())
    return chosen


def _find(files: list[PhotoFile]) -> None:
    with st.spinner("Looking for the part …"):
        place = find_place(files)
    before = _chosen()
    said = place.reason or "Found where the part stands out from the background. Look whether it holds all of it."
    st.session_state[Key.TEACH_FRAME] = _Chosen(place.frame or before.frame, before.searches + 1, said)


def _read(file: PhotoFile) -> Photo | None:
    content = read_file(file)
    if not isinstance(content, FileContent):
        return None
    photo = read_photo(content.data, file.name, least_side=_SHOWN_SIDE // 2)
    return photo if isinstance(photo, Photo) else None
