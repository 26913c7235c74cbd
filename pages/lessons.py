"""Lessons: guided paths over the real pages, to walk alone or to hold in a class, and the inspector's exam."""

import streamlit as st

from defect_app.settings import settings
from defect_app.ui.lessons.exam import asked_exam, draw_exam, draw_exam_door
from defect_app.ui.lessons.lesson import lessons
from defect_app.ui.lessons.listing import draw_listing
from defect_app.ui.lessons.stage import draw_place
from defect_app.ui.lessons.walking import asked_place
from defect_app.ui.parts.navigation import open_page
from defect_app.ui.resources import catalog

open_page("Lessons")

listed = lessons(settings().lessons)
models = catalog()
exam = asked_exam(models)
if exam is not None:
    draw_exam(exam)
    st.stop()
place = asked_place(listed)
if place is not None:
    draw_place(place)
    st.stop()

st.title("Lessons", anchor=False)
st.caption(
    "Each is a path over the real pages, with a question before each answer. Walk it alone, or present it to a class: "
    "large, by the arrow keys. An address can be sent; no data is needed."
)
draw_listing(listed)
draw_exam_door(models)
