"""Audits of a line: random samples of the parts of each verdict, drawn once and kept, and what they say."""

from __future__ import annotations

import random
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, insert, select

from defect_app.decision import INSPECTION_VERDICTS, Verdict
from defect_app.errors import InvalidReview
from defect_app.evaluation.audits import AuditedStratum, LineAudit
from defect_app.inspections.identity import first_key
from defect_app.inspections.photo_store import audit_bound
from defect_app.reviews.review import Answer, Review
from defect_app.reviews.rows import MOST_WHO, checked
from defect_app.reviews.settled import reviewed_parts
from defect_app.reviews.store import ReviewStore
from defect_app.settings import settings
from defect_app.storage.audit import add_entry
from defect_app.storage.database import Database
from defect_app.storage.tables import inspections, review_sample_parts, review_samples

MOST_DRAWN = 10_000


@dataclass(frozen=True)
class Sample:
    """Inspections of one verdict, drawn at random.

    Attributes
    ----------
    id : int
        Its row.
    verdict : Verdict
        Which inspections.
    population : int
        How many there were in the time of the audit.
    inspections : tuple of int
        Row numbers in the order of the draw.
    """

    id: int
    verdict: Verdict
    population: int
    inspections: tuple[int, ...]


@dataclass(frozen=True)
class Audit:
    """Samples of every verdict of a model, drawn at one moment.

    Attributes
    ----------
    model : str
        The model whose verdicts are looked at.
    since, until : datetime or None, datetime
        When the parts were judged.
    who : str
        Who had it drawn.
    samples : tuple of Sample
        PASS, REVIEW, REJECT.
    """

    model: str
    since: datetime | None
    until: datetime
    who: str
    samples: tuple[Sample, ...]


def draw_audit(
    database: Database,
    model: str,
    sizes: Mapping[Verdict, int],
    *,
    who: str = "",
    since: datetime | None = None,
    seed: str | None = None,
) -> Audit:
    """Draw random samples without replacement, and keep what was drawn from how many.

    Photos that are kept whole for audits come first: they are chosen by their content, which is as good as by lot.

    Parameters
    ----------
    database : Database
        An open one.
    model : str
        The model.
    sizes : mapping of Verdict to int
        How many parts of each verdict to look at; all where there are fewer.
    who : str
        Who draws.
    since : datetime, optional
        Only parts judged from then on.
    seed : str, optional
        Default: of the operating system's randomness. It is kept, so that the draw can be repeated.

    Raises
    ------
    InvalidReview
        If the model has no stored inspections in that time, or a size is out of range.
    """
    who = checked("The name", who, MOST_WHO)
    if any(not 0 <= size <= MOST_DRAWN for size in sizes.values()):
        raise InvalidReview(f"A sample has from 0 to {MOST_DRAWN:,} parts.", "Choose another number.")
    until, seed = datetime.now(UTC), seed or secrets.token_hex(16)
    drawn = []
    for verdict in INSPECTION_VERDICTS:
        # What repeats a photo of its batch is no part of its own.
        keys = select(inspections.c.key).where(
            inspections.c.model == model, inspections.c.verdict == verdict.value,
            inspections.c.duplicate_of.is_(None), inspections.c.key < first_key(until),
        )  # fmt: skip
        if since is not None:
            keys = keys.where(inspections.c.key >= first_key(since))
        whole = keys.where(inspections.c.sha256 < audit_bound(settings().audit_photos))
        with database.reading() as connection:
            population = list(connection.execute(keys.order_by(inspections.c.key)).scalars())
            kept_whole = list(connection.execute(whole.order_by(inspections.c.key)).scalars())
        drawn.append(
            (verdict, len(population), _drawn(population, kept_whole, sizes.get(verdict, 0), f"{seed} {verdict}"))
        )
    if not any(population for _, population, _ in drawn):
        raise InvalidReview("There are no stored inspections of this model in that time.", "Judge photos first.")
    with database.writing() as connection:
        samples = []
        for verdict, number, chosen in drawn:
            row = insert(review_samples).values(
                model=model, verdict=verdict.value, since=since, until=until, population=number, seed=seed, who=who,
                created=until,
            )  # fmt: skip
            key = connection.execute(row).inserted_primary_key
            assert key is not None, "one row was added"
            if chosen:
                places = [{"sample_id": key[0], "place": i, "inspection": k} for i, k in enumerate(chosen)]
                connection.execute(insert(review_sample_parts), places)
            samples.append(Sample(key[0], verdict, number, tuple(chosen)))
        told = {str(s.verdict): f"{len(s.inspections)} of {s.population}" for s in samples}
        add_entry(connection, "audit drawn", who=who, subject=model, details=told | {"seed": seed})
    return Audit(model, since, until, who, tuple(samples))


def _drawn(population: Sequence[int], kept_whole: Sequence[int], size: int, seed: str) -> list[int]:
    """Draw at random, from those first whose photos are kept whole: a random sample themselves, by their content."""
    chance = random.Random(seed)
    first = chance.sample(kept_whole, min(size, len(kept_whole)))
    missing = min(size, len(population)) - len(first)
    known = set(kept_whole)
    return first + (chance.sample([key for key in population if key not in known], missing) if missing else [])


def latest_audit(database: Database, model: str) -> Audit | None:
    """Return the audit of a model that was drawn last, or None."""
    with database.reading() as connection:
        last = select(func.max(review_samples.c.id)).where(review_samples.c.model == model).scalar_subquery()
        seed = connection.execute(select(review_samples.c.seed).where(review_samples.c.id == last)).scalar()
        if seed is None:
            return None
        query = select(review_samples).where(review_samples.c.model == model, review_samples.c.seed == seed)
        rows = connection.execute(query.order_by(review_samples.c.id)).all()[-len(INSPECTION_VERDICTS) :]
        samples = []
        for row in rows:
            drawn = select(review_sample_parts.c.inspection).where(review_sample_parts.c.sample_id == row.id)
            keys = connection.execute(drawn.order_by(review_sample_parts.c.place)).scalars()
            samples.append(Sample(row.id, Verdict(row.verdict), row.population, tuple(keys)))
    return Audit(model, rows[0].since, rows[0].until, rows[0].who, tuple(samples))


def line_audit(store: ReviewStore, audit: Audit, confidence: float = 0.95) -> LineAudit:
    """Return what an audit says by the answers in force.

    Parts count up to the last one of the draw that was answered, whoever answered and by whatever way it came; those
    among them that nobody answered, decided or agreed on count as undecided. Answers on parts further back came by
    other ways, and are no random sample.
    """
    passed, reviewed, rejected = (_stratum(s, store.on_inspections(s.inspections)) for s in audit.samples)
    return LineAudit(passed, reviewed, rejected, confidence)


def _stratum(sample: Sample, answers: Sequence[Review]) -> AuditedStratum:
    settled = {part.inspection: part.settled for part in reviewed_parts(answers)}
    through_sample = {review.inspection for review in answers if review.sample_id == sample.id}
    whole = all(key in settled for key in sample.inspections)
    reached = max((place + 1 for place, key in enumerate(sample.inspections) if key in through_sample), default=0)
    looked_at = sample.inspections if whole else sample.inspections[:reached]
    found = [settled.get(key) for key in looked_at]
    decided = sum(answer is not None and answer.decides for answer in found)
    return AuditedStratum(sample.population, len(looked_at), found.count(Answer.DEFECTIVE), len(looked_at) - decided)
