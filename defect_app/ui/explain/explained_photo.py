"""The photo that the Explain page is about, and the way there from other pages."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from defect_app.errors import DefectLensError
from defect_app.inspection import Inspector
from defect_app.intake import Photo, content_hash, encode_jpeg, read_photo

SHOWN_SIDE = 800
_HANDED_OVER = "explain_handed_over"
SOURCE_KEY = "explain_source"
FROM_INSPECT = "From Inspect"


@dataclass(frozen=True)
class ExplainedPhoto:
    """A file to explain.

    Attributes
    ----------
    name : str
        As given: data, to be escaped on screen.
    data : bytes
        The whole file.
    sha256 : str
        Of the file: its identity in caches.
    note : str
        What a reader should know about it; may be empty.
    """

    name: str
    data: bytes
    sha256: str
    note: str = ""

    @classmethod
    def of(cls, name: str, data: bytes, note: str = "") -> ExplainedPhoto:
        """Take a file by its bytes."""
        return cls(name, data, content_hash(data), note)


class UnusablePhoto(DefectLensError):
    """A file that the page was given is no photo that the app can use."""


def explain_this(name: str, data: bytes) -> None:
    """Hand a photo over and open the Explain page with the model in use; for a button of another page."""
    note = "The picture that Inspect keeps for the screen, at most 960 pixels: scores may differ in the third digit."
    st.session_state[_HANDED_OVER] = ExplainedPhoto.of(name, data, note)
    st.session_state[SOURCE_KEY] = FROM_INSPECT
    st.switch_page("pages/explain.py")


def handed_over() -> ExplainedPhoto | None:
    """Return the photo that another page handed over, or None."""
    photo = st.session_state.get(_HANDED_OVER)
    return photo if isinstance(photo, ExplainedPhoto) else None


def read(model: Inspector, photo: ExplainedPhoto) -> Photo:
    """Return the photo as the Inspect page reads it for this model, read once and kept.

    Raises
    ------
    UnusablePhoto
        If the file cannot be used.
    """
    return _read(photo, photo.sha256, model.least_side)


@st.cache_resource(max_entries=12, show_spinner=False)
def _read(_photo: ExplainedPhoto, sha256: str, least_side: int) -> Photo:
    # A resource, not data: its pixels are read-only and need no copy.
    found = read_photo(_photo.data, _photo.name, least_side=least_side)
    if not isinstance(found, Photo):
        raise UnusablePhoto(f"This file cannot be used: {found.reason}.", found.remedy)
    return found


@st.cache_data(max_entries=24, show_spinner=False)
def shown_jpeg(_photo: ExplainedPhoto, sha256: str) -> bytes:
    """Return our own encoding of the photo for the screen.

    Raises
    ------
    UnusablePhoto
        If the file cannot be used.
    """
    found = read_photo(_photo.data, _photo.name, least_side=SHOWN_SIDE // 2)
    if not isinstance(found, Photo):
        raise UnusablePhoto(f"This file cannot be used: {found.reason}.", found.remedy)
    return encode_jpeg(found.pixels, longest_side=SHOWN_SIDE)
