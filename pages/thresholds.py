"""Thresholds: decide where review and rejection begin, and make it the line that QA works by."""

import streamlit as st

from defect_app.decision import InspectionThresholds, RecognitionThresholds
from defect_app.evaluation.thresholds import verdict_counts
from defect_app.ui.parts.errors import draw_notices, draw_problem
from defect_app.ui.parts.evaluation_choices import choose_model, choose_part, draw_head
from defect_app.ui.parts.model_evaluation import evaluated_model, evaluation_results
from defect_app.ui.parts.navigation import open_page
from defect_app.ui.parts.point_warning import draw_point_warning
from defect_app.ui.parts.products import usable_model
from defect_app.ui.parts.terms import term_line
from defect_app.ui.parts.text import as_text
from defect_app.ui.resources import catalog
from defect_app.ui.session import Key
from defect_app.ui.thresholds.accepting import draw_accepting
from defect_app.ui.thresholds.changes import draw_changes
from defect_app.ui.thresholds.component import draw_lines
from defect_app.ui.thresholds.curves import draw_curves, draw_repeats
from defect_app.ui.thresholds.finding import draw_finding
from defect_app.ui.thresholds.line_setting import draw_fields, line_setting
from defect_app.ui.thresholds.lines import move_lines, opened_lines
from defect_app.ui.thresholds.saved import draw_saved
from defect_app.ui.thresholds.saving import draw_honesty, draw_toast, save_dialog

CURVES, FIND, CHANGES, SAVED, REPEATS = (
    ":material/show_chart: Curves",
    ":material/lightbulb: Find it for me",
    ":material/compare_arrows: What changes",
    ":material/bookmarks: Saved points",
    ":material/replay: Repeated trainings",
)

open_page("Thresholds")
draw_toast()

models = catalog()
entry = usable_model(models, "Thresholds")

draw_head("Where is the line?", models)
whole = evaluation_results(entry)
with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
    with st.container(width=300):
        choose_model(models, entry)
    if whole.evaluation.usable:
        model = evaluated_model(entry, whole.part(choose_part(whole.evaluation)))
if not whole.evaluation.usable:
    draw_problem(whole.evaluation.problem, whole.evaluation.remedy)
    st.stop()

lines = opened_lines(model)
setting = line_setting(model) if isinstance(lines, InspectionThresholds) else None
draw_notices(model.selected.notices)

if isinstance(lines, InspectionThresholds) and setting is not None:
    st.markdown(f"**{as_text(verdict_counts(model.results.scores, lines).headline)}**")
    stretched = st.session_state.get(Key.THRESHOLDS_STRETCHED, False)
    draw_lines(model, lines, setting, stretched=stretched)
    draw_fields(model, lines)
elif isinstance(lines, RecognitionThresholds):
    draw_accepting(model, lines)

with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    if setting is not None:
        st.toggle(
            "Spread the ends", key=Key.THRESHOLDS_STRETCHED, persist_state="session",
            help=term_line("spread_the_ends"),
        )  # fmt: skip
    st.space("stretch")
    in_use = model.in_use.point.thresholds
    if lines != in_use:
        st.button(
            "Back to the point in use", icon=":material/undo:", type="tertiary", key=Key.THRESHOLDS_BACK,
            on_click=move_lines, args=(model, in_use),
        )  # fmt: skip
    if st.button("Save …", type="primary", icon=":material/save:", key=Key.THRESHOLDS_SAVE):
        save_dialog(model, lines, setting)
draw_honesty(model, lines)
st.caption(f":material/tune: In use by Inspect, the command line and the API: {as_text(model.in_use.sentence)}")
draw_point_warning(model.in_use)

view = SAVED
if isinstance(lines, InspectionThresholds) and setting is not None:
    view = st.segmented_control(
        "Look at", [CURVES, FIND, CHANGES, SAVED, REPEATS], default=CURVES, required=True, key=Key.THRESHOLDS_VIEW,
        persist_state="session", label_visibility="collapsed",
    )  # fmt: skip
    if view == CURVES:
        draw_curves(model, lines, setting)
    elif view == FIND:
        draw_finding(model, lines, setting)
    elif view == CHANGES:
        draw_changes(model, lines)
    elif view == REPEATS:
        draw_repeats(model)
if view == SAVED:
    draw_saved(model, lines, setting)
