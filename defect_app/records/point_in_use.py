"""Which operating point is applied to a model's scores, and in plain words why that one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from defect_app.decision import OperatingPoint
from defect_app.errors import InvalidOperatingPoint, RecordsUnavailable
from defect_app.records.records import Records, open_records
from defect_app.records.saved_point import DEFAULT_NAME, SavedPoint, applicable


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
        return self.saved.origin if self.saved else "The model's default point"

    @property
    def sentence(self) -> str:
        """Which point it is and what it says: thresholds, and how they were chosen."""
        return f"{self.origin}. {self.point.sentence}"


def point_in_use(
    default: OperatingPoint,
    name: str | None = None,
    opened: Callable[[], Records] = open_records,
    *,
    version: int | None = None,
) -> PointInUse:
    """Return the point to judge with.

    Parameters
    ----------
    default : OperatingPoint
        The point that the model is delivered with, which names the model and its hash.
    name : str, optional
        A saved point, or "default". Without a name the active point is taken; where there is
        none, or it cannot be applied, the default point with a warning.
    opened : callable
        Gives the records.
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
    try:
        active = opened().active_point(default.model_id)
    except RecordsUnavailable as error:
        return PointInUse(default, warning=f"{error} The model's default point is used. {error.remedy}")
    if active is None:
        return PointInUse(default)
    problem = _problem(active, default)
    if problem:
        said = f"The active operating point {active.name} {problem}, so it is not applied"
        return PointInUse(default, warning=f"{said}: the model's default point is used. Save one for this model.")
    return PointInUse(active.point, active)


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
    if (saved.point.accept_at is None) != (default.accept_at is None):
        return "is for another kind of model"
    if not saved.point.model_sha256:
        return "does not say which version of the model it was chosen on"
    if not applicable(saved, default.model_sha256):
        return "was saved for another version of this model"
    return ""
