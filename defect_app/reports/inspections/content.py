"""What a report of inspections says: gathered once, written in several forms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from defect_app.decision import Verdict
from defect_app.evaluation.intervals import proportion
from defect_app.inspection.record import REJECTED_FILE
from defect_app.inspections import InspectionFilter, InspectionStore, StoredInspection
from defect_app.inspections.part_verdicts import PartVerdict
from defect_app.inspections.summary import InspectionSummary, UsedPoint
from defect_app.reviews import Answer, Review, ReviewStore

MOST_PICTURED = 60
"""Doubtful and rejected photos that are shown; all are counted, and named in the spreadsheet."""
MOST_PARTS = 10_000
"""Parts that are named, the worst first, by the spreadsheet; all are counted."""
MOST_PARTS_PRINTED = 1000
"""Parts that pages name: some twenty sheets of paper."""
_AT_ONCE = 500
_WORDS = {
    Verdict.PASS: "passed",
    Verdict.REVIEW: "went to review",
    Verdict.REJECT: "rejected",
    Verdict.ACCEPT: "recognised",
    Verdict.UNSURE: "unsure",
    REJECTED_FILE: "not usable",
}
_DOUBTED = (Verdict.REVIEW, Verdict.REJECT, Verdict.UNSURE)


@dataclass(frozen=True)
class CountedVerdict:
    """How many photos got a verdict: word, count, and share with its interval in words."""

    verdict: str
    word: str
    count: int
    share: str


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
        The verdicts of parts, the worst first, at most `MOST_PARTS`.
    part_counts : tuple of str
        How many parts have each verdict, in words, the worst first.
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
    part_counts: tuple[str, ...]
    corrections: tuple[Correction, ...]
    pictured: tuple[Pictured, ...]
    not_pictured: int

    @property
    def parts_printed(self) -> tuple[PartVerdict, ...]:
        """The parts that pages name."""
        return self.parts[:MOST_PARTS_PRINTED]

    @property
    def parts_sentence(self) -> str:
        """What pages say above the parts."""
        said = f"The worst verdict of a part's photos is the part's: {', '.join(self.part_counts)}."
        if len(self.parts) > MOST_PARTS_PRINTED:
            said += f" The first {MOST_PARTS_PRINTED:,} are named, the worst first; the spreadsheet names more."
        return said


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
    verdicts, summary = store.count_verdicts(wanted), InspectionSummary(store.database, wanted)
    shown, ends, parts = summary.first_of(_DOUBTED, MOST_PICTURED), summary.judged_between(), summary.parts(MOST_PARTS)
    judged = sum(verdicts.values()) - verdicts[REJECTED_FILE]
    said = [f"{sum(verdicts.values()):,} photos, {judged:,} of them judged."]
    if ends is not None:
        said.append(f"Judged from {_moment(ends[0])} to {_moment(ends[1])}.")
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
        points=summary.used_points(),
        parts=parts.worst,
        part_counts=tuple(f"{count:,} {_WORDS.get(verdict, verdict)}" for verdict, count in parts.counts.items()),
        corrections=tuple(_corrections(store, wanted)),
        pictured=tuple(Pictured(stored, picture_of(stored)) for stored in shown),
        not_pictured=sum(verdicts[verdict] for verdict in _DOUBTED) - len(shown),
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
    """Yield the corrections in the order of their inspections; only what persons looked at is read."""
    reviews = ReviewStore(store.database)
    keys = reviews.looked_at()
    for start in range(0, len(keys), _AT_ONCE):
        chunk = keys[start : start + _AT_ONCE]
        by_key = {stored.key: stored for stored in store.among(chunk, wanted)}
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
