"""The operating points of every model: saved, found, made active, taken back, with nothing ever overwritten."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select, func, insert, select

from defect_app.decision import OperatingPoint
from defect_app.errors import InvalidOperatingPoint
from defect_app.records.database import Database
from defect_app.records.exchange import points_as_json, points_from_json
from defect_app.records.saved_point import (
    MOST_NAME,
    MOST_NOTE,
    PointAction,
    PointEvent,
    SavedPoint,
    checked_name,
    checked_text,
)
from defect_app.records.tables import point_events, saved_points

if TYPE_CHECKING:
    from defect_app.evaluation.line import Costs

_ABOUT_ACTIVITY = (PointAction.ACTIVATED, PointAction.ROLLED_BACK, PointAction.DEACTIVATED)
_POINT_COLUMNS = ("review_at", "reject_at", "accept_at", "model_sha256", "evaluation_sha256", "split", "n", "rule")
_COSTS = ("missed_defect", "false_reject", "human_review")


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
            rows = connection.execute(_versions(model_id).order_by(saved_points.c.id.desc())).all()
        latest: dict[str, SavedPoint] = {}
        for row in rows:
            latest.setdefault(row.name, _saved(row))
        return tuple(latest.values())

    def history(self, model_id: str) -> tuple[PointEvent, ...]:
        """Return every change, newest first."""
        changes = select(point_events).where(point_events.c.model_id == model_id).order_by(point_events.c.id.desc())
        with self._database.reading() as connection:
            events = connection.execute(changes).all()
            versions = {row.id: _saved(row) for row in connection.execute(_versions(model_id))}
        return tuple(
            PointEvent(e.id, e.model_id, PointAction(e.action), e.who, e.created, versions.get(e.point_id))
            for e in events
        )

    def find_point(self, model_id: str, name: str, version: int | None = None) -> SavedPoint | None:
        """Return a version of the point called `name` (default: the latest), or None."""
        with self._database.reading() as connection:
            return _find(connection, model_id, name, version)

    def active_point(self, model_id: str) -> SavedPoint | None:
        """Return the version that is active, or None where the model's default point is in use."""
        with self._database.reading() as connection:
            return _active(connection, model_id)

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
        values = _values(point, note, who, costs, defect_rate)
        with self._database.writing() as connection:
            saved_id = _add(connection, values, PointAction.SAVED)
            if activate:
                _log(connection, point.model_id, PointAction.ACTIVATED, saved_id, values["who"])
            return _by_id(connection, saved_id)

    def activate(self, model_id: str, name: str, *, who: str = "", version: int | None = None) -> SavedPoint:
        """Make a version of a point the active one (default: the latest); an older one counts as rolling back.

        Raises
        ------
        InvalidOperatingPoint
            If there is no such point.
        """
        who = checked_text("The name of the person", who, MOST_NAME)
        with self._database.writing() as connection:
            found = _find(connection, model_id, name, version)
            latest = _find(connection, model_id, name, None)
            if found is None or latest is None:
                said = f"{name!r}" if version is None else f"{name!r} in version {version}"
                known = sorted({row.name for row in connection.execute(_versions(model_id))})
                raise InvalidOperatingPoint(
                    f"The model {model_id} has no saved operating point {said}.",
                    f"Saved are: {', '.join(known)}." if known else "Save one first.",
                )
            if not found.active:
                action = PointAction.ACTIVATED if found.id == latest.id else PointAction.ROLLED_BACK
                _log(connection, model_id, action, found.id, who)
            return _by_id(connection, found.id)

    def deactivate(self, model_id: str, *, who: str = "") -> None:
        """Go back to the model's default point; saved points stay."""
        who = checked_text("The name of the person", who, MOST_NAME)
        with self._database.writing() as connection:
            active = _active(connection, model_id)
            if active is not None:
                _log(connection, model_id, PointAction.DEACTIVATED, active.id, who)

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
        values = [_values(d.point, d.note, who, d.costs, d.defect_rate) for d in drafts]
        with self._database.writing() as connection:
            ids = [_add(connection, v, PointAction.IMPORTED) for v in values]
            return tuple(_by_id(connection, saved_id) for saved_id in ids)


