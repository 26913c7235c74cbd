"""One inspection as it is stored: the record that every door shows, and what its verdict was made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from defect_app.decision import Thresholds
from defect_app.inspection import Inspected
from defect_app.inspection.record import InspectionRecord
from defect_app.inspections.identity import key_of
from defect_app.intake import Rejection


class Source(StrEnum):
    """The door that a photo came in by."""

    PAGE = "page"
    API = "api"
    WATCH = "watch"
    CLI = "cli"


class KeptPhoto(StrEnum):
    """How much of a photo is kept."""

    NONE = "none"
    THUMBNAIL = "thumbnail"
    FULL = "full"


@dataclass(frozen=True)
class Evidence:
    """What a verdict was made from besides the probabilities: enough to judge again without the photo.

    Attributes
    ----------
    distance, limit : float or None
        Familiarity: the distance to the training photos, and the greatest that counts as familiar; None where the
        model remembers nothing, and of a refused file.
    quality_problems : tuple of str
        What was wrong with the photo, in words.
    doubt : str
        Why the file may not hold what the camera saw; mostly empty.
    thresholds : Thresholds or None
        What the verdict was made with; None of a refused file.
    near : tuple of tuple of float
        Probabilities, in the order of the model's classes, on frames that are as good as the judged one.
    is_part : bool
        Whether only a part of the photo was judged.
    """

    distance: float | None = None
    limit: float | None = None
    quality_problems: tuple[str, ...] = ()
    doubt: str = ""
    thresholds: Thresholds | None = None
    near: tuple[tuple[float, ...], ...] = ()
    is_part: bool = False

    @classmethod
    def of(cls, result: Inspected | Rejection) -> Evidence:
        """Take it from what became of a file."""
        if isinstance(result, Rejection):
            return cls()
        known = result.familiarity
        return cls(
            distance=None if known is None else float(known.distance),
            limit=None if known is None else float(known.limit),
            quality_problems=() if known is None else known.quality_problems,
            doubt=result.photo.doubt,
            thresholds=result.judgement.point.thresholds,
            near=tuple(tuple(float(p) for p in probabilities) for probabilities in result.near),
            is_part=result.frame is not None,
        )


@dataclass(frozen=True, kw_only=True)
class NewInspection:
    """What a door hands over to be stored.

    Attributes
    ----------
    record : InspectionRecord
        Without the keys of stored ones.
    evidence : Evidence
        What the verdict was made from.
    judged_at : datetime
        When it was judged.
    source : Source
        The door.
    batch : str
        What it came with.
    part, who : str
        The part's serial number or code, and the person who had it judged; empty where not known.
    place : int or None
        The file's place in the batch. None where a rerun of the batch brings the same files in another order: then its
        name and content say which file it is.
    photo : KeptPhoto
        What was kept of the photo.
    """

    record: InspectionRecord
    evidence: Evidence
    judged_at: datetime
    source: Source
    batch: str
    part: str = ""
    who: str = ""
    place: int | None = None
    photo: KeptPhoto = KeptPhoto.NONE


@dataclass(frozen=True)
class StoredInspection:
    """A stored inspection; never changed.

    Attributes
    ----------
    record : InspectionRecord
        With its id, and when, where, with what and by whom it was judged.
    evidence : Evidence
        What the verdict was made from.
    photo : KeptPhoto
        What was kept of the photo when it was judged; `photos.PhotoStore` says what is there now.
    """

    record: InspectionRecord
    evidence: Evidence
    photo: KeptPhoto

    @property
    def id(self) -> str:
        """Its UUIDv7."""
        assert self.record.id is not None, "only stored records have their dataclass"
        return self.record.id

    @property
    def key(self) -> int:
        """Its row number, which orders by time."""
        return key_of(self.id)

    @property
    def judged_at(self) -> datetime:
        """When it was judged, in UTC."""
        return datetime.fromisoformat(str(self.record.judged_at)).astimezone(UTC)
