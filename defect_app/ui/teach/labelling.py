"""Which photos to label next: the ten of many that would teach most, each with its reason and a button a class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from defect_app.catalog import CatalogEntry
from defect_app.inspections import InspectionStore
from defect_app.intake import FileContent, Photo, PhotoFile, encode_jpeg, read_file, read_photo
from defect_app.progress import no_progress
from defect_app.reviews.corrected import labelled_photos
from defect_app.teaching.labelling import worth_labelling
from defect_app.teaching.photo_set import PhotoSet, add_photo, read_set
from defect_app.teaching.unlabelled import unlabelled_photos
from defect_app.ui.parts.text import as_text, name_as_text
from defect_app.ui.records import shared_reviews
from defect_app.ui.resources import inspector
from defect_app.ui.session import Key, KeyOf

_SHOWN_SIDE = 240


@dataclass(frozen=True)
class _Found:
    """A photo worth a label: of which model, its file, why, and a small picture of it."""

    model_id: str
    file: PhotoFile
    reason: str
    jpeg: bytes


def draw_labelling(entry: CatalogEntry) -> None:
    """Draw the two ways in for a taught model, and what came of the last search."""
    st.subheader("Which photos are worth a label?", anchor=False)
    photo_set = read_set(entry.id)
    uploads = st.file_uploader(
        "Photos without a label: which ten are worth one?",
        accept_multiple_files=True,
        key=KeyOf.TEACH_UNLABELLED(entry.id),
    )
    with st.container(horizontal=True):
        dropped = st.button("Find the ten", icon=":material/manage_search:", key=Key.TEACH_FIND, disabled=not uploads)
        stored = st.button("Find ten among those judged here", icon=":material/inventory_2:", key=Key.TEACH_FIND_STORED)
    if dropped:
        _find(entry, [PhotoFile.of_bytes(upload.name, upload.getvalue) for upload in uploads])
    elif stored:
        _find(entry, _stored(entry, photo_set))
    found: list[_Found] = [f for f in st.session_state.get(Key.TEACH_FOUND, ()) if f.model_id == entry.id]
    for number, photo in enumerate(found):
        _draw_photo(number, photo, photo_set)


def _stored(entry: CatalogEntry, photo_set: PhotoSet | None) -> list[PhotoFile]:
    reviews = shared_reviews()
    labelled = {photo.sha256 for photo in labelled_photos(reviews, entry.id)}
    labelled |= {photo.sha256 for photo in photo_set.photos} if photo_set else set()
    return unlabelled_photos(InspectionStore(reviews.database), entry.id, labelled)


def _find(entry: CatalogEntry, files: Sequence[PhotoFile]) -> None:
    with st.spinner("Judging the photos …"):
        found = worth_labelling(inspector(entry), files, no_progress)
    st.session_state[Key.TEACH_FOUND] = [
        _Found(entry.id, files[photo.index], photo.reason, _small(files[photo.index])) for photo in found
    ]
    if not files:
        st.info("No photo that this model judged is kept whole and has no label yet.", icon=":material/info:")
    elif not found:
        st.info("None of the files is a photo that can be used.", icon=":material/info:")


def _small(file: PhotoFile) -> bytes:
    content = read_file(file)
    photo = read_photo(content.data, file.name, least_side=_SHOWN_SIDE) if isinstance(content, FileContent) else None
    if not isinstance(photo, Photo):
        return b""
    return encode_jpeg(photo.pixels, longest_side=_SHOWN_SIDE)


def _draw_photo(number: int, photo: _Found, photo_set: PhotoSet | None) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        if photo.jpeg:
            st.image(photo.jpeg, width=120)
        st.markdown(f"**{name_as_text(photo.file.name)}**: {as_text(photo.reason)}")
        for entry in photo_set.choices if photo_set else ():
            label = f"It is: {as_text(entry.title)}"
            key = KeyOf.TEACH_LABEL(number, entry.name)
            if st.button(label, key=key, icon=":material/label:"):
                _label(photo, entry.name)


def _label(photo: _Found, label: str) -> None:
    content = read_file(photo.file)
    if isinstance(content, FileContent):
        add_photo(photo.model_id, photo.file.name, content.data, label)
    st.session_state[Key.TEACH_FOUND] = [f for f in st.session_state[Key.TEACH_FOUND] if f is not photo]
    st.rerun()
