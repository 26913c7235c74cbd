"""Rows of the tables to saved points and back; every function works inside a transaction of its caller."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select, func, insert, select

from defect_app.decision import OperatingPoint
from defect_app.errors import InvalidOperatingPoint
from defect_app.records.saved_point import MOST_NAME, MOST_NOTE, PointAction, SavedPoint, checked_name, checked_text
from defect_app.records.tables import point_events, saved_points

if TYPE_CHECKING:
    from defect_app.evaluation.line import Costs

_ABOUT_ACTIVITY = (PointAction.ACTIVATED, PointAction.ROLLED_BACK, PointAction.DEACTIVATED)
_POINT_COLUMNS = ("review_at", "reject_at", "accept_at", "model_sha256", "evaluation_sha256", "split", "n", "rule")
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


def add_version(connection: Connection, values: dict[str, Any], action: PointAction) -> int:
    """Add a version of a point, and the change to the history; return its id."""
    of_name = (saved_points.c.model_id == values["model_id"]) & (saved_points.c.name == values["name"])
    version = connection.execute(select(func.coalesce(func.max(saved_points.c.version), 0) + 1).where(of_name)).scalar()
    row = insert(saved_points).values(**values, version=version, created=datetime.now(UTC))
    saved_id = int(connection.execute(row.returning(saved_points.c.id)).scalar_one())
    log_change(connection, values["model_id"], action, saved_id, values["who"])
    return saved_id


def log_change(connection: Connection, model_id: str, action: PointAction, point_id: int, who: str) -> None:
    """Add a change to the history."""
    change = {"model_id": model_id, "action": action.value, "point_id": point_id, "who": who}
    connection.execute(insert(point_events).values(**change, created=datetime.now(UTC)))


def versions(model_id: str | None = None) -> Select[Any]:
    """Return the query of all versions, of one model or of all, each with whether it is active."""
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


def find_version(connection: Connection, model_id: str, name: str, version: int | None) -> SavedPoint | None:
    """Return a version of a named point (default: the latest), or None."""
    query = versions(model_id).where(saved_points.c.name == name).order_by(saved_points.c.version.desc()).limit(1)
    if version is not None:
        query = query.where(saved_points.c.version == version)
    row = connection.execute(query).first()
    return None if row is None else saved_from(row)


def active_version(connection: Connection, model_id: str) -> SavedPoint | None:
    """Return the version that is active, or None."""
    of_model = (point_events.c.model_id == model_id) & point_events.c.action.in_(_ABOUT_ACTIVITY)
    last = connection.execute(select(point_events).where(of_model).order_by(point_events.c.id.desc()).limit(1)).first()
    return None if last is None or last.action == PointAction.DEACTIVATED else version_by_id(connection, last.point_id)


def version_by_id(connection: Connection, saved_id: int) -> SavedPoint:
    """Return the version with this id."""
    return saved_from(connection.execute(versions().where(saved_points.c.id == saved_id)).one())


def saved_from(row: Row[Any]) -> SavedPoint:
    """Return the saved point of a row of `versions`."""
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
