"""The list of lessons, and of exams; a lesson's file that cannot be used is named with its reason."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from defect_app.ui.lessons.lesson import ListedLesson
from defect_app.ui.lessons.walking import open_lesson
from defect_app.ui.lessons.wording import lesson_markdown
from defect_app.ui.parts.text import as_text
from defect_app.ui.session import KeyOf


def draw_listing(listed: Sequence[ListedLesson]) -> None:
    """Draw a card for each lesson."""
    grid = st.grid(3, min_column_width=260, gap="small")
    for one in listed:
        if one.lesson is None:
            continue
        with grid.container(border=True, height="stretch", gap="small"):
            st.markdown(f"**{as_text(one.lesson.title)}**")
            st.caption(lesson_markdown(one.lesson.summary))
            st.space("stretch")
            steps = f"{len(one.lesson.steps)} steps, about {one.lesson.minutes} minutes"
            st.caption(f":material/schedule: {steps}{' · your own' if one.is_own else ''}")
            st.button(
                "Begin", icon=":material/play_arrow:", key=KeyOf.LESSONS_BEGIN(one.name), on_click=open_lesson,
                args=(one.name,), help=as_text(one.lesson.title), width="stretch",
            )  # fmt: skip
    for one in listed:
        if one.lesson is None:
            st.error(as_text(f"A lesson cannot be used. {one.problem}"), icon=":material/block:")
