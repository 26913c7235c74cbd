"""The decision sheet of the chosen point, to take away: made when it is asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import streamlit as st

from defect_app.points import SavedPoint
from defect_app.ui.parts.model_evaluation import EvaluatedModel
from defect_app.ui.parts.tables import file_name
from defect_app.ui.records import shared_records
from defect_app.ui.session import KeyOf


def draw_sheet(model: EvaluatedModel, saved: SavedPoint | None) -> None:
    """Draw the downloads of the sheet of a saved point; without one there is nothing to press."""
    # Streamlit would load both libraries at each run of the page.
    from defect_app.reports.decision.writing import FORMS

    with st.popover(
        "Decision sheet", icon=":material/contract:", disabled=saved is None,
        help="Who decided what and when, on which photos, with which figures and costs, and what was not taken.",
    ):  # fmt: skip
        if saved is None:
            return
        for ending, kind in FORMS.items():
            st.download_button(
                ending[1:].upper(), partial(_made, model, saved, ending),
                f"decision-{model.spec.id}-{file_name(saved.name)}-{saved.version}{ending}", kind,
                icon=":material/download:", on_click="ignore", width="stretch",
                key=KeyOf.THRESHOLDS_SAVED_SHEET(ending),
            )  # fmt: skip


def _made(model: EvaluatedModel, saved: SavedPoint, ending: str) -> bytes:
    from defect_app.reports.decision.content import decision_sheet
    from defect_app.reports.decision.writing import sheet_bytes

    records, of = shared_records(), model.spec.id
    sheet = decision_sheet(
        model.spec, model.results.whole, saved, records.history(of), records.points(of), datetime.now(UTC)
    )
    return sheet_bytes(sheet, ending)