def _values(
    point: OperatingPoint, note: str, who: str, costs: Costs | None, defect_rate: float | None
) -> dict[str, Any]:
    if defect_rate is not None and not (math.isfinite(defect_rate) and 0 <= defect_rate <= 1):
        raise InvalidOperatingPoint(f"The defect rate must be a share from 0 to 1, got {defect_rate}.")
    texts = {
        "model_id": checked_text("The model's id", point.model_id, 200),
        "name": checked_name(point.name),
        "note": checked_text("The note", note, MOST_NOTE, lines=True),
        "who": checked_text("The name of the person", who, MOST_NAME),
        "rule": checked_text("The rule", point.rule, MOST_NOTE, lines=True),
        "split": checked_text("The split", point.split, MOST_NAME),
        "model_sha256": checked_text("The model's hash", point.model_sha256, 64),
        "evaluation_sha256": checked_text("The evaluation's hash", point.evaluation_sha256, 64),
    }
    # NumPy's numbers, which the pages hand over, are not what drivers take.
    thresholds = {name: getattr(point, name) for name in ("review_at", "reject_at", "accept_at")}
    numbers = {name: None if value is None else float(value) for name, value in thresholds.items()}
    amounts = {name: None if costs is None else float(getattr(costs, name)) for name in _COSTS}
    rate = None if defect_rate is None else float(defect_rate)
    return {**texts, **numbers, **amounts, "defect_rate": rate, "n": int(point.n)}


def _add(connection: Connection, values: dict[str, Any], action: PointAction) -> int:
    of_name = (saved_points.c.model_id == values["model_id"]) & (saved_points.c.name == values["name"])
    version = connection.execute(select(func.coalesce(func.max(saved_points.c.version), 0) + 1).where(of_name)).scalar()
    row = insert(saved_points).values(**values, version=version, created=datetime.now(UTC))
    saved_id = int(connection.execute(row.returning(saved_points.c.id)).scalar_one())
    _log(connection, values["model_id"], action, saved_id, values["who"])
    return saved_id


def _log(connection: Connection, model_id: str, action: PointAction, point_id: int, who: str) -> None:
    change = {"model_id": model_id, "action": action.value, "point_id": point_id, "who": who}
    connection.execute(insert(point_events).values(**change, created=datetime.now(UTC)))


def _versions(model_id: str | None = None) -> Select[Any]:
    # The last change about activity of each model says which version is active, if any.
    last = (
        select(func.max(point_events.c.id))
        .where(point_events.c.model_id == saved_points.c.model_id, point_events.c.action.in_(_ABOUT_ACTIVITY))
        .correlate(saved_points)
        .scalar_subquery()
    )
    active = (
        select(point_events.c.id)
        .where(
            point_events.c.id == last,
            point_events.c.point_id == saved_points.c.id,
            point_events.c.action != PointAction.DEACTIVATED,
        )
        .correlate(saved_points)
        .exists()
    )
    query = select(saved_points, active.label("active"))
    return query if model_id is None else query.where(saved_points.c.model_id == model_id)


def _find(connection: Connection, model_id: str, name: str, version: int | None) -> SavedPoint | None:
    query = _versions(model_id).where(saved_points.c.name == name).order_by(saved_points.c.version.desc()).limit(1)
    if version is not None:
        query = query.where(saved_points.c.version == version)
    row = connection.execute(query).first()
    return None if row is None else _saved(row)


def _active(connection: Connection, model_id: str) -> SavedPoint | None:
    of_model = (point_events.c.model_id == model_id) & point_events.c.action.in_(_ABOUT_ACTIVITY)
    last = connection.execute(select(point_events).where(of_model).order_by(point_events.c.id.desc()).limit(1)).first()
    return None if last is None or last.action == PointAction.DEACTIVATED else _by_id(connection, last.point_id)


def _by_id(connection: Connection, saved_id: int) -> SavedPoint:
    return _saved(connection.execute(_versions().where(saved_points.c.id == saved_id)).one())


def _saved(row: Row[Any]) -> SavedPoint:
    costs = None
    if row.missed_defect is not None:
        # Here, since the room of evaluation takes half a second to import, and few points have costs.
        from defect_app.evaluation.line import Costs

        costs = Costs(row.missed_defect, row.false_reject, row.human_review)
    known = {name: getattr(row, name) for name in _POINT_COLUMNS}
    return SavedPoint(
        id=row.id,
        point=OperatingPoint(name=row.name, model_id=row.model_id, **known),
        version=row.version,
        note=row.note,
        who=row.who,
        created=row.created,
        costs=costs,
        defect_rate=row.defect_rate,
        active=bool(row.active),
    )
