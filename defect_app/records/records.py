"""The operating points of every model: saved, found, made active, taken back, with nothing ever overwritten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from defect_app.decision import OperatingPoint
from defect_app.errors import InvalidOperatingPoint
from defect_app.records.database import Database
from defect_app.records.exchange import points_as_json, points_from_json
from defect_app.records.rows import (
    active_version,
    add_version,
    find_version,
    log_change,
    saved_from,
    values_of,
    version_by_id,
    versions,
)
from defect_app.records.saved_point import MOST_NAME, PointAction, PointEvent, SavedPoint, checked_text
from defect_app.records.tables import point_events, saved_points

if TYPE_CHECKING:
    from defect_app.evaluation.line import Costs


def open_records(url: str | None = None) -> Records:
    """Open the records; the database is created and brought up to date where needed.

    Parameters
    ----------
    url : str, optional
        Default: what ``DEFECT_APP_DATABASE_URL`` names, else the project's ``var/records.sqlite``.

    Raises
    ------
    RecordsUnavailable
        If the database cannot be opened.
    """
    return Records(Database(url))


class Records:
    """Operating points in a database; safe to share between threads, and between processes that open it too.

    Every method raises `RecordsUnavailable` when the database fails; nothing is then half done.

    Parameters
    ----------
    database : Database
        An open one.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def title(self) -> str:
        """Which database it is, in words that hold no secret."""
        return self._database.title

    def close(self) -> None:
        """Close the connections that wait to be used again."""
        self._database.close()

    def points(self, model_id: str) -> tuple[SavedPoint, ...]:
        """Return the latest version of each name, newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(versions(model_id).order_by(saved_points.c.id.desc())).all()
        latest: dict[str, SavedPoint] = {}
        for row in rows:
            latest.setdefault(row.name, saved_from(row))
        return tuple(latest.values())

    def history(self, model_id: str) -> tuple[PointEvent, ...]:
        """Return every change, newest first."""
        changes = select(point_events).where(point_events.c.model_id == model_id).order_by(point_events.c.id.desc())
        with self._database.reading() as connection:
            events = connection.execute(changes).all()
            known = {row.id: saved_from(row) for row in connection.execute(versions(model_id))}
        return tuple(
            PointEvent(e.id, e.model_id, PointAction(e.action), e.who, e.created, known.get(e.point_id)) for e in events
        )

    def find_point(self, model_id: str, name: str, version: int | None = None) -> SavedPoint | None:
        """Return a version of the point called `name` (default: the latest), or None."""
        with self._database.reading() as connection:
            return find_version(connection, model_id, name, version)

    def active_point(self, model_id: str) -> SavedPoint | None:
        """Return the version that is active, or None where the model's default point is in use."""
        with self._database.reading() as connection:
            return active_version(connection, model_id)

    def save_point(
        self,
        point: OperatingPoint,
        *,
        note: str = "",
        who: str = "",
        costs: Costs | None = None,
        defect_rate: float | None = None,
        activate: bool = False,
    ) -> SavedPoint:
        """Save a point under its name; a name that exists gets a new version.

        Parameters
        ----------
        point : OperatingPoint
            The thresholds, named, with the hash of the model they were chosen on: without it they are never applied.
        note, who : str
            Why, and by whom.
        costs : Costs, optional
            The amounts it was chosen with.
        defect_rate : float, optional
            The line's share of defective parts, in [0, 1].
        activate : bool
            Make it the active one, in the same step.

        Raises
        ------
        InvalidOperatingPoint
            If the name, the note or the defect rate cannot be kept.
        """
        values = values_of(point, note, who, costs, defect_rate)
        with self._database.writing() as connection:
            saved_id = add_version(connection, values, PointAction.SAVED)
            if activate:
                log_change(connection, point.model_id, PointAction.ACTIVATED, saved_id, values["who"])
            return version_by_id(connection, saved_id)

    def activate(self, model_id: str, name: str, *, who: str = "", version: int | None = None) -> SavedPoint:
        """Make a version of a point the active one (default: the latest); an older one counts as rolling back.

        Raises
        ------
        InvalidOperatingPoint
            If there is no such point.
        """
        who = checked_text("The name of the person", who, MOST_NAME)
        with self._database.writing() as connection:
            found = find_version(connection, model_id, name, version)
            latest = find_version(connection, model_id, name, None)
            if found is None or latest is None:
                said = f"{name!r}" if version is None else f"{name!r} in version {version}"
                known = sorted({row.name for row in connection.execute(versions(model_id))})
                raise InvalidOperatingPoint(
                    f"The model {model_id} has no saved operating point {said}.",
                    f"Saved are: {', '.join(known)}." if known else "Save one first.",
                )
            if not found.active:
                action = PointAction.ACTIVATED if found.id == latest.id else PointAction.ROLLED_BACK
                log_change(connection, model_id, action, found.id, who)
            return version_by_id(connection, found.id)

    def deactivate(self, model_id: str, *, who: str = "") -> None:
        """Go back to the model's default point; saved points stay."""
        who = checked_text("The name of the person", who, MOST_NAME)
        with self._database.writing() as connection:
            active = active_version(connection, model_id)
            if active is not None:
                log_change(connection, model_id, PointAction.DEACTIVATED, active.id, who)

    def export_points(self, model_id: str) -> str:
        """Return the latest version of each point as JSON, to be kept or imported elsewhere."""
        return points_as_json(self.points(model_id))

    def import_points(self, text: str, who: str = "", *, model_id: str | None = None) -> tuple[SavedPoint, ...]:
        """Save every point of an export, all or none; none becomes active by that.

        Parameters
        ----------
        text : str
            What `export_points` gave.
        who : str
            Who imports.
        model_id : str, optional
            Refuse points of any other model.

        Raises
        ------
        InvalidOperatingPoint
            If the text is no export, or holds anything that cannot be a point; the message says which and why.
        """
        drafts = points_from_json(text)
        others = [d.point.model_id for d in drafts if model_id is not None and d.point.model_id != model_id]
        if others:
            raise InvalidOperatingPoint(
                f"The file holds a point of the model {others[0]}, not of {model_id}.", "Nothing was imported."
            )
        values = [values_of(d.point, d.note, who, d.costs, d.defect_rate) for d in drafts]
        with self._database.writing() as connection:
            ids = [add_version(connection, v, PointAction.IMPORTED) for v in values]
            return tuple(version_by_id(connection, saved_id) for saved_id in ids)
