"""Between rows of reviews and what they say."""

from __future__ import annotations

import json
import math
import unicodedata
from dataclasses import astuple
from typing import Any

from sqlalchemy import Row

from defect_app.errors import InvalidReview
from defect_app.reviews.review import MOST_MARKS, Answer, Mark, NewReview, Review
from defect_app.storage.texts import storable

MOST_WHO, MOST_NOTE, MOST_TOKEN = 80, 2000, 36
WITHDRAWN = "withdrawn"


def values_of(new: NewReview) -> dict[str, Any]:
    """Return the columns of a new review, but for its time.

    Raises
    ------
    InvalidReview
        If it is of no photo or of two, or a text is too long.
    """
    if (new.inspection is None) == (not new.scene):
        raise InvalidReview("A review is of one inspection or of one seeded scene.", "Open the photo again.")
    if not 0 < len(new.token) <= MOST_TOKEN:
        raise InvalidReview("A review came without a name of its own.", "Load the page again.")
    if len(new.marks) > MOST_MARKS:
        raise InvalidReview(f"A review has {len(new.marks)} marks.", f"Mark at most {MOST_MARKS} places.")
    seconds = new.seconds if new.seconds is not None and math.isfinite(new.seconds) else None
    return {
        "token": storable(new.token),
        "inspection": new.inspection,
        "scene": new.scene or None,
        "answer": Answer(new.answer).value,
        "marks": json.dumps([astuple(mark) for mark in new.marks]),
        "note": checked("The note", new.note, MOST_NOTE),
        "blind": new.blind,
        "seconds": seconds,
        "who": checked("The name", new.who, MOST_WHO),
        "sample_id": new.sample_id,
        "study_id": new.study_id,
        "trial": new.trial,
    }


def review_from(row: Row[Any]) -> Review:
    """Return the review of a row that is an answer."""
    return Review(
        id=row.id,
        created=row.created,
        token=row.token,
        inspection=row.inspection,
        scene=row.scene or "",
        answer=Answer(row.answer),
        marks=tuple(Mark(*place) for place in json.loads(row.marks)),
        note=row.note,
        blind=bool(row.blind),
        seconds=row.seconds,
        who=row.who,
        sample_id=row.sample_id,
        study_id=row.study_id,
        trial=row.trial,
    )


def checked(what: str, text: str, most: int) -> str:
    """Return text without blanks around it.

    Raises
    ------
    InvalidReview
        If it is too long, or has characters that cannot be seen.
    """
    text = text.strip()
    if len(text) > most:
        raise InvalidReview(f"{what} has {len(text):,} characters.", f"Keep it to {most:,}.")
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\r\t" for c in text):
        raise InvalidReview(f"{what} has characters that cannot be shown.", "Type it anew.")
    return text
