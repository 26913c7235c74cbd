"""Evaluate: what a model got right and wrong, with the photos behind every number."""

from functools import partial

import streamlit as st

from defect_app.evaluation.answers import headline
from defect_app.ui.evaluate.charts import draw_notices
from defect_app.ui.evaluate.choices import draw_choices
from defect_app.ui.evaluate.classes import draw_classes
from defect_app.ui.evaluate.curves import draw_calibration, draw_curves
from defect_app.ui.evaluate.data_check import draw_data_check
from defect_app.ui.evaluate.mistakes import draw_mistakes
from defect_app.ui.evaluate.report import draw_report_download
from defect_app.ui.evaluate.results import kept, opened, repeats_words, verdicts_of
from defect_app.ui.evaluate.training import draw_training
from defect_app.ui.navigation import open_page
from defect_app.ui.products import NO_MODEL, current_model
from defect_app.ui.resources import catalog
from defect_app.ui.sections import draw_sections
from defect_app.ui.text import as_text

open_page("Evaluate")

models = catalog()
entry = current_model(models)
if entry is None or entry.spec is None:
    st.title("Evaluate")
    problem = f"The model {entry.id} cannot be shown: {entry.problem}" if entry else NO_MODEL
    st.error(as_text(problem), icon=":material/block:")
    st.stop()

st.title("Evaluate", anchor=False)
evaluation = opened(entry)
view = draw_choices(models, entry, evaluation)
if entry.problem:
    st.warning(f"This model is disabled: {as_text(entry.problem)}", icon=":material/block:")
if view is None:
    st.error(f"{as_text(evaluation.problem)} {as_text(evaluation.remedy)}", icon=":material/block:")
    st.stop()

st.markdown(
    "### " + as_text(kept(view, "headline", lambda: headline(view.selected, view.threshold, verdicts_of(view)),
                          at_threshold=True))
)  # fmt: skip
with st.container(horizontal=True, vertical_alignment="center"):
    measured = f"Measured on {as_text(view.selected.words)} of {as_text(entry.title)}."
    st.caption(f"{measured} {as_text(repeats_words(view))}", width="stretch")
    draw_report_download(view)
draw_notices(view.selected.notices)

SECTIONS = {
    "Mistakes": draw_mistakes,
    "Curves": draw_curves,
    "Calibration": draw_calibration,
    "Classes": draw_classes,
    "Training": draw_training,
    "Data check": draw_data_check,
}

if view.selected.n:
    draw_sections("view", {title: partial(draw, view) for title, draw in SECTIONS.items()})
else:
    st.info("There are no photos to show. Choose others above.", icon=":material/info:")
