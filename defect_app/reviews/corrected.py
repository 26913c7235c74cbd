"""Parts that persons settled, handed on: as rows to evaluate, and as labelled photos to teach a model with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import pandas as pd

from defect_app.catalog import ModelSpec
from defect_app.evaluation.added_pictures import LINE_SPLIT, AddedPictures
from defect_app.evaluation.cache import PROBABILITY_PREFIX
from defect_app.evaluation.opening import AddedSplit
from defect_app.inspections import StoredInspection
from defect_app.inspections.photo_store import PhotoStore
from defect_app.intake import PhotoFile
from defect_app.reviews.queue import stored_inspections
from defect_app.reviews.review import Answer, Mark
from defect_app.reviews.settled import ReviewedPart, reviewed_parts
from defect_app.reviews.store import ReviewStore


@dataclass(frozen=True)
class LabelledPhoto:
    """A photo whose truth persons settled.

    Attributes
    ----------
    label : Answer
        `Answer.GOOD` or `Answer.DEFECTIVE`.
    file : PhotoFile
        The photo as it came.
    sha256 : str
        Of its content.
    marks : tuple of Mark
        Where persons saw the defect.
    against_model : bool
        Whether the model had passed a defective or rejected a good part.
    """

    label: Answer
    file: PhotoFile
    sha256: str
    marks: tuple[Mark, ...]
    against_model: bool


@dataclass(frozen=True)
class SettledCount:
    """How many photos of a model persons settled, how many of them are kept whole, and how many were against it."""

    photos: int
    kept: int
    against_model: int

    @property
    def sentence(self) -> str:
        """The count in words."""
        photos = f"{self.photos:,} photo{'s' * (self.photos != 1)} settled by persons"
        return f"{photos}, {self.against_model:,} against the model; {self.kept:,} kept whole, to be taught with."


def count_settled(store: ReviewStore, model: str, photos: PhotoStore | None = None) -> SettledCount:
    """Count the photos that `labelled_photos` would give, and those that it cannot, without reading one."""
    kept = photos or PhotoStore()
    against = {
        inspection.record.sha256: is_against(part.settled, inspection.record.verdict)
        for part, inspection in _settled(store, model)
    }
    return SettledCount(len(against), sum(map(kept.has_photo, against)), sum(against.values()))


def labelled_photos(store: ReviewStore, model: str, photos: PhotoStore | None = None) -> tuple[LabelledPhoto, ...]:
    """Return the photos of a model's parts that persons settled and that are kept whole, each content once.

    Parameters
    ----------
    store : ReviewStore
        The reviews.
    model : str
        Whose inspections.
    photos : PhotoStore, optional
        Default: the folder that the setting names.
    """
    kept = photos or PhotoStore()
    found: dict[str, LabelledPhoto] = {}
    for part, inspection in _settled(store, model):
        record = inspection.record
        if record.sha256 in found or kept.photo(record.sha256) is None or part.settled is None:
            continue
        found[record.sha256] = LabelledPhoto(
            label=part.settled,
            file=PhotoFile.of_bytes(record.file, partial(_content, kept, record.sha256)),
            sha256=record.sha256,
            marks=tuple(mark for review in part.reviews for mark in review.marks),
            against_model=is_against(part.settled, record.verdict),
        )
    return tuple(found.values())


def line_pictures(store: ReviewStore, spec: ModelSpec) -> AddedPictures | None:
    """Return the settled parts that this version of a model judged; None where there are none.

    Persons say good or defective, so a model with several classes of either kind has no such rows.
    """
    classes = {role: [c.name for c in spec.classes if c.role == role] for role in ("ok", "defect")}
    if any(len(names) != 1 for names in classes.values()) or len(spec.classes) != 2:
        return None
    names = {Answer.GOOD: classes["ok"][0], Answer.DEFECTIVE: classes["defect"][0]}
    parts = [
        (part, inspection)
        for part, inspection in _settled(store, spec.id)
        if inspection.record.model_sha256 == spec.identity and set(inspection.record.p) == set(spec.class_names)
    ]
    if not parts:
        return None
    rows = pd.DataFrame(
        {
            "image": inspection.record.file, "sha256": inspection.record.sha256, "split": LINE_SPLIT, "fold": -1,
            "run": 0, "actual": names[part.settled], "leaked": False,
            **{PROBABILITY_PREFIX + name: p for name, p in inspection.record.p.items()},
        }
        for part, inspection in parts
        if part.settled is not None
    )  # fmt: skip
    # The same file judged twice is one picture; parts are in the order of their last answer, newest first.
    rows = rows.drop_duplicates(["image", "sha256"]).reset_index(drop=True)
    since = min(inspection.judged_at for _, inspection in parts)
    return AddedPictures(
        AddedSplit(
            name=LINE_SPLIT,
            title=f"The line, since {since.day} {since:%b %Y}",
            words="parts of the line, as persons settled them",
            note="Persons settled these parts, most of them because they were doubtful: rates among them are no rates "
            "of the line. Those are on Review, under What the reviews say.",
        ),
        rows,
    )


def _settled(store: ReviewStore, model: str) -> Iterator[tuple[ReviewedPart, StoredInspection]]:
    parts = [p for p in reviewed_parts(store.of_model(model)) if p.settled is not None and p.settled.decides]
    inspections = stored_inspections(store.database, [part.inspection for part in parts])
    for part in parts:
        if part.inspection in inspections:
            yield part, inspections[part.inspection]


def is_against(settled: Answer | None, verdict: str) -> bool:
    """Return whether a part that was passed is called defective, or one that was rejected good."""
    return (settled, verdict) in ((Answer.DEFECTIVE, "PASS"), (Answer.GOOD, "REJECT"))


def _content(photos: PhotoStore, sha256: str) -> bytes:
    data = photos.photo(sha256)
    if data is None:
        raise FileNotFoundError(sha256)
    return data
