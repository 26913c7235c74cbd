"""Where a lesson stands: lesson, step, whether the answer is shown and whether it is presented, all in the address."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from defect_app.ui.lessons.lesson import Lesson, ListedLesson, Step
from defect_app.ui.parts.text import as_code
from defect_app.ui.session import Address, Key, KeyOf

YES = "1"


@dataclass(frozen=True)
class Place:
    """A step of a lesson.

    Attributes
    ----------
    name : str
        The lesson's, in the address.
    lesson : Lesson
        The lesson.
    number : int
        The step's, from 1.
    answered : bool
        Whether its answer is shown.
    presented : bool
        Whether it is shown large, one thing at a time.
    """

    name: str
    lesson: Lesson
    number: int
    answered: bool
    presented: bool

    @property
    def step(self) -> Step:
        """The step."""
        return self.lesson.steps[self.number - 1]

    @property
    def choice_key(self) -> str:
        """Session key of what was chosen at this step."""
        return KeyOf.LESSONS_CHOICE(self.name, self.number)

    @property
    def is_last(self) -> bool:
        """Whether nothing follows."""
        return self.number == len(self.lesson.steps) and (self.answered or not self.step.question)


def asked_place(listed: tuple[ListedLesson, ...]) -> Place | None:
    """Return where the address stands; None for the list. What it asks for in vain is said."""
    name = st.query_params.get(Address.LESSON)
    if not name:
        return None
    found = next((one for one in listed if one.name == name), None)
    if found is None or found.lesson is None:
        st.warning(f"The address asks for the lesson {as_code(name)}, which is not here.", icon=":material/link_off:")
        return None
    asked, steps = st.query_params.get(Address.STEP, "1"), len(found.lesson.steps)
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 0
    if not 1 <= number <= steps:
        st.warning(
            f"The address asks for step {as_code(asked)}; this lesson has 1 to {steps}, the first is shown.",
            icon=":material/link_off:",
        )
        number = 1
    place = Place(name, found.lesson, number, False, st.query_params.get(Address.PRESENT) == YES)
    chosen = st.session_state.get(place.choice_key) is not None
    shown = bool(place.step.question) and (chosen or st.query_params.get(Address.ANSWER) == YES)
    return Place(place.name, place.lesson, place.number, shown, place.presented)


def open_lesson(name: str) -> None:
    """Begin a lesson; what was chosen in it before is forgotten."""
    for key in [key for key in st.session_state if str(key).startswith(KeyOf.LESSONS_CHOICE(name, ""))]:
        del st.session_state[key]
    st.query_params[Address.LESSON] = name
    _go(1)


def close_lesson() -> None:
    """Go back to the list."""
    for name in (Address.LESSON, Address.STEP, Address.ANSWER, Address.PRESENT, Address.EXAM, Address.EXAM_SEED):
        st.query_params.pop(name, None)


def go_on(place: Place) -> None:
    """Show the answer of a question that is open, else the next step."""
    if place.step.question and not place.answered:
        st.query_params[Address.ANSWER] = YES
    elif place.number < len(place.lesson.steps):
        _go(place.number + 1)


def go_back(place: Place) -> None:
    """Hide an answer that was shown without a choice, else go to the step before."""
    if st.query_params.get(Address.ANSWER) == YES:
        st.query_params.pop(Address.ANSWER, None)
    elif place.number > 1:
        _go(place.number - 1)


def present(place: Place) -> None:
    """Change between the page and the presenter's view."""
    if place.presented:
        st.query_params.pop(Address.PRESENT, None)
    else:
        st.query_params[Address.PRESENT] = YES


def _go(number: int) -> None:
    st.query_params[Address.STEP] = str(number)
    st.query_params.pop(Address.ANSWER, None)
    st.session_state.pop(Key.LESSONS_NOTE, None)
