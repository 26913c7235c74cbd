"""Review: look at doubtful parts and at random samples, answer by keys, and see what the answers say of the line."""

from functools import partial

import streamlit as st

from defect_app.errors import RecordsUnavailable
from defect_app.people.roles import Permission
from defect_app.ui.parts.errors import draw_error
from defect_app.ui.parts.evaluation_choices import choose_model
from defect_app.ui.parts.navigation import open_page
from defect_app.ui.parts.products import usable_model
from defect_app.ui.parts.sections import draw_sections
from defect_app.ui.records import shared_reviews
from defect_app.ui.resources import catalog
from defect_app.ui.review.empty import draw_nothing_stored
from defect_app.ui.review.findings import draw_findings
from defect_app.ui.review.queue import draw_queue
from defect_app.ui.review.setting import choose_setting
from defect_app.ui.review.study import draw_study
from defect_app.ui.review.together import draw_limit_samples, draw_together
from defect_app.ui.session import Address
from defect_app.ui.visitors import require

open_page("Review")
require(Permission.REVIEW)

models = catalog()
entry = usable_model(models, "Review")
spec = entry.spec
assert spec is not None, "a usable model has a spec"

st.title("Review", anchor=False)
choices = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
with choices, st.container(width=280):
    choose_model(models, entry)
if spec.task != "inspection":
    st.info("Review is for models that inspect parts; this one recognises things.", icon=":material/info:")
    st.stop()

try:
    with choices:
        setting = choose_setting(shared_reviews(), entry, spec)
    if draw_nothing_stored(setting):
        st.stop()
except RecordsUnavailable as error:
    draw_error(error)
    st.stop()

SECTIONS = {
    "Look at parts": partial(draw_queue, setting),
    "Two reviewers": partial(draw_together, setting),
    "Limit samples": partial(draw_limit_samples, setting),
    "What the reviews say": partial(draw_findings, setting),
    "Agreement study": partial(draw_study, setting),
}
draw_sections(Address.REVIEWS, SECTIONS)
