"""Says that the operating point in force could not be made sure of, and lets a person take the records as they are."""

from __future__ import annotations

import streamlit as st

from defect_app.decision import default_point
from defect_app.errors import DefectLensError
from defect_app.people.roles import Permission
from defect_app.points import Adoption, PointInUse, adopt_records
from defect_app.storage.database import ADOPT
from defect_app.ui.parts.errors import draw_error
from defect_app.ui.parts.text import as_text
from defect_app.ui.resources import catalog
from defect_app.ui.session import Key
from defect_app.ui.visitors import NOT_ALLOWED, ask_who, may


def draw_point_warning(used: PointInUse) -> None:
    """Draw the warning of a point in use, where it has one; lost records can be started anew from it."""
    said = st.session_state.pop(Key.SHARED_ADOPTED, None)
    if said:
        st.success(as_text(said), icon=":material/check_circle:")
    if not used.warning:
        return
    st.warning(as_text(used.warning), icon=":material/warning:")
    if ADOPT in used.warning:
        with st.popover("Start new records …", icon=":material/restart_alt:"):
            _offer_to_adopt()


def _offer_to_adopt() -> None:
    st.markdown(
        "The records that were in use are gone or set back. If a copy exists, bring it back instead. Otherwise the "
        "database counts as it is from now on. A point last known stays in force where what the database holds would "
        "let more pass."
    )
    if not may(Permission.ADMINISTER):
        st.info(NOT_ALLOWED, icon=":material/lock:")
        return
    st.session_state.setdefault(Key.SHARED_ADOPT_WHO, st.session_state.get(Key.SHARED_WHO) or "")
    who = ask_who(Key.SHARED_ADOPT_WHO, placeholder="Your name, for the audit trail", width=240)
    if st.button("The records count as they are", type="primary", key=Key.SHARED_ADOPT):
        _adopt(who)


def _adopt(who: str) -> None:
    entries = catalog().entries
    try:
        adoption = adopt_records(who=who, defaults=[default_point(e.usable_spec) for e in entries if e.usable])
    except DefectLensError as error:
        draw_error(error)
        return
    if not adoption.is_done:
        st.info(
            "Which point was in force is not known, so that a second person has to say it too.", icon=":material/group:"
        )
        return
    st.session_state[Key.SHARED_ADOPTED] = _said(adoption)
    st.cache_resource.clear()
    st.rerun()


def _said(adoption: Adoption) -> str:
    said = "The records count as they are from now on."
    if adoption.kept:
        said += f" The points last known stay in force for: {', '.join(adoption.kept)}."
    return said
