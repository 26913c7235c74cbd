"""What every session shares: the catalog, and each model compiled once."""

from __future__ import annotations

import streamlit as st

from defect_app.catalog import Catalog, CatalogEntry, load_catalog
from defect_app.errors import DefectLensError
from defect_app.inspection import Inspector


@st.cache_resource(ttl=5, show_spinner=False)
def catalog() -> Catalog:
    """Return the models on disk; looked at again after 5 s, so that a folder dropped in appears."""
    return load_catalog()


def inspector(entry: CatalogEntry) -> Inspector:
    """Return the loaded model of an entry.

    Raises
    ------
    ModelUnavailable
        If it is disabled or cannot be loaded.
    """
    return _inspector(entry.id, file_hashes(entry))


def file_hashes(entry: CatalogEntry) -> tuple[tuple[str, str], ...]:
    """Return the hashes of a model's files: part of every cache's key, so that a replaced folder is loaded anew."""
    return tuple(sorted(entry.spec.sha256.items())) if entry.spec else ()


@st.cache_resource(max_entries=16, show_spinner="Loading the model …")
def _inspector(model_id: str, files: tuple[tuple[str, str], ...]) -> Inspector:
    return Inspector(model_id)


def warm_up_models() -> None:
    """Load every usable model, so that the first verdict does not wait; a wrong one is left to its page to explain."""
    from defect_app.ui.products import product_picture

    for entry in catalog().usable:
        try:
            inspector(entry)
            product_picture(entry.id, file_hashes(entry))
        except DefectLensError:
            continue
