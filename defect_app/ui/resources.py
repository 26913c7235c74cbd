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
    """Return the loaded model of a usable entry.

    Raises
    ------
    ModelUnavailable
        If it cannot be loaded.
    """
    assert entry.spec is not None
    # The hashes are part of the key: a folder that is replaced is loaded anew.
    return _inspector(entry.id, tuple(sorted(entry.spec.sha256.items())))


@st.cache_resource(max_entries=16, show_spinner="Loading the model …")
def _inspector(model_id: str, files: tuple[tuple[str, str], ...]) -> Inspector:
    return Inspector(model_id)


def warm_up_models() -> None:
    """Load every usable model, so that the first verdict does not wait; a wrong one is left to its page to explain."""
    for entry in catalog().usable:
        try:
            inspector(entry)
        except DefectLensError:
            continue
