"""Glossary: what the words on the pages mean, with their formulas, and how they mislead."""

import streamlit as st

from defect_app.ui.glossary.listing import draw_terms, example_model
from defect_app.ui.parts.navigation import open_page
from defect_app.ui.parts.terms import found_terms
from defect_app.ui.resources import catalog
from defect_app.ui.session import Address

open_page("Glossary")
st.title("What the words mean", anchor=False)
typed = st.text_input(
    "Find a term", key=Address.TERM, bind="query-params", placeholder="recall, calibration, heat map", max_chars=80
)
found = found_terms(typed)
if not found:
    st.info("No term here holds these words.", icon=":material/info:")
draw_terms(found, example_model(catalog()))
