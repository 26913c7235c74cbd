"""Thresholds: decide where review and rejection begin, and make it the line that QA works by."""

import streamlit as st

from defect_app.evaluation.thresholds import verdict_counts
from defect_app.ui.evaluate.charts import draw_notices
from defect_app.ui.evaluate.choices import choose_model, choose_part
from defect_app.ui.evaluate.results import opened
from defect_app.ui.navigation import open_page
from defect_app.ui.products import usable_model
from defect_app.ui.resources import catalog
from defect_app.ui.text import as_text
from defect_app.ui.thresholds.accepting import draw_accepting
from defect_app.ui.thresholds.changes import draw_changes
from defect_app.ui.thresholds.component import draw_lines
from defect_app.ui.thresholds.curves import draw_curves, draw_repeats
from defect_app.ui.thresholds.finding import draw_finding
from defect_app.ui.thresholds.line_setting import draw_fields, line_setting
from defect_app.ui.thresholds.lines import move_lines, opened_lines
from defect_app.ui.thresholds.saved import draw_saved
from defect_app.ui.thresholds.saving import draw_honesty, draw_toast, save_dialog
from defect_app.ui.thresholds.shown import shown_of, thresholds_of

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

st.title("Where is the line?", anchor=False)
evaluation = opened(entry)
with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
    with st.container(width=300):
        choose_model(models, entry)
    selection = choose_part(entry, evaluation) if evaluation.usable else None
if selection is None:
    st.error(f"{as_text(evaluation.problem)} {as_text(evaluation.remedy)}", icon=":material/block:")
    st.stop()

shown = shown_of(entry, evaluation, selection)
lines = opened_lines(shown)
inspection = shown.spec.task == "inspection"
setting = line_setting(shown) if inspection else None
draw_notices(shown.selected.notices)

if inspection and setting is not None:
    st.markdown(f"**{as_text(verdict_counts(shown.scores, lines).headline)}**")
    stretched = st.session_state.get("thresholds_stretched", False)
    draw_lines(shown, lines, setting, stretched=stretched)
    draw_fields(shown, lines)
else:
    draw_accepting(shown, lines.reject_at)

with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    if inspection:
        st.toggle(
            "Spread the ends", key="thresholds_stretched", persist_state="session",
            help="Scores crowd near 0 and 1: this axis, by log odds, gives them room.",
        )  # fmt: skip
    st.space("stretch")
    in_use = thresholds_of(shown.in_use.point)
    if lines != in_use:
        st.button(
            "Back to the point in use", icon=":material/undo:", type="tertiary", key="thresholds_back",
            on_click=move_lines, args=(shown, in_use),
        )  # fmt: skip
    if st.button("Save …", type="primary", icon=":material/save:", key="thresholds_save"):
        save_dialog(shown, lines, setting)
draw_honesty(shown, lines)
st.caption(f":material/tune: In use by Inspect, the command line and the API: {as_text(shown.in_use.sentence)}")
if shown.in_use.warning:
    st.warning(as_text(shown.in_use.warning), icon=":material/warning:")

view = SAVED
if inspection:
    view = st.segmented_control(
        "Look at", [CURVES, FIND, CHANGES, SAVED, REPEATS], default=CURVES, required=True, key="thresholds_view",
        persist_state="session", label_visibility="collapsed",
    )  # fmt: skip
if view == CURVES and setting is not None:
    draw_curves(shown, lines, setting)
elif view == FIND and setting is not None:
    draw_finding(shown, lines, setting)
elif view == CHANGES:
    draw_changes(shown, lines)
elif view == SAVED:
    draw_saved(shown, lines, setting)
elif view == REPEATS:
    draw_repeats(shown)
