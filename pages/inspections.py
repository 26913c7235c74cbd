"""Inspections: all that was judged and stored, newest first."""

import streamlit as st

from defect_app.errors import DefectLensError
from defect_app.ui.inspections.again import draw_again, draw_again_all
from defect_app.ui.inspections.choices import choose_filter
from defect_app.ui.inspections.detail import draw_detail, opened_inspection
from defect_app.ui.inspections.listing import draw_listing, shown_page
from defect_app.ui.inspections.taking_away import draw_taking_away
from defect_app.ui.parts.errors import draw_error
from defect_app.ui.parts.navigation import open_page
from defect_app.ui.parts.to_teach import draw_to_teach
from defect_app.ui.recording import inspection_store
from defect_app.ui.records import shared_reviews
from defect_app.ui.resources import catalog

open_page("Inspections")
st.title("What was judged", anchor=False)

models = catalog()
wanted = choose_filter([entry.id for entry in models.entries])
try:
    store = inspection_store()
    stored = opened_inspection(store)
    if stored is not None:
        draw_detail(stored, store, models)
        draw_again(stored, models)
    draw_listing(shown_page(store, wanted))
    draw_taking_away(store, wanted)
    draw_again_all(store, wanted, models)
    asked = next((entry for entry in models.usable if entry.id == wanted.model), None)
    if asked is not None:
        draw_to_teach(shared_reviews(), asked)
except DefectLensError as error:
    draw_error(error)
