"""What a person looks at next: doubtful parts first, then the samples of the audit; or second looks, or a study."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, exists, func, select

from defect_app.decision import Verdict
from defect_app.inspections import StoredInspection
from defect_app.inspections.rows import stored_from
from defect_app.reviews.audits import Audit
from defect_app.reviews.store import ReviewStore, counted
from defect_app.reviews.studies import Study, next_of_study
from defect_app.storage.database import Database
from defect_app.storage.tables import inspections, reviews

MOST_COUNTED = 1000
_AT_ONCE = 500


class Queue(StrEnum):
    """Which parts a person is shown."""

    ALL = "all"
    DOUBTFUL = "doubtful"
    AUDIT = "audit"
    SECOND_LOOK = "second look"


@dataclass(frozen=True)
class QueuedPart:
    """A photo to be looked at.

    Attributes
    ----------
    inspection : StoredInspection or None
        None of a seeded scene.
    scene : str
        The name of a rendered scene with a known defect; empty of an inspection.
    why : str
        Why it is shown: "doubtful", "audit", "second look", "study".
    sample_id, study_id, trial : int or None
        What its answer belongs to.
    """

    inspection: StoredInspection | None
    scene: str = ""
    why: str = ""
    sample_id: int | None = None
    study_id: int | None = None
    trial: int | None = None

    @property
    def name(self) -> str:
        """What tells it from the others of a queue."""
        return (
            f"{self.inspection.id if self.inspection else self.scene} {self.study_id or ''} {self.trial or ''}".strip()
        )


@dataclass(frozen=True)
class QueueCounts:
    """How many parts wait for a person: doubtful ones, of the audit, and for a second look.

    The first and the last are counted no further than one beyond `MOST_COUNTED`.
    """

    doubtful: int
    audit: int
    second_look: int


def next_parts(
    store: ReviewStore,
    model: str,
    who: str,
    queue: Queue = Queue.ALL,
    *,
    audit: Audit | None = None,
    count: int = 4,
    passed_over: Collection[int] = (),
) -> tuple[QueuedPart, ...]:
    """Return the next parts of a model for a person.

    Parameters
    ----------
    store : ReviewStore
        The reviews.
    model : str
        Whose inspections.
    who : str
        Whoever looks: parts that they answered are left out, so that two persons can look at the same ones.
    queue : Queue
        Which parts.
    audit : Audit, optional
        Whose samples to look at.
    count : int
        How many at most.
    passed_over : collection of int
        Row numbers of inspections that are not wanted now.
    """
    found: list[QueuedPart] = []
    if queue in (Queue.ALL, Queue.DOUBTFUL):
        found += _stored(store.database, _doubtful(model), "doubtful", count, passed_over)
    if queue in (Queue.ALL, Queue.AUDIT) and audit is not None and len(found) < count:
        taken = {*passed_over, *(part.inspection.key for part in found if part.inspection)}
        waiting = [(key, sample) for key, sample in waiting_of_audit(store, audit, who) if key not in taken]
        by_key = stored_inspections(store.database, [key for key, _ in waiting[: count - len(found)]])
        found += [
            QueuedPart(by_key[key], why="audit", sample_id=sample)
            for key, sample in waiting[: count - len(found)]
            if key in by_key
        ]
    if queue is Queue.SECOND_LOOK:
        found += _stored(store.database, _second_look(model, who), "second look", count, passed_over)
    return tuple(found[:count])


def next_of_studies(store: ReviewStore, study: Study, who: str, count: int = 4) -> tuple[QueuedPart, ...]:
    """Return the next parts of a study for an appraiser."""
    waiting = next_of_study(study, store.of_study(study.id), who)[:count]
    by_key = stored_inspections(store.database, [key for _, key in waiting])
    return tuple(
        QueuedPart(by_key[key], why="study", study_id=study.id, trial=trial) for trial, key in waiting if key in by_key
    )


def queue_counts(store: ReviewStore, model: str, who: str, audit: Audit | None) -> QueueCounts:
    """Count what waits for a person."""
    with store.database.reading() as connection:
        doubtful, second = (
            connection.execute(
                select(func.count()).select_from(
                    select(inspections.c.key).where(condition).limit(MOST_COUNTED + 1).subquery()
                )
            ).scalar_one()
            for condition in (_doubtful(model), _second_look(model, who))
        )
    return QueueCounts(doubtful, 0 if audit is None else len(waiting_of_audit(store, audit, who)), second)


def waiting_of_audit(store: ReviewStore, audit: Audit, who: str) -> tuple[tuple[int, int], ...]:
    """Return the drawn inspections that a person has not answered, each with its sample.

    Each sample keeps the order of its draw; the samples are mixed, so that the place in the queue tells no verdict.
    """
    keys = [key for sample in audit.samples for key in sample.inspections]
    done = {review.inspection for review in store.on_inspections(keys) if review.who == who}
    mixed = sorted(
        ((place + 0.5) / len(sample.inspections), sample.id, key)
        for sample in audit.samples
        for place, key in enumerate(sample.inspections)
        if key not in done
    )
    return tuple((key, sample) for _, sample, key in mixed)


def _doubtful(model: str) -> ColumnElement[bool]:
    answered = exists().where(reviews.c.inspection == inspections.c.key, counted())
    return (inspections.c.model == model) & (inspections.c.verdict == Verdict.REVIEW.value) & ~answered


def _second_look(model: str, who: str) -> ColumnElement[bool]:
    # A list of the few reviewed parts, so that a million others are not asked one by one.
    of_others = inspections.c.key.in_(select(reviews.c.inspection).where(reviews.c.who != who, counted()))
    own = exists().where(reviews.c.inspection == inspections.c.key, reviews.c.who == who, counted())
    return (inspections.c.model == model) & of_others & ~own


def _stored(
    database: Database, condition: ColumnElement[bool], why: str, count: int, passed_over: Collection[int]
) -> list[QueuedPart]:
    query = select(inspections).where(condition, inspections.c.key.not_in(list(passed_over)))
    with database.reading() as connection:
        rows = connection.execute(query.order_by(inspections.c.key.desc()).limit(count)).all()
    return [QueuedPart(stored_from(row), why=why) for row in rows]


def stored_inspections(database: Database, keys: Sequence[int]) -> dict[int, StoredInspection]:
    """Return inspections by their row numbers; those that are not stored are left out."""
    found: dict[int, StoredInspection] = {}
    for start in range(0, len(keys), _AT_ONCE):
        wanted = inspections.c.key.in_(list(keys[start : start + _AT_ONCE]))
        with database.reading() as connection:
            found |= {row.key: stored_from(row) for row in connection.execute(select(inspections).where(wanted))}
    return found
