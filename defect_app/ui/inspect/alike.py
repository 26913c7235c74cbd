"""Looks like these, behind its title below the photo that is shown large: nothing is computed before it is opened."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from defect_app.errors import DefectLensError
from defect_app.hosting.batch import BatchEntry
from defect_app.inspection import Inspected, Inspector
from defect_app.ui.inspect.framing import is_unfamiliar
from defect_app.ui.parts.errors import draw_error
from defect_app.ui.parts.explained_photo import photo_of
from defect_app.ui.session import Key


def draw_alike(place: DeltaGenerator, entry: BatchEntry, inspector: Inspector) -> None:
    """Draw the nearest pictures of each class to a judged photo; nothing of one that the model does not know."""
    if not isinstance(entry.result, Inspected) or is_unfamiliar(entry.result) or not entry.shown_jpeg:
        return
    with place:
        opened = st.expander(
            "Looks like these", icon=":material/compare:", key=Key.INSPECT_NEIGHBOURS, on_change="rerun"
        )
    if not opened.open:
        return
    # What reads data sets and teaching photos is loaded for those who ask for it.
    from defect_app.ui.parts.neighbours import draw_neighbours

    with opened:
        try:
            draw_neighbours(inspector, photo_of(entry))
        except DefectLensError as error:
            draw_error(error)
