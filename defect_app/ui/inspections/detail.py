"""One stored inspection large: photo and heat map, verdict, the point in words, and what became of it."""

from __future__ import annotations

import streamlit as st

from defect_app.catalog import Catalog
from defect_app.errors import DefectLensError, RecordsUnavailable
from defect_app.inspection import Inspected
from defect_app.inspection.overlay import verdict_overlay
from defect_app.inspections import InspectionStore, KeptPhoto, StoredInspection
from defect_app.inspections.photo_store import PhotoStore
from defect_app.intake import Photo, at_most, encode_jpeg, read_photo
from defect_app.reviews import ReviewStore
from defect_app.ui.parts.text import as_text, name_as_text
from defect_app.ui.parts.verdicts import LOOKS, verdict_badge
from defect_app.ui.recording import photo_history
from defect_app.ui.resources import inspector
from defect_app.ui.session import Address, Key

SHOWN_SIDE = 960
TOP = 5


def opened_inspection(store: InspectionStore) -> StoredInspection | None:
    """Return the inspection that the address names; None where it names none."""
    asked = st.query_params.get(Address.OPEN)
    if not asked:
        return None
    stored = store.find(asked)
    if stored is None:
        st.warning(f"There is no stored inspection {as_text(asked)}.", icon=":material/search_off:")
    return stored


def draw_detail(stored: StoredInspection, store: InspectionStore, models: Catalog) -> None:
    """Draw an inspection, its photo where it is kept, and its history."""
    record = stored.record
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            verdict_badge(record.verdict)
            st.markdown(f"**{name_as_text(record.file.rsplit('/', 1)[-1])}**", width="content")
            st.space("stretch")
            if st.button("Close", icon=":material/close:", type="tertiary", key=Key.INSPECTIONS_CLOSE):
                st.query_params.pop(Address.OPEN, None)
                st.rerun()
        grid = st.grid(3, min_column_width=225, gap="medium")
        _draw_pictures(stored, models, grid)
        with grid.container(gap="small"):
            st.markdown(as_text(record.reason))
            st.markdown(f"**What to do:** {LOOKS[record.verdict].what_to_do}")
            known = record.p if record.familiar is not False else {}  # what it does not know is of none of its classes
            for name, p in sorted(known.items(), key=lambda item: -item[1])[:TOP]:
                st.progress(min(1.0, max(0.0, p)), text=f"{as_text(name)} · {p:.3f}")
            if record.operating_point:
                st.caption(f":material/tune: {as_text(record.operating_point)}")
            if "/" in record.file:
                st.caption(f":material/folder: {name_as_text(record.file)}")
            st.caption(f":material/schedule: {as_text(_when_and_who(stored))}")
            st.caption(f":material/fingerprint: {stored.id} · photo {record.sha256[:16]} · model {_model(stored)}")
            _draw_history(stored, store)


def _when_and_who(stored: StoredInspection) -> str:
    record = stored.record
    said = [f"Judged on {stored.judged_at.astimezone():%d %b %Y at %H:%M:%S}, by {record.source}, batch {record.batch}"]
    if record.who:
        said.append(f"for {record.who}")
    if record.part:
        said.append(f"part {record.part}")
    return ", ".join(said)


def _model(stored: StoredInspection) -> str:
    return f"{as_text(stored.record.model)} {stored.record.model_sha256[:12]}"


def _draw_pictures(stored: StoredInspection, models: Catalog, grid: st.delta_generator.DeltaGenerator) -> None:
    photos = PhotoStore()
    sha256 = stored.record.sha256
    data = photos.photo(sha256)
    name = name_as_text(stored.record.file)
    if data is None:
        small = photos.thumbnail(sha256)
        with grid.container():
            if small:
                st.image(small, width="stretch", alt=f"Small picture of {name}")
            st.caption(_why_no_photo(stored, small is not None))
        return
    photo = read_photo(data, stored.record.file, least_side=SHOWN_SIDE // 2)
    if not isinstance(photo, Photo):
        return
    with grid.container():
        st.image(encode_jpeg(photo.pixels, longest_side=SHOWN_SIDE), width="stretch", alt=name)
    with grid.container():
        _draw_heat(stored, data, photo, models)


def _why_no_photo(stored: StoredInspection, small: bool) -> str:
    if stored.photo is KeptPhoto.FULL:
        return "The photo was kept, and is not there any more: see the history."
    if small:
        return (
            "Only this small picture is kept. Whole photos are kept of what went to review, of a share for audits, and "
            "of verdicts that a person corrected while the app still had the file."
        )
    return "No picture is kept of this photo."


def _draw_heat(stored: StoredInspection, data: bytes, photo: Photo, models: Catalog) -> None:
    entry = next((e for e in models.usable if e.id == stored.record.model), None)
    if entry is None or entry.usable_spec.identity != stored.record.model_sha256:
        st.caption("The heat map cannot be drawn: the model that judged is not here in that version.")
        return
    result = inspector(entry).inspect_bytes(data, stored.record.file)
    heat = result.activation_map if isinstance(result, Inspected) else None
    if isinstance(result, Inspected) and not result.is_familiar:
        st.caption("No heat map: of a photo that is unlike those the model knows it would mean nothing.")
        return
    if heat is None:
        st.caption("This model has no heat map of this kind.")
        return
    drawn = verdict_overlay(at_most(photo.pixels, SHOWN_SIDE), heat, stored.record.verdict)
    alt = f"Heat map over {name_as_text(stored.record.file)}"
    st.image(encode_jpeg(drawn, longest_side=SHOWN_SIDE), width="stretch", alt=alt)
    st.caption("Heat map, computed again from the kept photo. Bright: where the model sees most evidence.")


def _draw_history(stored: StoredInspection, store: InspectionStore) -> None:
    said: list[str] = []
    try:
        said += [event.sentence for event in photo_history().of(stored.record.sha256)]
        for review in ReviewStore(store.database).of_inspection(stored.id):
            by = f" by {review.who}" if review.who else ""
            note = f": {review.note}" if review.note else ""
            said.append(f"Called {review.answer}{by} on {review.created.astimezone():%d %b %Y, %H:%M}{note}")
        for other in store.of_photo(stored.record.sha256, size=6):
            if other.id != stored.id:
                when = f"{other.judged_at.astimezone():%d %b %Y, %H:%M}"
                said.append(f"The same photo: {other.record.verdict} by {other.record.model} on {when}")
    except RecordsUnavailable as error:
        said.append(f"{error} {error.remedy}")
    if said:
        st.markdown("**History**")
        for line in said:
            st.caption(as_text(line))


def photo_of(stored: StoredInspection) -> bytes:
    """Return the kept file of an inspection.

    Raises
    ------
    DefectLensError
        If it is not kept.
    """
    data = PhotoStore().photo(stored.record.sha256)
    if data is None:
        raise DefectLensError("The photo is not kept, so another model cannot see it.", "Judge the part anew.")
    return data
