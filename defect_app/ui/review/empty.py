"""What Review says where no part of a model is stored yet."""

from __future__ import annotations

import streamlit as st

from defect_app.inspections import InspectionFilter, InspectionStore
from defect_app.ui.parts.text import as_text
from defect_app.ui.review.setting import ReviewSetting
from defect_app.ui.session import Address


def draw_nothing_stored(setting: ReviewSetting) -> bool:
    """Say how parts come here, and return True, where none of the model is stored."""
    model = setting.entry.id
    if InspectionStore(setting.store.database).page(InspectionFilter(model=model), size=1).inspections:
        return False
    st.info(
        f"No part that {as_text(setting.spec.title)} judged is stored yet. What Inspect judges comes here, and what "
        "the API and the command line judge where they are asked to store it. There are samples to begin with.",
        icon=":material/inbox:",
    )
    st.page_link(
        "pages/inspect.py", label="Inspect photos, or the samples", icon=":material/arrow_forward:",
        query_params=[(Address.MODEL, model)],
    )  # fmt: skip
    return True
