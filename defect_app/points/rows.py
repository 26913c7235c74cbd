"""Rows of the tables to saved points and back; every function works inside a transaction of its caller."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select

from defect_app.decision import THRESHOLD_NAMES, ChosenThresholds, Costs, OperatingPoint, thresholds_from
from defect_app.errors import InvalidOperatingPoint, RecordsUnavailable
from defect_app.points.last_known import ActiveState
from defect_app.points.saved_point import (
    ABOUT_ACTIVITY,
    MOST_NAME,
    MOST_NOTE,
    PointAction,
    SavedPoint,
    checked_name,
    checked_text,
)
from defect_app.storage.audit import add_entry
from defect_app.storage.tables import point_events, saved_points

_AUDITED = (
    "id", "name", "version", *THRESHOLD_NAMES, "model_sha256", "evaluation_sha256", "split", "n", "rule", "note",
)  # fmt: skip
"""What the audit trail says of a point: all that decides, and why."""
_COSTS = ("missed_defect", "false_reject", "human_review")


def values_of(
    point: OperatingPoint, note: str, who: str, costs: Costs | None, defect_rate: float | None
) -> dict[str, Any]:
    """Return the columns of a point that is to be saved; raises `InvalidOperatingPoint` for what cannot be kept."""
    if defect_rate is not None and not (math.isfinite(defect_rate) and 0 <= defect_rate <= 1):
        raise InvalidOperatingPoint(f"The defect rate must be a share from 0 to 1, got {defect_rate}.")
    texts = {
        "model_id": checked_text("The model's id", point.model_id, 200),
        "name": checked_name(point.name),
        "note": checked_text("The note", note, MOST_NOTE, lines=True),
        "who": checked_text("The name of the person", who, MOST_NAME),
        "rule": checked_text("The rule", point.chosen.rule, MOST_NOTE, lines=True),
        "split": checked_text("The split", point.chosen.split, MOST_NAME),
        "model_sha256": checked_text("The model's hash", point.model_sha256, 64),
        "evaluation_sha256": checked_text("The evaluation's hash", point.evaluation_sha256, 64),
    }
    thresholds = dict.fromkeys(THRESHOLD_NAMES) | asdict(point.thresholds)
    # NumPy's numbers, which the pages hand over, are not what drivers take.
    amounts = {name: None if costs is None else float(getattr(costs, name)) for name in _COSTS}
    rate = None if defect_rate is None else float(defect_rate)
    return {**texts, **thresholds, **amounts, "defect_rate": rate, "n": int(point.chosen.n)}


def add_version(connection: Connection, values: dict[str, Any], action: PointAction, *, by: str | None = None) -> int:
    """Add a version of a point, and the change to the history, done by who saved it or by another; return its id."""
    of_name = (saved_points.c.model_id == values["model_id"]) & (saved_points.c.name == values["name"])
    version = connection.execute(select(func.coalesce(func.max(saved_points.c.version), 0) + 1).where(of_name)).scalar()
    row = insert(saved_points).values({"created": datetime.now(UTC)} | values | {"version": version})
    saved_id = int(connection.execute(row.returning(saved_points.c.id)).scalar_one())
    log_change(connection, values["model_id"], action, saved_id, values["who"] if by is None else by)
    return saved_id


def log_change(connection: Connection, model_id: str, action: PointAction, point_id: int, who: str) -> None:
    """Add a change to the history."""
    change = {"model_id": model_id, "action": action.value, "point_id": point_id, "who": who}
    connection.execute(insert(point_events).values(**change, created=datetime.now(UTC)))
    row = connection.execute(select(saved_points).where(saved_points.c.id == point_id)).one()._mapping
    details = {name: row[name] for name in _AUDITED}
    add_entry(connection, f"point {action.value}", who=who, subject=model_id, details=details)


def versions(model_id: str | None = None) -> Select[Any]:
    """Return the query of all versions, of one model or of all, each with whether it is active."""
    # The last change about activity of each model says which version is active, if any.
    last = (
        select(func.max(point_events.c.id))
        .where(point_events.c.model_id == saved_points.c.model_id, point_events.c.action.in_(ABOUT_ACTIVITY))
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


def find_version(connection: Connection, model_id: str, name: str, version: int | None) -> SavedPoint | None:
    """Return a version of a named point (default: the latest), or None."""
    query = versions(model_id).where(saved_points.c.name == name).order_by(saved_points.c.version.desc()).limit(1)
    if version is not None:
        query = query.where(saved_points.c.version == version)
    row = connection.execute(query).first()
    return None if row is None else saved_from(row)


def active_version(connection: Connection, model_id: str) -> SavedPoint | None:
    """Return the version that is active, or None."""
    return active_state(connection, model_id).saved


def active_state(connection: Connection, model_id: str) -> ActiveState:
    """Return the version that is active, or None, with the change that made it so."""
    return active_states(connection, [model_id])[model_id]


def active_states(connection: Connection, model_ids: Collection[str]) -> dict[str, ActiveState]:
    """Return for each model which version is active, if any, with the change that made it so; two queries for all."""
    of_models = point_events.c.model_id.in_(model_ids) & point_events.c.action.in_(ABOUT_ACTIVITY)
    last = select(func.max(point_events.c.id)).where(of_models).group_by(point_events.c.model_id)
    changes = connection.execute(select(point_events).where(point_events.c.id.in_(last))).all()
    on = {e.model_id: e.point_id for e in changes if e.action != PointAction.DEACTIVATED}
    rows = connection.execute(versions().where(saved_points.c.id.in_(on.values()))) if on else ()
    saved = {row.id: saved_from(row) for row in rows}
    states = dict.fromkeys(model_ids, ActiveState(0, None))
    return states | {e.model_id: ActiveState(int(e.id), saved.get(on.get(e.model_id))) for e in changes}


def version_by_id(connection: Connection, saved_id: int) -> SavedPoint:
    """Return the version with this id."""
    return saved_from(connection.execute(versions().where(saved_points.c.id == saved_id)).one())


def saved_from(row: Row[Any]) -> SavedPoint:
    """Return the saved point of a row of `versions`.

    Raises
    ------
    RecordsUnavailable
        If the row is none that was saved here: somebody wrote into the database.
    """
    try:
        return _saved_from(row)
    except (InvalidOperatingPoint, TypeError, ValueError) as error:
        raise RecordsUnavailable(
            f"The records hold an operating point that cannot be read, {row.name!r} of {row.model_id} in version "
            f"{row.version}: {str(error).rstrip('.')}.",
            "Restore the database from a copy.",
        ) from error


def _saved_from(row: Row[Any]) -> SavedPoint:
    costs = None
    if row.missed_defect is not None:
        costs = Costs(row.missed_defect, row.false_reject, row.human_review)
    thresholds = thresholds_from(**{name: getattr(row, name) for name in THRESHOLD_NAMES})
    chosen = ChosenThresholds(thresholds, row.split, row.n, row.rule)
    return SavedPoint(
        id=row.id,
        point=OperatingPoint(row.name, row.model_id, chosen, row.model_sha256, row.evaluation_sha256),
        version=row.version,
        note=row.note,
        who=row.who,
        created=row.created,
        costs=costs,
        defect_rate=row.defect_rate,
        active=bool(row.active),
    )
