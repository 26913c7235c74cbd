"""What every session shares: the catalog, and each model compiled once."""

from __future__ import annotations

import time

import streamlit as st

from defect_app.catalog import Catalog, CatalogEntry, load_catalog
from defect_app.errors import DefectLensError
from defect_app.inspection import Inspector

REST_WAITS_S = 6.0


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


def by_importance(models: Catalog) -> list[CatalogEntry]:
    """Return the usable models, those that inspect first: the main job."""
    return sorted(models.usable, key=lambda e: (e.spec is None or e.spec.task != "inspection", e.id))


def warm_up_models() -> None:
    """Load the usable models, so that no verdict waits for one; a wrong one is left to its page to explain.

    What the first page needs comes at once, while the browser is still loading; the rest waits until that page is
    drawn, or it would only take the processor away from it.
    """
    import defect_app.ui.inspect.results  # noqa: F401
    from defect_app.ui.products import product_picture

    for place, entry in enumerate(by_importance(catalog())):
        if place == 1:
            time.sleep(REST_WAITS_S)
        try:
            inspector(entry)
            product_picture(entry.id, file_hashes(entry))
        except DefectLensError:
            continue
