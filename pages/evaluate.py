"""Evaluate: what a model got right and wrong, with the photos behind every number."""

from functools import partial

import streamlit as st

from defect_app.ui.evaluate.choices import choose_threshold
from defect_app.ui.evaluate.classes import draw_classes
from defect_app.ui.evaluate.curves import draw_calibration, draw_curves
from defect_app.ui.evaluate.data_check import draw_data_check
from defect_app.ui.evaluate.mistakes import draw_mistakes
from defect_app.ui.evaluate.report import draw_report_download
from defect_app.ui.evaluate.robustness import draw_robustness
from defect_app.ui.evaluate.training import draw_training
from defect_app.ui.parts.errors import draw_notices, draw_problem
from defect_app.ui.parts.evaluation_choices import choose_model, choose_part, draw_head
from defect_app.ui.parts.model_evaluation import evaluated_model, evaluation_results
from defect_app.ui.parts.navigation import open_page
from defect_app.ui.parts.products import readable_model
from defect_app.ui.parts.sections import draw_sections
from defect_app.ui.parts.text import as_text
from defect_app.ui.resources import catalog
from defect_app.ui.session import Address

open_page("Evaluate")

models = catalog()
entry = readable_model(models, "Evaluate")

draw_head("Evaluate", models)
whole = evaluation_results(entry)
with st.grid(min_column_width=165, gap="small", vertical_alignment="bottom"):
    choose_model(models, entry)
    if whole.evaluation.usable:
        model = evaluated_model(entry, whole.part(choose_part(whole.evaluation)))
        results = model.results.at(choose_threshold(model.in_use))
if entry.problem:
    st.warning(f"This model is disabled: {as_text(entry.problem)}", icon=":material/block:")
if not whole.evaluation.usable:
    draw_problem(whole.evaluation.problem, whole.evaluation.remedy)
    st.stop()

st.markdown(f"## {as_text(results.headline)}")
with st.container(horizontal=True, vertical_alignment="center"):
    measured = f"Measured on {model.selected.words} of {model.title}. {results.spread}"
    st.caption(as_text(measured), width="stretch")
    draw_report_download(model, results)
draw_notices(model.selected.notices)

SECTIONS = {
    "Mistakes": partial(draw_mistakes, model, results),
    "Curves": partial(draw_curves, model, results),
    "Calibration": partial(draw_calibration, model),
    "Classes": partial(draw_classes, model, results),
    "Training": partial(draw_training, model),
    "Robustness": partial(draw_robustness, model),
    "Data check": partial(draw_data_check, model),
}
if model.selected.n:
    draw_sections(Address.VIEW, SECTIONS)
else:
    st.info("There are no photos to show. Choose others above.", icon=":material/info:")
