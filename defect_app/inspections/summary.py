"""What a report says of all inspections that a filter lets through: counted by the database, however many there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, literal, select, union_all

from defect_app.inspections.inspection_filter import InspectionFilter
from defect_app.inspections.part_verdicts import WORST_FIRST, PartVerdict
from defect_app.inspections.rows import stored_from
from defect_app.inspections.stored_inspection import StoredInspection
from defect_app.storage.database import Database
from defect_app.storage.tables import inspections

_AT_ONCE = 500
_RANK: ColumnElement[int] = case(
    {str(verdict): rank for rank, verdict in enumerate(WORST_FIRST)},
    value=inspections.c.verdict,
    else_=len(WORST_FIRST),
)


@dataclass(frozen=True)
class UsedPoint:
    """A model and an operating point that verdicts were made with, and how many."""

    model: str
    model_sha256: str
    point: str
    count: int


@dataclass(frozen=True)
class PartsSummary:
    """The verdicts of parts.

    Attributes
    ----------
    worst : tuple of PartVerdict
        The worst first; at most as many as were asked for.
    counts : Counter of str
        How many parts have each verdict, those that are not listed included.
    """

    worst: tuple[PartVerdict, ...]
    counts: Counter[str]


class InspectionSummary:
    """What the database says of the inspections that a filter lets through; each method asks it anew.

    Every method raises `RecordsUnavailable` when the database fails.

    Parameters
    ----------
    database : Database
        An open one.
    wanted : InspectionFilter
        Which inspections.
    """

    def __init__(self, database: Database, wanted: InspectionFilter) -> None:
        self._database, self._wanted = database, wanted

    def judged_between(self) -> tuple[datetime, datetime] | None:
        """Return when the first and the last were judged; None where there are none."""
        with self._database.reading() as connection:
            ends = self._narrowed(connection, select(func.min(inspections.c.key), func.max(inspections.c.key)))
            found = select(inspections.c.judged_at).where(inspections.c.key.in_(tuple(connection.execute(ends).one())))
            moments = connection.execute(found.order_by(inspections.c.key)).scalars().all()
        return (moments[0], moments[-1]) if moments else None

    def used_points(self) -> tuple[UsedPoint, ...]:
        """Return the models and operating points that verdicts were made with, the most used first."""
        columns = (inspections.c.model, inspections.c.model_sha256, inspections.c.operating_point)
        counted = select(*columns, func.count()).where(inspections.c.operating_point.is_not(None)).group_by(*columns)
        with self._database.reading() as connection:
            rows = connection.execute(self._narrowed(connection, counted)).all()
        return tuple(sorted((UsedPoint(*row) for row in rows), key=lambda point: -point.count))

    def first_of(self, verdicts: Sequence[str], most: int) -> tuple[StoredInspection, ...]:
        """Return the oldest inspections with one of these verdicts."""
        query = select(inspections).where(inspections.c.verdict.in_(verdicts)).order_by(inspections.c.key).limit(most)
        with self._database.reading() as connection:
            return tuple(map(stored_from, connection.execute(self._narrowed(connection, query))))

    def parts(self, most: int) -> PartsSummary:
        """Return the verdicts of parts: the worst of their photos', as `part_verdicts` has it."""
        part = inspections.c.part
        of_parts = select(part, func.min(_RANK).label("worst"), func.count().label("photos")).where(part != "")
        with self._database.reading() as connection:
            # Both from one pass over the rows: it is what takes the time.
            each = self._narrowed(connection, of_parts.group_by(part)).cte("each_part")
            listed = select(each.c.part, each.c.worst, each.c.photos).order_by(each.c.worst, each.c.part).limit(most)
            counted = select(literal(""), each.c.worst, func.count()).group_by(each.c.worst)
            rows = connection.execute(union_all(counted, select(listed.subquery()))).all()
            by_rank = [(rank, count) for name, rank, count in rows if not name]
            worst = sorted((rank, name, photos) for name, rank, photos in rows if name)
            first = self._first_files(connection, [name for _, name, _ in worst])
        return PartsSummary(
            tuple(PartVerdict(name, WORST_FIRST[rank], photos, first[name, rank]) for rank, name, photos in worst),
            Counter({WORST_FIRST[rank]: count for rank, count in sorted(by_rank)}),
        )

    def _first_files(self, connection: Connection, parts: Sequence[str]) -> dict[tuple[str, int], str]:
        """Return the first file of parts with each verdict, that by its place in `WORST_FIRST`."""
        part, files = inspections.c.part, {}
        for start in range(0, len(parts), _AT_ONCE):
            chunk = part.in_(parts[start : start + _AT_ONCE])
            first = select(func.min(inspections.c.key)).where(chunk).group_by(part, inspections.c.verdict)
            keys = inspections.c.key.in_(self._narrowed(connection, first))
            found = select(part, _RANK.label("rank"), inspections.c.file).where(keys)
            files.update({(row.part, row.rank): row.file for row in connection.execute(found)})
        return files

    def _narrowed(self, connection: Connection, query: Select[Any]) -> Select[Any]:
        return self._wanted.narrow(query, connection.dialect).whole
