"""What every session shares: the host of the models, and what pages ask of it."""

from __future__ import annotations

import streamlit as st

from defect_app.catalog import Catalog, CatalogEntry
from defect_app.hosting.local_model_host import LocalModelHost
from defect_app.inspection import Inspector
from defect_app.readiness import SelfTest


@st.cache_resource(show_spinner=False, on_release=LocalModelHost.close)
def model_host() -> LocalModelHost:
    """Return the owner of the loaded models and of the threads that judge, one for the process."""
    return LocalModelHost()


@st.cache_resource(show_spinner=False)
def self_test() -> SelfTest:
    """Return the self-test of the host's models, one for the process."""
    return SelfTest(model_host())


def catalog() -> Catalog:
    """Return the models on disk; looked at again after some seconds, so that a folder dropped in appears."""
    return model_host().catalog()


def inspector(entry: CatalogEntry) -> Inspector:
    """Return the loaded model of an entry; where it is not loaded yet, the page says that it waits.

    Raises
    ------
    ModelUnavailable
        If it is disabled or cannot be loaded.
    """
    host = model_host()
    if host.is_loaded(entry.id):
        return host.inspector(entry.id)
    with st.spinner("Loading the model …"):
        return host.inspector(entry.id)
