"""One answer of a person on one photo of a part, as it is handed over and as it is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from defect_app.evaluation.appraisers import Call

MOST_MARKS = 50


class Answer(StrEnum):
    """What a person says of a photo."""

    GOOD = "good"
    DEFECTIVE = "defective"
    UNSURE = "unsure"
    UNUSABLE = "unusable"

    @property
    def decides(self) -> bool:
        """Whether it says what the part is."""
        return self in (Answer.GOOD, Answer.DEFECTIVE)

    @property
    def call(self) -> Call:
        """The answer as agreement analysis counts it."""
        return {Answer.GOOD: Call.GOOD, Answer.DEFECTIVE: Call.DEFECTIVE}.get(self, Call.UNDECIDED)


@dataclass(frozen=True)
class Mark:
    """Where a person saw a defect, in shares of the upright photo's width and height; of a click both sizes are 0."""

    x: float
    y: float
    width: float = 0.0
    height: float = 0.0

    def __post_init__(self) -> None:
        inside = 0 <= self.x <= self.x + self.width <= 1 + 1e-9 and 0 <= self.y <= self.y + self.height <= 1 + 1e-9
        if not inside:
            raise ValueError(f"expected a mark inside the photo, got {self}")


@dataclass(frozen=True, kw_only=True)
class NewReview:
    """An answer to store.

    Attributes
    ----------
    token : str
        A name that the sender made up, at most 36 characters: sent twice, it is stored once.
    answer : Answer
        What the person says.
    who : str
        Who says it; empty where nobody gave a name.
    inspection : int or None
        The row number of the inspection; None for a seeded scene.
    scene : str
        The name of a rendered scene with a known defect, which is never counted; empty for an inspection.
    marks : tuple of Mark
        Where the defect is.
    note : str
        What else the person says.
    blind : bool
        Whether the model's answer was hidden.
    seconds : float or None
        How long the photo was looked at.
    sample_id : int or None
        The random sample through which the photo came.
    study_id, trial : int or None
        The study and which of its trials, from 1.
    """

    token: str
    answer: Answer
    who: str = ""
    inspection: int | None = None
    scene: str = ""
    marks: tuple[Mark, ...] = ()
    note: str = ""
    blind: bool = False
    seconds: float | None = None
    sample_id: int | None = None
    study_id: int | None = None
    trial: int | None = None


@dataclass(frozen=True, kw_only=True)
class Review(NewReview):
    """An answer as it is stored; never changed.

    Attributes
    ----------
    id : int
        Its row; a later one has a higher number.
    created : datetime
        When it was stored, in UTC.
    """

    id: int
    created: datetime
