"""The records in the app: opened once for all sessions, and the operating point that a page applies."""

from __future__ import annotations

import streamlit as st

from defect_app.errors import RecordsUnavailable
from defect_app.inspection import Inspector
from defect_app.points import PointInUse, Records, open_records, point_in_use
from defect_app.reviews import ReviewStore
from defect_app.storage.address import database_url

TRY_AGAIN_S = 20
"""A database that cannot be opened is left alone for this long: each attempt may take seconds."""
OPEN_ANEW_S = 60
"""An open one is opened anew after this long: its file may have been moved away or restored."""


def shared_records() -> Records:
    """Return the open records.

    Raises
    ------
    RecordsUnavailable
        If the database cannot be opened.
    """
    url = database_url()
    problem = _problem(url)
    if problem is not None:
        raise problem
    return _opened(url)


def shared_reviews() -> ReviewStore:
    """Return the reviews in the same database.

    Raises
    ------
    RecordsUnavailable
        If the database cannot be opened.
    """
    return ReviewStore(shared_records().database)


def applied_point(loaded: Inspector) -> PointInUse:
    """Return the operating point that a model's photos are judged at: see `point_in_use`.

    Asked anew at every run of a page, so that a point that was just made active is applied.
    """
    return point_in_use(loaded.default_point, None, shared_records)


@st.cache_resource(ttl=OPEN_ANEW_S, show_spinner=False, on_release=Records.close)
def _opened(url: str) -> Records:
    return open_records(url)


@st.cache_resource(ttl=TRY_AGAIN_S, show_spinner=False)
def _problem(url: str) -> RecordsUnavailable | None:
    try:
        _opened(url)
    except RecordsUnavailable as error:
        return error
    return None
