"""Teach: photos of your own product in, a model of it out, in seconds."""

import streamlit as st

from defect_app.errors import DefectLensError
from defect_app.people.roles import Permission
from defect_app.ui.parts.errors import draw_error
from defect_app.ui.parts.navigation import open_page
from defect_app.ui.resources import catalog
from defect_app.ui.session import Key
from defect_app.ui.teach.classes import Given, draw_classes
from defect_app.ui.teach.corrected import asked_product, draw_new_version
from defect_app.ui.teach.framing import draw_frame
from defect_app.ui.teach.models import draw_taught
from defect_app.ui.teach.result import draw_result
from defect_app.ui.teach.running import current_job, draw_ended, draw_running, draw_start
from defect_app.ui.visitors import require

open_page("Teach")
require(Permission.TEACH)

st.title("Teach a product of your own", anchor=False)
st.caption(
    "A handful of photos makes a model in seconds. With good parts alone it finds what differs from them; "
    "with defective ones it learns the defects."
)
try:
    product = asked_product(catalog())
    if product is not None:
        draw_new_version(product)
except DefectLensError as error:
    draw_error(error)
title = st.text_input("Name of the product", max_chars=60, placeholder="Left bracket", key=Key.TEACH_TITLE)

given = Given((), ())
try:
    given = draw_classes()
except DefectLensError as error:
    draw_error(error)

frame = draw_frame(given)
job = current_job()
if job is not None and job.progress().running:
    draw_running(job)
else:
    try:
        draw_start(title, given, frame)
    except DefectLensError as error:
        draw_error(error)
    if job is not None:
        draw_ended(job)
        if job.result is not None:
            draw_result(job.result)

st.divider()
draw_taught(catalog())
