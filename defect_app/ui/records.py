"""The records in the app: opened once for all sessions, and the operating point that a page applies."""

from __future__ import annotations

import os

import streamlit as st

from defect_app.errors import RecordsUnavailable
from defect_app.inspection import Inspector
from defect_app.records import DATABASE_VARIABLE, PointInUse, Records, open_records, point_in_use

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
    url = os.environ.get(DATABASE_VARIABLE, "")
    problem = _problem(url)
    if problem is not None:
        raise problem
    return _opened(url)


def applied_point(loaded: Inspector) -> PointInUse:
    """Return the operating point that a model's photos are judged at: the active one, or the default with the reason.

    Asked anew at every run of a page, so that a point that was just made active is applied.
    """
    return choose_point(loaded, None)


def choose_point(loaded: Inspector, name: str | None) -> PointInUse:
    """Return the operating point of a name, see `records.point_in_use`; the active one for None."""
    return point_in_use(loaded.default_point, name, shared_records)


@st.cache_resource(ttl=OPEN_ANEW_S, show_spinner=False, on_release=Records.close)
def _opened(url: str) -> Records:
    return open_records(url or None)


@st.cache_resource(ttl=TRY_AGAIN_S, show_spinner=False)
def _problem(url: str) -> RecordsUnavailable | None:
    try:
        _opened(url)
    except RecordsUnavailable as error:
        return error
    return None
