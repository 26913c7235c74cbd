"""What the browser sends of a review, read strictly, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import Field, TypeAdapter, ValidationError

from defect_app.errors import InvalidReview
from defect_app.hosting.corrected_photos import keep_if_corrected
from defect_app.reviews import Answer, Mark, NewReview, ReviewStore
from defect_app.reviews.queue import QueuedPart
from defect_app.reviews.review import MOST_MARKS
from defect_app.reviews.rows import MOST_NOTE, MOST_TOKEN

MOST_EVENTS = 200
Share = Annotated[float, Field(ge=0, le=1)]
Name = Annotated[str, Field(max_length=300)]
Token = Annotated[str, Field(min_length=1, max_length=MOST_TOKEN)]


@dataclass(frozen=True)
class SentMark:
    """A place in the photo, in shares of its width and height."""

    x: Share
    y: Share
    width: Share
    height: Share

    @property
    def mark(self) -> Mark:
        """The mark, cut off at the photo's edges, which a box may reach a rounding beyond."""
        return Mark(self.x, self.y, min(self.width, 1 - self.x), min(self.height, 1 - self.y))


@dataclass(frozen=True)
class SentEvent:
    """What a person did: an answer on a photo (`name`), an `undo` of an answer, or leaving a photo for `later`."""

    token: Token
    name: Name = ""
    answer: Answer | None = None
    marks: Annotated[tuple[SentMark, ...], Field(max_length=MOST_MARKS)] = ()
    note: Annotated[str, Field(max_length=MOST_NOTE)] = ""
    blind: bool = False
    seconds: Annotated[float, Field(ge=0, le=1e6)] | None = None
    undo: Annotated[str, Field(max_length=MOST_TOKEN)] = ""
    later: Name = ""


@dataclass(frozen=True)
class Sent:
    """What the browser's component holds: what it did that it does not know to be stored, and which photos it has."""

    events: Annotated[tuple[SentEvent, ...], Field(max_length=MOST_EVENTS)] = ()
    here: Annotated[tuple[Name, ...], Field(max_length=MOST_EVENTS)] = ()
    tries: int = 0

    @classmethod
    def read(cls, value: object) -> Self:
        """Return what was sent; nothing where it is of another form, since a browser can send anything."""
        if value is None:
            return cls()
        try:
            read: Self = TypeAdapter(cls).validate_python(value)
            return read
        except ValidationError:
            return cls()


def take_sent(store: ReviewStore, event: SentEvent, shown: Mapping[str, QueuedPart], who: str) -> int | None:
    """Do what a person did.

    Parameters
    ----------
    store : ReviewStore
        Where answers go.
    event : SentEvent
        What was done.
    shown : mapping of str to QueuedPart
        What was shown, by its name: nothing else can be answered.
    who : str
        Who did it.

    Returns
    -------
    int or None
        The row number of an inspection that was left for later.

    Raises
    ------
    InvalidReview
        If the photo was not shown, or the answer cannot be kept.
    RecordsUnavailable
        If the database fails.
    """
    if event.undo:
        store.withdraw(event.undo, who)
        return None
    part = shown.get(event.later or event.name)
    if event.later:
        return part.inspection.key if part is not None and part.inspection is not None else None
    if part is None or event.answer is None:
        raise InvalidReview("The photo is not one of those that were shown.", "Load the page again.")
    review = store.add(
        NewReview(
            token=event.token,
            answer=event.answer,
            who=who,
            inspection=part.inspection.key if part.inspection else None,
            scene=part.scene,
            marks=tuple(mark.mark for mark in event.marks),
            note=event.note,
            blind=event.blind,
            seconds=event.seconds,
            sample_id=part.sample_id,
            study_id=part.study_id,
            trial=part.trial,
        )
    )
    if part.inspection is not None:
        keep_if_corrected(store.database, review, part.inspection)
    return None
