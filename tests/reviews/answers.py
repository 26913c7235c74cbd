"""Answers to store, as the page would hand them over."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from defect_app.inspections import StoredInspection
from defect_app.reviews import Answer, NewReview, Review, ReviewStore

GOOD, DEFECTIVE, UNSURE, UNUSABLE = Answer


def an_answer(part: StoredInspection | None, answer: Answer = GOOD, who: str = "Ada", **changed: Any) -> NewReview:
    entries: dict[str, Any] = {"token": str(uuid4()), "inspection": part.key if part else None}
    return NewReview(answer=answer, who=who, **(entries | changed))


def answer_all(
    store: ReviewStore, parts: Iterable[StoredInspection], answer: Answer = GOOD, who: str = "Ada", **changed: Any
) -> list[Review]:
    return [store.add(an_answer(part, answer, who, **changed)) for part in parts]
