"""The inspections in the app: stored by one recorder for all sessions, looked up in the shared records."""

from __future__ import annotations

import streamlit as st

from defect_app.hosting.keeping import Keeping, Origin
from defect_app.inspections import InspectionStore, Source
from defect_app.inspections.photo_store import PhotoHistory
from defect_app.inspections.recorder import Recorder
from defect_app.settings import settings
from defect_app.ui.records import shared_records
from defect_app.ui.session import Key
from defect_app.ui.visitors import visitor_name


def inspection_store() -> InspectionStore:
    """Return the stored inspections.

    Raises
    ------
    RecordsUnavailable
        If the database cannot be opened.
    """
    return InspectionStore(shared_records().database)


def photo_history() -> PhotoHistory:
    """Return what became of stored photos; raises as `inspection_store` does."""
    return PhotoHistory(shared_records().database)


@st.cache_resource(show_spinner=False, on_release=Recorder.close)
def recorder() -> Recorder:
    """Return who stores inspections, one for the process."""
    return Recorder(inspection_store)


def page_keeping() -> Keeping | None:
    """Return what keeps a batch of the Inspect page; None where the settings say that nothing is kept."""
    return Keeping(recorder(), Origin(Source.PAGE, who=current_person())) if settings().store else None


def current_person() -> str:
    """Return the name of who signed in, else the one that was typed in this session; empty where nobody did."""
    return visitor_name() or str(st.session_state.get(Key.SHARED_WHO) or "").strip()
