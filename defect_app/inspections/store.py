"""Stored inspections: added, never changed; found newest first, page by page, however many there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Insert, Select, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from defect_app.inspections.identity import key_of
from defect_app.inspections.inspection_filter import InspectionFilter
from defect_app.inspections.rows import stored_from, stored_from_values, values_of, with_new_id
from defect_app.inspections.stored_inspection import NewInspection, StoredInspection
from defect_app.storage.database import Database
from defect_app.storage.tables import inspections

PAGE_SIZE = 50
MOST_LOOKED_AT = 10_000
"""Rows that one page of a search looks at where no index serves it."""
_AT_ONCE = 1000
_TRIES = 3


@dataclass(frozen=True)
class InspectionPage:
    """Some stored inspections, newest first.

    Attributes
    ----------
    inspections : tuple of StoredInspection
        At most as many as were asked for.
    before : int or None
        What to ask the next page with; None after the last.
    looked_at : int or None
        So many rows were looked at, and there are more, which the next page looks at: the search is one that no index
        serves, and this page may be short or empty. None where that is not so.
    """

    inspections: tuple[StoredInspection, ...]
    before: int | None
    looked_at: int | None = None


class InspectionStore:
    """The inspections of a database; safe to share between threads, and between processes that open it too.

    Every method raises `RecordsUnavailable` when the database fails; nothing is then half done.

    Parameters
    ----------
    database : Database
        An open one.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    def append(self, new: Sequence[NewInspection]) -> tuple[StoredInspection, ...]:
        """Store inspections, all or none; what the same batch brought before is not stored again.

        Parameters
        ----------
        new : sequence of NewInspection
            At most some hundreds: they are one transaction.

        Returns
        -------
        tuple of StoredInspection
            One each, in their order; of what was stored before, that.
        """
        rows = [values_of(one) for one in new]
        for attempt in range(_TRIES):
            try:
                with self.database.writing() as connection:
                    return _added(connection, new, rows)
            except IntegrityError:
                # Two row numbers of one millisecond were alike, which happens once in a million.
                if attempt == _TRIES - 1:
                    raise
                rows = [with_new_id(values) for values in rows]
        return ()

    def find(self, inspection_id: str) -> StoredInspection | None:
        """Return the inspection with an id, or None."""
        try:
            key = key_of(inspection_id)
        except ValueError:
            return None
        query = select(inspections).where(inspections.c.key == key, inspections.c.id == inspection_id.lower())
        with self.database.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else stored_from(row)

    def page(
        self, wanted: InspectionFilter | None = None, *, before: int | None = None, size: int = PAGE_SIZE
    ) -> InspectionPage:
        """Return the newest inspections that a filter lets through.

        Parameters
        ----------
        wanted : InspectionFilter, optional
            Default: all.
        before : int, optional
            What the page before gave.
        size : int
            How many at most.
        """
        with self.database.reading() as connection:
            narrowed = (wanted or InspectionFilter()).narrow(select(inspections), connection.dialect)
            query = narrowed.query.order_by(narrowed.order.desc())
            if before is not None:
                query = query.where(narrowed.order < before)
            if narrowed.row_by_row:
                return _page_row_by_row(connection, query, narrowed.row_by_row, size)
            rows = connection.execute(query.limit(size + 1)).all()
        more = len(rows) > size
        return InspectionPage(tuple(map(stored_from, rows[:size])), int(rows[size - 1].key) if more else None)

    def newest(self, wanted: InspectionFilter, size: int) -> InspectionPage:
        """Return as many of the newest inspections as were asked for, however many rows a search has to look at."""
        page = self.page(wanted, size=size)
        while page.looked_at is not None and len(page.inspections) < size:
            further = self.page(wanted, before=page.before, size=size - len(page.inspections))
            page = replace(further, inspections=page.inspections + further.inspections)
        return page

    def oldest_first(self, wanted: InspectionFilter | None = None) -> Iterator[StoredInspection]:
        """Yield every inspection that a filter lets through; memory does not grow with their number."""
        after = -1
        while True:
            with self.database.reading() as connection:
                narrowed = (wanted or InspectionFilter()).narrow(select(inspections), connection.dialect)
                query = narrowed.whole.where(narrowed.order > after).order_by(narrowed.order).limit(_AT_ONCE)
                rows = connection.execute(query).all()
            yield from map(stored_from, rows)
            if len(rows) < _AT_ONCE:
                return
            after = rows[-1].key

    def among(self, keys: Sequence[int], wanted: InspectionFilter) -> tuple[StoredInspection, ...]:
        """Return those of some inspections that a filter lets through, oldest first.

        Parameters
        ----------
        keys : sequence of int
            Row numbers, at most some hundreds.
        wanted : InspectionFilter
            Which of them.
        """
        query = select(inspections).where(inspections.c.key.in_(keys)).order_by(inspections.c.key)
        with self.database.reading() as connection:
            rows = connection.execute(wanted.narrow(query, connection.dialect).whole)
            return tuple(map(stored_from, rows))

    def count_verdicts(self, wanted: InspectionFilter | None = None) -> Counter[str]:
        """Count the inspections of each verdict that a filter lets through."""
        counted = select(inspections.c.verdict, func.count().label("n")).group_by(inspections.c.verdict)
        with self.database.reading() as connection:
            query = (wanted or InspectionFilter()).narrow(counted, connection.dialect).whole
            return Counter({row.verdict: int(row.n) for row in connection.execute(query)})

    def of_photo(self, sha256: str, *, size: int = PAGE_SIZE) -> tuple[StoredInspection, ...]:
        """Return the newest inspections of a photo, by its content."""
        return self.page(InspectionFilter(sha256=sha256), size=size).inspections


