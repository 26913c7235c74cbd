"""The photo of a part under review, as large as it is kept, in our own encoding."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from defect_app.inspections.photo_store import PhotoStore
from defect_app.intake import Photo, encode_jpeg, read_photo
from defect_app.reviews.queue import QueuedPart
from defect_app.reviews.seeded import seeded_scene
from defect_app.scenes.files import scene_jpeg

SHOWN_SIDE = 1200
_NOTHING_KEPT = (
    "No picture of this part is kept, so nobody can judge it: answer U. Which photos are kept is a setting "
    "(DEFECT_APP_KEEP_PHOTOS)."
)


@dataclass(frozen=True)
class ReviewPicture:
    """A photo to be looked at.

    Attributes
    ----------
    jpeg : bytes
        Our own encoding; empty where nothing is kept.
    small : bool
        Whether a thumbnail is all that is kept.
    missing : str
        Why there is no picture; empty where there is one.
    """

    jpeg: bytes
    small: bool = False
    missing: str = ""


def review_picture(part: QueuedPart) -> ReviewPicture:
    """Return the photo of a part of the queue."""
    if part.inspection is None:
        return ReviewPicture(_scene(part.scene))
    return stored_picture(part.inspection.record.sha256)


def stored_picture(sha256: str) -> ReviewPicture:
    """Return the photo of a stored inspection by its content."""
    photos = PhotoStore()
    large = _large(str(photos.folder), sha256)
    if large:
        return ReviewPicture(large)
    thumbnail = photos.thumbnail(sha256)
    return ReviewPicture(thumbnail, small=True) if thumbnail else ReviewPicture(b"", missing=_NOTHING_KEPT)


@st.cache_data(max_entries=200, show_spinner=False)
def _large(folder: str, sha256: str) -> bytes:
    data = PhotoStore().photo(sha256)
    photo = read_photo(data, sha256, least_side=SHOWN_SIDE // 2) if data else None
    return encode_jpeg(photo.pixels, longest_side=SHOWN_SIDE) if isinstance(photo, Photo) else b""


@st.cache_data(max_entries=50, show_spinner=False)
def _scene(name: str) -> bytes:
    return scene_jpeg(seeded_scene(name))
