"""A new version of a taught product, from its kept photos, those corrected in Review, and those labelled here."""

from __future__ import annotations

import streamlit as st

from defect_app.catalog import Catalog, CatalogEntry
from defect_app.errors import DefectLensError
from defect_app.hosting.teaching_job import TeachingJob
from defect_app.reviews.corrected import labelled_photos
from defect_app.settings import settings
from defect_app.teaching.new_version import new_version
from defect_app.teaching.photo_set import PhotoSet, read_set
from defect_app.teaching.request import CannotTeach
from defect_app.teaching.summary import read_summary
from defect_app.ui.parts.errors import draw_error
from defect_app.ui.parts.text import as_text
from defect_app.ui.records import shared_reviews
from defect_app.ui.session import Address, Key


def asked_product(models: Catalog) -> CatalogEntry | None:
    """Return the taught product whose corrected photos the address asks for; None where it asks for none.

    Raises
    ------
    CannotTeach
        If the model was not taught here.
    """
    asked = st.query_params.get(Address.CORRECTED)
    if asked is None:
        return None
    root = settings().taught_models.resolve()
    for entry in models.usable:
        if entry.id == asked and entry.folder.parent.resolve() == root:
            return entry
    raise CannotTeach(
        f"{asked} is no product that was taught here, so corrected photos cannot be put to its own.",
        "Teach the product on this page, from photos that you have.",
    )


def draw_new_version(entry: CatalogEntry) -> None:
    """Draw what a new version would be taught with, and the button that teaches it."""
    with st.container(border=True):
        # Asked for by the address it stands right below the page's title, else below the heading of all taught models.
        asked = st.query_params.get(Address.CORRECTED) == entry.id
        (st.header if asked else st.subheader)(f"A new version of {as_text(entry.title)}", anchor=False)
        try:
            photo_set = read_set(entry.id)
            if photo_set is None:
                st.caption(
                    "The photos that it was taught with are not kept here: it came from elsewhere, or was taught "
                    "before photos were kept. Teach it anew from its photos; then corrected ones can be put to them."
                )
                return
            _draw(entry, photo_set)
        except DefectLensError as error:
            draw_error(error)


def _draw(entry: CatalogEntry, photo_set: PhotoSet) -> None:
    corrected = labelled_photos(shared_reviews(), entry.id)
    made = new_version(photo_set, corrected)
    taught = sum(read_summary(entry.folder).counts.values())
    labelled = max(len(photo_set.photos) - taught, 0)
    against = sum(photo.against_model for photo in corrected)
    nothing_new = not (made.added or made.relabelled or labelled)
    if nothing_new:
        st.markdown(
            f"Nothing new yet. Parts that Review settles, and photos that you label below, are put to the "
            f"{len(photo_set.photos):,} photos of the product."
        )
    else:
        st.markdown(
            f"{len(corrected):,} photos are settled in Review and kept whole, {against:,} of them against the model: "
            f"{made.added:,} are new to the {len(photo_set.photos):,} photos of the product, and {made.relabelled:,} "
            f"change their class. {labelled:,} "
            f"{'photo was' if labelled == 1 else 'photos were'} labelled on this page since it was taught."
        )
    for sentence in made.sentences:
        st.caption(as_text(sentence))
    st.caption(
        "Both versions are then measured on the same photos, each judged by versions that had not seen it. A new one "
        "that is worse beyond chance does not replace the former one, and you can go back to that at any time."
    )
    if st.button("Teach the new version", icon=":material/school:", key=Key.TEACH_NEW_VERSION, disabled=nothing_new):
        st.session_state[Key.TEACH_JOB] = TeachingJob(made.request)
        st.rerun()
