"""The reviews of a database: added, withdrawn by further rows, never changed; what everybody says now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, func, insert, select
from sqlalchemy.exc import IntegrityError

from defect_app.errors import InvalidReview
from defect_app.inspections.identity import key_of
from defect_app.reviews.review import NewReview, Review
from defect_app.reviews.rows import MOST_WHO, WITHDRAWN, checked, review_from, values_of
from defect_app.storage.audit import add_entry
from defect_app.storage.database import Database
from defect_app.storage.tables import inspections, reviews

_later = reviews.alias("later")


class ReviewStore:
    """The reviews of a database; safe to share between threads, and between processes that open it too.

    Every method raises `RecordsUnavailable` when the database fails; nothing is then half done.

    Parameters
    ----------
    database : Database
        An open one.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    def add(self, new: NewReview) -> Review:
        """Store an answer; one that is known by its token is not stored again.

        A correction is a further answer of the same person: the last one that is not withdrawn counts.

        Raises
        ------
        InvalidReview
            If it cannot be kept, or is of an inspection that is not stored.
        """
        values = values_of(new) | {"created": datetime.now(UTC)}
        try:
            with self.database.writing() as connection:
                known = _by_token(connection, values["token"])
                if known is None:
                    known = _insert(connection, values)
                return known
        except IntegrityError:
            # The same answer came twice at the same moment, or its inspection, sample or study is none.
            with self.database.reading() as connection:
                found = _by_token(connection, values["token"])
            if found is None:
                raise InvalidReview("The reviewed inspection is not in the records.", "Load the page again.") from None
            return found

    def withdraw(self, token: str, who: str = "") -> bool:
        """Take an answer back by a further row; whether there was one to take back.

        Only whoever gave an answer takes it back: another person's answer stays.
        """
        who = checked("The name", who, MOST_WHO)
        with self.database.writing(alone_in=reviews) as connection:
            found = connection.execute(
                select(reviews).where(reviews.c.token == token, reviews.c.who == who, in_force())
            ).first()
            if found is None:
                return False
            values = {"token": f"-{found.id}", "answer": WITHDRAWN, "withdraws": found.id, "marks": "[]", "note": ""}
            kept = {
                name: getattr(found, name)
                for name in ("inspection", "scene", "blind", "sample_id", "study_id", "trial")
            }
            connection.execute(insert(reviews).values(**values, **kept, who=who, created=datetime.now(UTC)))
            add_entry(
                connection,
                "review withdrawn",
                who=who,
                subject=_subject(connection, found),
                details={"review": found.id},
            )
            return True

    def of_inspection(self, inspection_id: str) -> tuple[Review, ...]:
        """Return the answers in force on an inspection outside studies, oldest first."""
        return self._found(select(reviews).where(reviews.c.inspection == key_of(inspection_id), counted()))

    def last_of(self, who: str, count: int = 20) -> tuple[Review, ...]:
        """Return the last answers of a person that are in force, newest first, those of studies and scenes included."""
        query = select(reviews).where(reviews.c.who == who, in_force()).order_by(reviews.c.id.desc()).limit(count)
        with self.database.reading() as connection:
            return tuple(map(review_from, connection.execute(query)))

    def last_id(self) -> int:
        """Return the number of the last row, 0 where there is none: while it stays, nothing was said or taken back."""
        with self.database.reading() as connection:
            return int(connection.execute(select(func.max(reviews.c.id))).scalar() or 0)

    def of_scenes(self, who: str | None = None) -> tuple[Review, ...]:
        """Return the answers on seeded scenes, of one person or of everybody."""
        query = select(reviews).where(reviews.c.scene.is_not(None), in_force())
        return self._found(query if who is None else query.where(reviews.c.who == who))

    def of_study(self, study_id: int) -> tuple[Review, ...]:
        """Return the answers in force of a study, oldest first."""
        return self._found(select(reviews).where(reviews.c.study_id == study_id, in_force()))

    def of_model(self, model: str) -> tuple[Review, ...]:
        """Return the answers in force on a model's inspections outside studies, oldest first."""
        query = select(reviews).join(inspections, inspections.c.key == reviews.c.inspection)
        return self._found(query.where(inspections.c.model == model, counted()))

    def looked_at(self) -> tuple[int, ...]:
        """Return the row numbers of all inspections with an answer in force outside studies, oldest first."""
        query = select(reviews.c.inspection).where(counted()).distinct().order_by(reviews.c.inspection)
        with self.database.reading() as connection:
            return tuple(int(key) for key in connection.execute(query).scalars() if key is not None)

    def on_inspections(self, keys: Sequence[int]) -> tuple[Review, ...]:
        """Return the answers in force on some inspections outside studies, oldest first."""
        return tuple(
            review
            for start in range(0, len(keys), 500)
            for review in self._found(
                select(reviews).where(reviews.c.inspection.in_(keys[start : start + 500]), counted())
            )
        )

    def _found(self, query: Select[Any]) -> tuple[Review, ...]:
        with self.database.reading() as connection:
            return tuple(map(review_from, connection.execute(query.order_by(reviews.c.id))))


def in_force() -> ColumnElement[bool]:
    """Return the condition that a row of reviews is an answer that nobody took back."""
    return (reviews.c.answer != WITHDRAWN) & ~exists().where(_later.c.withdraws == reviews.c.id)


def counted() -> ColumnElement[bool]:
    """Return the condition that an answer counts for the line: in force, of an inspection, and outside studies."""
    return in_force() & reviews.c.inspection.is_not(None) & reviews.c.study_id.is_(None)


def _by_token(connection: Connection, token: str) -> Review | None:
    row = connection.execute(select(reviews).where(reviews.c.token == token, reviews.c.answer != WITHDRAWN)).first()
    return None if row is None else review_from(row)


def _insert(connection: Connection, values: dict[str, Any]) -> Review:
    added = connection.execute(insert(reviews).values(**values))
    key = added.inserted_primary_key
    assert key is not None, "one row was added"
    row = connection.execute(select(reviews).where(reviews.c.id == key[0])).one()
    details = {"review": row.id, "answer": row.answer, "blind": bool(row.blind), "study": row.study_id}
    add_entry(connection, "reviewed", who=row.who, subject=_subject(connection, row), details=details)
    return review_from(row)


def _subject(connection: Connection, row: Any) -> str:
    if row.inspection is None:
        return str(row.scene)
    found = connection.execute(select(inspections.c.id).where(inspections.c.key == row.inspection)).scalar()
    return str(found)
