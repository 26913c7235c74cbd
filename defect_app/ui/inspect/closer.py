"""A judged photo at its full resolution, to zoom into and to move about in."""

from __future__ import annotations

import base64
from pathlib import Path

import streamlit as st

from defect_app.hosting.batch import BatchEntry
from defect_app.hosting.original_files import ORIGINALS
from defect_app.intake import Photo, encode_jpeg, read_photo
from defect_app.ui.session import Key

FOLDER = Path(__file__).parent
MOST_PIXELS_ASIDE = 8192
"""Of the picture that is sent: what browsers draw on small devices too."""

_COMPONENT = st.components.v2.component(
    "defect_lens_closer",
    html=(FOLDER / "closer.html").read_text(encoding="utf-8"),
    css=(FOLDER / "closer.css").read_text(encoding="utf-8"),
    js=(FOLDER / "closer.js").read_text(encoding="utf-8"),
)


@st.dialog("Look closer", width="large")
def look_closer(entry: BatchEntry, name: str) -> None:
    """Show a photo in a dialog, from its file where that is still held, else as it is kept for the screen."""
    with st.spinner("Fetching the photo …", show_time=False):
        picture, is_whole = _full_picture(entry)
    url = "data:image/jpeg;base64," + base64.b64encode(picture).decode()
    _COMPONENT(key=Key.INSPECT_ZOOMED, data={"photo": url, "alt": f"{name} at full resolution"})
    if not is_whole:
        st.caption("The file is not held any more: this is the picture for the screen, at most 960 pixels.")


def _full_picture(entry: BatchEntry) -> tuple[bytes, bool]:
    original = ORIGINALS.get(entry.record.sha256)
    photo = read_photo(original, entry.record.file) if original else None
    if not isinstance(photo, Photo):
        return entry.shown_jpeg, False
    # Our own encoding: no byte of a stranger's file reaches a browser.
    return encode_jpeg(photo.pixels, quality=90, longest_side=MOST_PIXELS_ASIDE), True
