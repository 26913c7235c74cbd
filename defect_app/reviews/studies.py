"""Agreement studies: the same parts, judged blind by several appraisers in several trials, each in its own order."""

from __future__ import annotations

import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from sqlalchemy import insert, select

from defect_app.decision import Verdict
from defect_app.errors import InvalidReview
from defect_app.evaluation.appraisers import NO_ANSWER, Appraiser, Call
from defect_app.reviews.review import Answer, Review
from defect_app.reviews.rows import MOST_WHO, checked
from defect_app.reviews.settled import ReviewedPart
from defect_app.storage.audit import add_entry
from defect_app.storage.database import Database
from defect_app.storage.tables import inspections, studies, study_parts

MOST_PARTS, MOST_TRIALS, MOST_TITLE = 500, 10, 200
MODEL_NAME = "the model"


@dataclass(frozen=True)
class StudyPart:
    """A part of a study: its inspection's row number, what it is, and what the model said of it."""

    inspection: int
    reference: Answer
    verdict: str


@dataclass(frozen=True)
class Study:
    """An agreement study.

    Attributes
    ----------
    id : int
        Its row.
    title, model, who : str
        What it is called, whose verdicts stand beside the persons', and who began it.
    trials : int
        How often each appraiser judges each part.
    seed : str
        What the orders are drawn with.
    created : datetime
        When it was begun, in UTC.
    parts : tuple of StudyPart
        All parts, in the order in which figures have them.
    """

    id: int
    title: str
    model: str
    who: str
    trials: int
    seed: str
    created: datetime
    parts: tuple[StudyPart, ...]

    def order(self, who: str, trial: int) -> tuple[int, ...]:
        """Return the inspections in the order in which an appraiser meets them in a trial."""
        keys = [part.inspection for part in self.parts]
        random.Random(f"{self.seed} {who} {trial}").shuffle(keys)
        return tuple(keys)

    @property
    def reference(self) -> np.ndarray:
        """What each part is, as a `Call`; shape (n_parts,)."""
        return np.array([part.reference.call for part in self.parts], np.intp)

    @property
    def model_as_appraiser(self) -> Appraiser:
        """The model, whose stored verdict is its one trial: REVIEW decides nothing."""
        calls = {Verdict.PASS: Call.GOOD, Verdict.REJECT: Call.DEFECTIVE}
        said = [[calls.get(Verdict(p.verdict), Call.UNDECIDED)] for p in self.parts]
        return Appraiser(MODEL_NAME, np.array(said, np.intp).reshape(-1, 1))


def choose_parts(reviewed: Sequence[ReviewedPart], count: int, seed: int | None = None) -> tuple[ReviewedPart, ...]:
    """Choose parts whose answer is settled, at random, half of them defective as far as there are so many."""
    generator = random.Random(seed)
    bad, good = ([p for p in reviewed if p.settled is answer] for answer in (Answer.DEFECTIVE, Answer.GOOD))
    defective = min(len(bad), max(count // 2, count - len(good)))
    chosen = generator.sample(bad, defective) + generator.sample(good, min(len(good), count - defective))
    generator.shuffle(chosen)
    return tuple(chosen)


def begin_study(
    database: Database, title: str, model: str, parts: Sequence[ReviewedPart], trials: int, who: str = ""
) -> Study:
    """Keep a new study.

    Parameters
    ----------
    database : Database
        An open one.
    title : str
        What it is called.
    model : str
        Whose verdicts stand beside the persons'.
    parts : sequence of ReviewedPart
        Each settled: that is its reference.
    trials : int
        At least 1.
    who : str
        Who begins it.

    Raises
    ------
    InvalidReview
        If there are no parts or too many, one is not settled, or the number of trials is out of range.
    """
    title, who = checked("The title", title, MOST_TITLE), checked("The name", who, MOST_WHO)
    if not 1 <= trials <= MOST_TRIALS or not 1 <= len(parts) <= MOST_PARTS:
        raise InvalidReview(
            f"A study has from 1 to {MOST_PARTS} parts and from 1 to {MOST_TRIALS} trials.", "Choose other numbers."
        )
    if any(part.settled is None or not part.settled.decides for part in parts):
        raise InvalidReview("A part of the study is neither good nor defective.", "Settle it by a review first.")
    seed = secrets.token_hex(8)
    with database.writing() as connection:
        row = insert(studies).values(
            title=title or "Agreement study", model=model, trials=trials, seed=seed, who=who, created=datetime.now(UTC)
        )
        key = connection.execute(row).inserted_primary_key
        assert key is not None, "one row was added"
        places = [
            {"study_id": key[0], "place": i, "inspection": part.inspection, "reference": str(part.settled)}
            for i, part in enumerate(parts)
        ]
        connection.execute(insert(study_parts), places)
        details = {"study": int(key[0]), "parts": len(parts), "trials": trials}
        add_entry(connection, "study begun", who=who, subject=model, details=details)
    found = find_study(database, int(key[0]))
    assert found is not None, "it was just stored"
    return found


def find_study(database: Database, study_id: int) -> Study | None:
    """Return a study, or None."""
    query = (
        select(study_parts.c.inspection, study_parts.c.reference, inspections.c.verdict)
        .join(inspections, inspections.c.key == study_parts.c.inspection)
        .where(study_parts.c.study_id == study_id)
        .order_by(study_parts.c.place)
    )
    with database.reading() as connection:
        row = connection.execute(select(studies).where(studies.c.id == study_id)).first()
        if row is None:
            return None
        parts = tuple(StudyPart(p.inspection, Answer(p.reference), p.verdict) for p in connection.execute(query))
    return Study(row.id, row.title, row.model, row.who, row.trials, row.seed, row.created, parts)


def studies_of(database: Database, model: str) -> tuple[Study, ...]:
    """Return the studies of a model, newest first."""
    query = select(studies.c.id).where(studies.c.model == model).order_by(studies.c.id.desc())
    with database.reading() as connection:
        ids = list(connection.execute(query).scalars())
    return tuple(study for study in (find_study(database, study_id) for study_id in ids) if study is not None)


def study_appraisers(study: Study, answers: Sequence[Review]) -> tuple[Appraiser, ...]:
    """Return what each person said, by name; the last answer of a trial counts."""
    row = {part.inspection: i for i, part in enumerate(study.parts)}
    tables: dict[str, np.ndarray] = {}
    for review in answers:
        table = tables.setdefault(review.who, np.full((len(study.parts), study.trials), NO_ANSWER, np.intp))
        if review.inspection in row and review.trial is not None and 1 <= review.trial <= study.trials:
            table[row[review.inspection], review.trial - 1] = review.answer.call
    return tuple(Appraiser(name or "nobody named", tables[name]) for name in sorted(tables))


def next_of_study(study: Study, answers: Sequence[Review], who: str) -> tuple[tuple[int, int], ...]:
    """Return what an appraiser has still to judge, as pairs of trial and inspection, trial by trial."""
    done = {(r.trial, r.inspection) for r in answers if r.who == who}
    trials = range(1, study.trials + 1)
    return tuple((t, key) for t in trials for key in study.order(who, t) if (t, key) not in done)
