"""The way to Teach with the photos that persons settled: what the model was wrong about teaches it most."""

from __future__ import annotations

import streamlit as st

from defect_app.catalog import CatalogEntry
from defect_app.reviews import ReviewStore
from defect_app.reviews.corrected import count_settled
from defect_app.ui.parts.text import as_text
from defect_app.ui.session import Address


def draw_to_teach(store: ReviewStore, entry: CatalogEntry) -> None:
    """Draw the link to Teach with a model's settled photos, and how many are kept whole; nothing where none is settled.

    Raises
    ------
    RecordsUnavailable
        If the reviews cannot be read.
    """
    settled = count_settled(store, entry.id)
    if not settled.photos:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if settled.kept:
            st.page_link(
                "pages/teach.py", label="Send corrected photos to Teach", icon=":material/school:",
                query_params=[(Address.CORRECTED, entry.id)],
            )  # fmt: skip
        st.caption(as_text(settled.sentence))
