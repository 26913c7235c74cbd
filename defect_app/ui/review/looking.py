"""One photo large, answered by keys: the component, and the answers that it sends."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from defect_app.errors import InvalidReview, RecordsUnavailable
from defect_app.people.roles import Permission
from defect_app.reviews import ReviewStore
from defect_app.reviews.queue import QueuedPart
from defect_app.ui.parts.errors import draw_problem
from defect_app.ui.parts.verdicts import LOOKS
from defect_app.ui.review.pictures import review_picture
from defect_app.ui.review.sent import Sent, take_sent
from defect_app.ui.session import Key, KeyOf
from defect_app.ui.visitors import NOT_ALLOWED, may

FOLDER = Path(__file__).parent
_REMEMBERED = 300
_WHY = {"doubtful": "Doubtful", "audit": "Audit", "second look": "Second look", "study": "Study"}

_COMPONENT = st.components.v2.component(
    "defect_lens_looking",
    html=(FOLDER / "looking.html").read_text(encoding="utf-8"),
    css=(FOLDER / "looking.css").read_text(encoding="utf-8"),
    js=(FOLDER / "looking.js").read_text(encoding="utf-8"),
)


def draw_looking(
    store: ReviewStore,
    parts: Sequence[QueuedPart],
    *,
    who: str,
    queue: str,
    blind: bool,
    reveal: bool,
    empty: str,
) -> None:
    """Draw the photo to be answered, with the next ones at hand.

    Parameters
    ----------
    store : ReviewStore
        Where answers go.
    parts : sequence of QueuedPart
        What comes next.
    who : str
        Whoever answers.
    queue : str
        What tells this queue from others: with another one the photos shown before are not gone back to.
    blind : bool
        Whether the model's answer is hidden until the person has given theirs.
    reveal : bool
        Whether it is shown then.
    empty : str
        What is said where nothing waits.
    """
    key = KeyOf.REVIEW_LOOKING(queue)
    shown: dict[str, QueuedPart] = st.session_state.setdefault(Key.REVIEW_SHOWN, {})
    for part in parts:
        shown.pop(part.name, None)
        shown[part.name] = part
    for name in list(shown)[:-_REMEMBERED]:
        shown.pop(name)

    def sent() -> None:
        _take(store, st.session_state[key].get("sent"), who)

    here = Sent.read(st.session_state[key].get("sent") if key in st.session_state else None).here
    _draw_problem()
    data = {
        "queue": f"{queue} {who}",
        "photos": [_photo(part, part.name in here) for part in parts],
        "stored": st.session_state.get(Key.REVIEW_STORED, []),
        "blind": blind,
        "reveal": reveal,
        "empty": empty,
    }
    _COMPONENT(key=key, data=data, on_sent_change=sent, width="stretch", height="content")


def passed_over() -> list[int]:
    """Return the row numbers of the inspections that this person left for later."""
    passed: list[int] = st.session_state.setdefault(Key.REVIEW_PASSED, [])
    return passed


def _take(store: ReviewStore, value: object, who: str) -> None:
    stored: list[str] = st.session_state.setdefault(Key.REVIEW_STORED, [])
    shown: dict[str, QueuedPart] = st.session_state.get(Key.REVIEW_SHOWN, {})
    st.session_state[Key.REVIEW_PROBLEM] = "" if may(Permission.REVIEW) else NOT_ALLOWED
    if st.session_state[Key.REVIEW_PROBLEM]:
        return
    for event in Sent.read(value).events:
        if event.token in stored:
            continue
        try:
            passed = take_sent(store, event, shown, who)
        except RecordsUnavailable as error:
            # It stays with the browser, which sends it again.
            st.session_state[Key.REVIEW_PROBLEM] = f"Your last answers are not stored yet: {error} {error.remedy}"
            break
        except InvalidReview as error:
            st.session_state[Key.REVIEW_PROBLEM] = f"An answer was not stored: {error} {error.remedy}"
            passed = None
        if passed is not None:
            passed_over().append(passed)
        stored.append(event.token)
    del stored[:-_REMEMBERED]


def _draw_problem() -> None:
    problem = st.session_state.get(Key.REVIEW_PROBLEM)
    if problem:
        draw_problem(problem)


def _photo(part: QueuedPart, is_here: bool) -> dict[str, Any]:
    picture = review_picture(part)
    described = {
        "name": part.name,
        "url": "" if is_here or not picture.jpeg else _as_url(picture.jpeg),
        "missing": picture.missing,
        "small": picture.small,
        "scene": bool(part.scene),
        "why": _WHY.get(part.why, ""),
        "file": "",
        "verdict": "",
        "colour": "",
        "score": "",
        "reason": "",
    }
    if part.inspection is None:
        return described
    record = part.inspection.record
    look = LOOKS[record.verdict]
    score = "" if record.p_defect is None else f"defect score {record.p_defect:.3f}"
    serial = f"{record.part} · " if record.part else ""
    return described | {
        "file": f"{serial}{record.file}",
        "verdict": look.word,
        "colour": look.colour,
        "score": score,
        "reason": record.reason,
    }


def _as_url(jpeg: bytes) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()
