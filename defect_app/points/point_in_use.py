"""Which operating point is applied to a model's scores, and in plain words why that one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from defect_app.decision import DEFAULT_NAME, OperatingPoint
from defect_app.errors import InvalidOperatingPoint, RecordsUnavailable
from defect_app.points.last_known import ActiveState, LastKnownPoints, last_known_points
from defect_app.points.saved_point import SavedPoint, applicable
from defect_app.points.store import Records, open_records
from defect_app.storage.database import ADOPT


@dataclass(frozen=True)
class PointInUse:
    """The point that is applied.

    Attributes
    ----------
    point : OperatingPoint
        The thresholds.
    saved : SavedPoint or None
        Where they were saved; None for the point that the model is delivered with.
    warning : str
        Why the active point is not the one applied, in plain words; empty when all is as it should be.
    """

    point: OperatingPoint
    saved: SavedPoint | None = None
    warning: str = ""

    @property
    def origin(self) -> str:
        """Which point it is, who saved it and when, without a full stop."""
        if not self.point.is_known:
            return "Operating point not known"
        return self.saved.origin if self.saved else "The model's default point"

    @property
    def sentence(self) -> str:
        """Which point it is and what it says: thresholds, and how they were chosen."""
        return f"{self.origin}. {self.point.sentence}"


def point_in_use(
    default: OperatingPoint,
    name: str | None = None,
    opened: Callable[[], Records] = open_records,
    last_known: Callable[[], LastKnownPoints] = last_known_points,
    *,
    version: int | None = None,
) -> PointInUse:
    """Return the point to judge with.

    Parameters
    ----------
    default : OperatingPoint
        The point that the model is delivered with, which names the model and its hash.
    name : str, optional
        A saved point, or "default". Without a name the active point is taken, and the model's default point where none
        is. Where the records cannot be read it is the one last known to be in force; where that is not known either, or
        the active one is for another version of the model, a point that sends every photo to review. Never another.
    opened : callable
        Gives the records.
    last_known : callable
        Gives what is remembered of them.
    version : int, optional
        The version of the named point; default: the latest.

    Raises
    ------
    InvalidOperatingPoint
        If the named point does not exist, or was saved for another version of the model.
    RecordsUnavailable
        If a named point cannot be looked up.
    """
    if name == DEFAULT_NAME:
        return PointInUse(default)
    if name is not None:
        return _named(default, name, version, opened())
    return points_in_use([default], opened, last_known)[0]


def points_in_use(
    defaults: Sequence[OperatingPoint],
    opened: Callable[[], Records] = open_records,
    last_known: Callable[[], LastKnownPoints] = last_known_points,
) -> tuple[PointInUse, ...]:
    """Return the active points of many models, which the database is asked for at once; see `point_in_use`.

    Parameters
    ----------
    defaults : sequence of OperatingPoint
        The point that each model is delivered with.
    opened, last_known : callable
        As in `point_in_use`.

    Returns
    -------
    tuple of PointInUse
        In the order of `defaults`.
    """
    try:
        records = opened()
        states = records.active_states([default.model_id for default in defaults])
        return tuple(_as_of(states[default.model_id], default, records) for default in defaults)
    except RecordsUnavailable as error:
        known = last_known()
        return tuple(_remembered(d, known.of(d.model_id), str(error), error.remedy) for d in defaults)


def _as_of(state: ActiveState, default: OperatingPoint, records: Records) -> PointInUse:
    known = records.last_known.of(default.model_id)
    if known is None or known.event_id <= state.event_id:
        records.last_known.remember(default.model_id, state)
        return _active(default, state)
    said = f"The records in {records.title} are older than what this machine has seen of them."
    return _remembered(default, known, said, ADOPT)


def _active(default: OperatingPoint, state: ActiveState) -> PointInUse:
    if state.saved is None:
        return PointInUse(default)
    problem = _problem(state.saved, default)
    if problem:
        said = f"The active operating point {state.saved.name} {problem}, so it is not applied."
        return _left_to_persons(default, said, "Save one for this model, or switch the active one off.")
    return PointInUse(state.saved.point, state.saved)


def _remembered(default: OperatingPoint, known: ActiveState | None, said: str, remedy: str) -> PointInUse:
    """Return the point last known to be in force; where none is known, one that leaves every photo to a person."""
    if known is None:
        return _left_to_persons(default, f"{said} Which operating point is in force is not known.", remedy)
    used = _active(default, known)
    if not used.point.is_known:
        return _left_to_persons(default, f"{said} {used.warning}", remedy)
    caveat = f"Last known to be in force: {said[:1].lower()}{said[1:]}"
    which = f"The point {used.point.name}" if known.saved else "The model's default point"
    warning = f"{said} {which}, last known to be in force, is applied. {remedy}"
    return PointInUse(replace(used.point, caveat=caveat), used.saved, warning)


def _left_to_persons(default: OperatingPoint, said: str, remedy: str) -> PointInUse:
    return PointInUse(default.unknown(said), warning=f"{said} Every photo goes to review. {remedy}".strip())


def _named(default: OperatingPoint, name: str, version: int | None, records: Records) -> PointInUse:
    saved = records.find_point(default.model_id, name, version)
    if saved is None:
        known = ", ".join([DEFAULT_NAME, *(p.name for p in records.points(default.model_id))])
        raise InvalidOperatingPoint(
            f"The model {default.model_id} has no operating point called {name!r}"
            f"{'' if version is None else f' in version {version}'}.",
            f"It has: {known}.",
        )
    problem = _problem(saved, default)
    if problem:
        raise InvalidOperatingPoint(
            f"The operating point {name!r} {problem}, so it is not applied.",
            "Save one for this model, or name another.",
        )
    return PointInUse(saved.point, saved)


def _problem(saved: SavedPoint, default: OperatingPoint) -> str:
    if type(saved.point.thresholds) is not type(default.thresholds):
        return "is for another kind of model"
    if not saved.point.model_sha256:
        return "does not say which version of the model it was chosen on"
    if not applicable(saved, default.model_sha256):
        return "was saved for another version of this model, or by an earlier version of the app"
    return ""
