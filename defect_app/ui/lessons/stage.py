"""A step of a lesson on the page: text, question, answer, the way to the real page, and the speaker's note."""

from __future__ import annotations

import streamlit as st

from defect_app.ui.lessons.lesson import PageLink
from defect_app.ui.lessons.showing import draw_shows
from defect_app.ui.lessons.walking import Place, close_lesson, go_back, go_on, present
from defect_app.ui.lessons.wording import lesson_markdown
from defect_app.ui.parts.terms import terms
from defect_app.ui.parts.text import as_text
from defect_app.ui.session import Key


def draw_place(place: Place) -> None:
    """Draw a step; presented, it is large and without the menu."""
    if place.presented:
        with st.container(key=Key.LESSONS_STAGE):
            _draw(place)
    else:
        _draw(place)


def _draw(place: Place) -> None:
    _draw_head(place)
    step = place.step
    st.header(as_text(step.title), anchor=False)
    st.markdown(lesson_markdown(step.text))
    if not (place.presented and place.answered and step.show_after):
        draw_shows(step.show)
    if step.question:
        _draw_question(place)
    _draw_terms(step.terms)
    if step.link is not None and (place.answered or not step.question):
        _draw_link(step.link)
    if step.note and st.toggle("Speaker's note", key=Key.LESSONS_NOTE):
        st.info(lesson_markdown(step.note), icon=":material/co_present:")


def _draw_head(place: Place) -> None:
    steps = len(place.lesson.steps)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            "Lessons",
            icon=":material/list:",
            type="tertiary",
            on_click=close_lesson,
            help="The list of lessons",
        )
        st.caption(f"{as_text(place.lesson.title)} · {place.number} of {steps}", width="content")
        st.space("stretch")
        st.button(
            "Leave the presentation" if place.presented else "Present", icon=":material/slideshow:", type="tertiary",
            key=Key.LESSONS_PRESENT, on_click=present, args=(place,),
            help="Large, one thing at a time; the arrow keys go on and back. The address can be sent.",
        )  # fmt: skip
        st.button(
            "Back", icon=":material/chevron_left:", key=Key.LESSONS_PREVIOUS, on_click=go_back, args=(place,),
            shortcut="Left", disabled=place.number == 1 and not place.answered,
        )  # fmt: skip
        st.button(
            "Answer" if place.step.question and not place.answered else "Next",
            icon=":material/chevron_right:", key=Key.LESSONS_NEXT, on_click=go_on, args=(place,),
            shortcut="Right", type="primary", disabled=place.is_last,
        )  # fmt: skip
    st.progress(place.number / steps)


def _draw_question(place: Place) -> None:
    step = place.step
    st.markdown(f":material/help: **{lesson_markdown(step.question)}**")
    choices = list(step.choices)
    chosen = st.radio(
        "Your answer",
        choices,
        index=None,
        format_func=lesson_markdown,
        key=place.choice_key,
        label_visibility="collapsed",
    )
    right = choices[step.right - 1]
    if not place.answered:
        return
    if chosen is None:
        st.markdown(f":material/check_circle: **{lesson_markdown(right)}**")
    elif chosen == right:
        st.success("That is it.", icon=":material/check_circle:")
    else:
        st.warning(f"Not quite: **{lesson_markdown(right)}**", icon=":material/replay:")
    st.markdown(lesson_markdown(step.answer))
    draw_shows(step.show_after)


def _draw_terms(keys: tuple[str, ...]) -> None:
    if not keys:
        return
    with st.expander("Words of this step", icon=":material/menu_book:"):
        for key in keys:
            term = terms()[key]
            st.markdown(f"**{term.name}.** {term.line}")


def _draw_link(link: PageLink) -> None:
    st.page_link(
        f"pages/{link.page}.py", label=as_text(link.label), icon=":material/arrow_forward:",
        query_params=list(link.state.items()),
    )  # fmt: skip
