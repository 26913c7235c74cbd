"""Studies: variants of one recipe, trained and measured side by side, beside what a report states."""

from functools import partial

import streamlit as st

from defect_app.errors import DefectLensError
from defect_app.ui.parts.errors import draw_error
from defect_app.ui.parts.navigation import open_page
from defect_app.ui.parts.sections import draw_sections
from defect_app.ui.parts.text import as_text
from defect_app.ui.session import Address
from defect_app.ui.studies.choices import choose_study, shown_study
from defect_app.ui.studies.course import draw_course
from defect_app.ui.studies.published import draw_published
from defect_app.ui.studies.side_by_side import draw_costs, draw_figures, draw_tests

open_page("Studies")
st.title("Studies", anchor=False)

name = choose_study()
try:
    shown = shown_study(name)
except DefectLensError as error:
    draw_error(error)
    st.stop()
if shown is None:
    st.stop()

st.markdown(f"## {as_text(shown.outcome.sentence)}")
SECTIONS = {
    "Side by side": draw_figures,
    "Tests": draw_tests,
    "Curves": draw_course,
    "Cost": draw_costs,
    "Published beside ours": draw_published,
}
draw_sections(Address.SECTION, {title: partial(draw, shown) for title, draw in SECTIONS.items()})
made = f"{len(shown.result.origin.runs)} trainings, " if shown.result.origin.runs else ""
st.caption(as_text(f"{made}run at {shown.result.origin.created}. Again: python -m defect_app study {name}"))