def _page_row_by_row(connection: Connection, query: Select[Any], words: Sequence[str], size: int) -> InspectionPage:
    """Return a page of a query in order for words that no index serves: of the next `MOST_LOOKED_AT` rows.

    Only what is looked into leaves the database; asked there, it would copy each row whole before it looks.
    """
    columns = (inspections.c.key, inspections.c.words)
    looked_into = query.with_only_columns(*columns, maintain_column_froms=True).limit(MOST_LOOKED_AT)
    keys: list[int] = []
    looked_at, last = 0, 0
    for last, said in connection.execute(looked_into):
        looked_at += 1
        if all(word in said for word in words):
            keys.append(last)
            if len(keys) > size:
                break
    shown = select(inspections).where(inspections.c.key.in_(keys[:size])).order_by(inspections.c.key.desc())
    stored = tuple(map(stored_from, connection.execute(shown)))
    if len(keys) > size:
        return InspectionPage(stored, keys[size - 1])
    return InspectionPage(stored, last, MOST_LOOKED_AT) if looked_at == MOST_LOOKED_AT else InspectionPage(stored, None)


def _added(
    connection: Connection, new: Sequence[NewInspection], rows: list[dict[str, Any]]
) -> tuple[StoredInspection, ...]:
    if not rows:
        return ()
    insert: Insert
    if connection.dialect.name == "sqlite":
        insert = sqlite.insert(inspections).on_conflict_do_nothing(index_elements=["once"])
    else:
        insert = postgresql.insert(inspections).on_conflict_do_nothing(index_elements=["once"])
    added = connection.execute(insert.execution_options(preserve_rowcount=True), rows).rowcount
    if added == len(rows):
        return tuple(map(stored_from_values, new, rows))
    known = select(inspections.c.once, inspections.c.id).where(inspections.c.once.in_([v["once"] for v in rows]))
    id_of = {once: stored_id for once, stored_id in connection.execute(known)}
    return tuple(
        stored_from_values(one, values)
        if id_of[values["once"]] == values["id"]
        else stored_from(
            connection.execute(select(inspections).where(inspections.c.key == key_of(id_of[values["once"]]))).one()
        )
        for one, values in zip(new, rows, strict=True)
    )
