"""The photo to explain as pixels, for the model and for the screen: each read once."""

from __future__ import annotations

import numpy as np
import streamlit as st

from defect_app.errors import UnusablePhoto
from defect_app.intake import Photo, at_most, encode_jpeg, read_photo
from defect_app.ui.parts.explained_photo import ExplainedPhoto

SHOWN_SIDE = 800


def readable_photo(photo: ExplainedPhoto, least_side: int) -> Photo:
    """Return the photo as the Inspect page reads it for a model that needs a side of so many pixels, read once.

    Raises
    ------
    UnusablePhoto
        If the file cannot be used.
    """
    return _read(photo, photo.sha256, least_side)


def shown_pixels(photo: ExplainedPhoto) -> np.ndarray:
    """Return the photo at screen size, RGB of uint8; a long one gets as thin as one pixel, but never less.

    Raises
    ------
    UnusablePhoto
        If the file cannot be used.
    """
    return _shown_pixels(photo, photo.sha256)


def shown_jpeg(photo: ExplainedPhoto) -> bytes:
    """Return the photo at screen size as JPEG; raises as `shown_pixels` does."""
    return _shown_jpeg(photo, photo.sha256)


@st.cache_resource(max_entries=8, show_spinner=False)
def _read(_photo: ExplainedPhoto, sha256: str, least_side: int) -> Photo:
    # A resource, not data: its pixels are read-only and need no copy.
    found = read_photo(_photo.data, _photo.name, least_side=least_side)
    if not isinstance(found, Photo):
        raise UnusablePhoto(f"This file cannot be used: {found.reason}.", found.remedy)
    return found


@st.cache_resource(max_entries=12, show_spinner=False)
def _shown_pixels(_photo: ExplainedPhoto, sha256: str) -> np.ndarray:
    return at_most(_read(_photo, sha256, SHOWN_SIDE // 2).pixels, SHOWN_SIDE)


@st.cache_data(max_entries=24, show_spinner=False)
def _shown_jpeg(_photo: ExplainedPhoto, sha256: str) -> bytes:
    return encode_jpeg(_shown_pixels(_photo, sha256), longest_side=SHOWN_SIDE)
