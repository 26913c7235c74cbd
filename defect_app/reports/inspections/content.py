"""What a report of inspections says: gathered once, written in several forms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from defect_app.decision import Verdict
from defect_app.evaluation.intervals import proportion
from defect_app.inspection.record import REJECTED_FILE
from defect_app.inspections import InspectionFilter, InspectionStore, StoredInspection
from defect_app.inspections.part_verdicts import PartVerdict, part_verdicts
from defect_app.reviews import Answer, Review, ReviewStore

MOST_PICTURED = 60
"""Doubtful and rejected photos that are shown; all are counted, and named in the spreadsheet."""
_AT_ONCE = 500
_WORDS = {
    Verdict.PASS: "passed",
    Verdict.REVIEW: "went to review",
    Verdict.REJECT: "rejected",
    Verdict.ACCEPT: "recognised",
    Verdict.UNSURE: "unsure",
    REJECTED_FILE: "not usable",
}
_PASSED = (Verdict.PASS, Verdict.ACCEPT)


@dataclass(frozen=True)
class CountedVerdict:
    """How many photos got a verdict: word, count, and share with its interval in words."""

    verdict: str
    word: str
    count: int
    share: str


@dataclass(frozen=True)
class UsedPoint:
    """A model and an operating point that verdicts were made with, and how many."""

    model: str
    model_sha256: str
    point: str
    count: int


@dataclass(frozen=True)
class Correction:
    """A person's answer on a judged photo that is not the model's."""

    inspection: StoredInspection
    review: Review

    @property
    def words(self) -> str:
        """The correction in words: "Ada called a.jpg defective, which had passed"."""
        who = self.review.who or "Somebody"
        return f"{who} called it {self.review.answer}; the verdict was {self.inspection.record.verdict}"


@dataclass(frozen=True)
class Pictured:
    """A doubtful or rejected photo, with its picture where one is kept: with heat map, or small."""

    inspection: StoredInspection
    jpeg: bytes | None


@dataclass(frozen=True)
class InspectionReport:
    """A report.

    Attributes
    ----------
    title : str
        What it is of.
    sentences : tuple of str
        Range, filter, when and by whom it was made.
    counts : tuple of CountedVerdict
        The verdicts on photos.
    points : tuple of UsedPoint
        Models with their digests, and points in words.
    parts : tuple of PartVerdict
        The verdicts of parts, the worst first.
    corrections : tuple of Correction
        Where persons said something else than the model.
    pictured : tuple of Pictured
        Doubtful and rejected photos, the first `MOST_PICTURED`.
    not_pictured : int
        How many more there are.
    """

    title: str
    sentences: tuple[str, ...]
    counts: tuple[CountedVerdict, ...]
    points: tuple[UsedPoint, ...]
    parts: tuple[PartVerdict, ...]
    corrections: tuple[Correction, ...]
    pictured: tuple[Pictured, ...]
    not_pictured: int


def gather(
    store: InspectionStore,
    wanted: InspectionFilter,
    *,
    picture_of: Callable[[StoredInspection], bytes | None],
    made_at: datetime,
    made_by: str = "",
    maps_by: str = "",
) -> InspectionReport:
    """Gather a report of the inspections that a filter lets through.

    Parameters
    ----------
    store : InspectionStore
        The stored inspections.
    wanted : InspectionFilter
        Which of them.
    picture_of : callable
        Gives the picture of an inspection as JPEG, or None.
    made_at : datetime
        Now.
    made_by : str
        Who asks for it; empty where nobody is known.
    maps_by : str
        The method of the pictures' heat maps in words; empty where it is the verdict's own.
    """
    verdicts: Counter[str] = Counter()
    points: Counter[tuple[str, str, str]] = Counter()
    shown: list[StoredInspection] = []
    first = last = None
    for stored in store.oldest_first(wanted):
        record = stored.record
        first, last = first or stored, stored
        verdicts[record.verdict] += 1
        points[record.model, record.model_sha256, record.operating_point or ""] += record.operating_point is not None
        if record.verdict not in _PASSED and record.verdict != REJECTED_FILE and len(shown) < MOST_PICTURED:
            shown.append(stored)
    judged = sum(verdicts.values()) - verdicts[REJECTED_FILE]
    doubted = sum(n for verdict, n in verdicts.items() if verdict not in _PASSED and verdict != REJECTED_FILE)
    said = [f"{sum(verdicts.values()):,} photos, {judged:,} of them judged."]
    if first is not None and last is not None:
        said.append(f"Judged from {_moment(first.judged_at)} to {_moment(last.judged_at)}.")
    said.append(f"Asked for: {in_words(wanted)}.")
    said.append(f"Made on {_moment(made_at)}{f' by {made_by}' if made_by else ''}.")
    if maps_by and shown:
        said.append(f"Heat maps by {maps_by}, where photo and model are here and the model has it.")
    return InspectionReport(
        title="Inspection report",
        sentences=tuple(said),
        counts=tuple(
            CountedVerdict(
                verdict,
                word,
                verdicts[verdict],
                proportion(verdicts[verdict], judged).words if verdict != REJECTED_FILE else "",
            )
            for verdict, word in _WORDS.items()
            if verdicts[verdict]
        ),
        points=tuple(UsedPoint(*key, count) for key, count in points.most_common() if count),
        parts=part_verdicts(stored.record for stored in store.oldest_first(wanted)) if verdicts else (),
        corrections=tuple(_corrections(store, wanted)),
        pictured=tuple(Pictured(stored, picture_of(stored)) for stored in shown),
        not_pictured=doubted - len(shown),
    )


def in_words(wanted: InspectionFilter) -> str:
    """Return a filter in words: "model casting, from 26 Nov 2026, 06:00"."""
    said = []
    if wanted.since is not None:
        said.append(f"from {_moment(wanted.since)}")
    if wanted.until is not None:
        said.append(f"before {_moment(wanted.until)}")
    for name in ("model", "verdict", "source", "who", "part", "batch", "text"):
        value = getattr(wanted, name)
        if value:
            said.append(f"{'for' if name == 'who' else name} {value}")
    return ", ".join(said) or "everything that is stored"


def _corrections(store: InspectionStore, wanted: InspectionFilter) -> Iterator[Correction]:
    reviews = ReviewStore(store.database)
    chunk: list[StoredInspection] = []
    for stored in store.oldest_first(wanted):
        chunk.append(stored)
        if len(chunk) == _AT_ONCE:
            yield from _corrections_of(reviews, chunk)
            chunk = []
    yield from _corrections_of(reviews, chunk)


def _corrections_of(reviews: ReviewStore, chunk: list[StoredInspection]) -> Iterator[Correction]:
    by_key = {stored.key: stored for stored in chunk}
    for review in reviews.on_inspections(list(by_key)) if by_key else ():
        stored = by_key.get(review.inspection) if review.inspection is not None else None
        if stored is not None and _corrects(review, stored.record.verdict):
            yield Correction(stored, review)


def _corrects(review: Review, verdict: str) -> bool:
    if review.answer is Answer.DEFECTIVE:
        return verdict != Verdict.REJECT
    if review.answer is Answer.GOOD:
        return verdict != Verdict.PASS
    return review.answer is Answer.UNUSABLE and verdict != REJECTED_FILE


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone():%d %b %Y, %H:%M %Z}".strip()
