"""The points last known to be active: a checked copy outside the database, for the day on which it cannot be read."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from defect_app.decision import THRESHOLD_NAMES, ChosenThresholds, OperatingPoint, thresholds_from
from defect_app.errors import InvalidOperatingPoint
from defect_app.points.saved_point import SavedPoint
from defect_app.storage.database import database_memory
from defect_app.storage.memory import DatabaseMemory

_FILES = "active-*.json"


@dataclass(frozen=True)
class ActiveState:
    """Which version of a model's points is active, as of a change.

    Attributes
    ----------
    event_id : int
        The last change about activity; 0 before the first. It only grows.
    saved : SavedPoint or None
        The active version; None where the model's default point is in use.
    """

    event_id: int
    saved: SavedPoint | None


class LastKnownPoints:
    """The copies of one database's active points.

    Parameters
    ----------
    memory : DatabaseMemory
        Of that database.
    """

    def __init__(self, memory: DatabaseMemory) -> None:
        self._memory = memory

    @property
    def database_was_in_use(self) -> bool:
        """Whether anything was ever saved from here."""
        return self._memory.in_use

    def of(self, model_id: str) -> ActiveState | None:
        """Return what was last known of a model; None where nothing is known, or the copy cannot be trusted."""
        content = self._memory.read(_file_of(model_id))
        if content is None or content.get("model_id") != model_id:
            return None
        try:
            described = content["saved"]
            saved = _saved_point(described) if isinstance(described, dict) else None
            return ActiveState(int(str(content["event_id"])), saved)
        except (InvalidOperatingPoint, KeyError, TypeError, ValueError):
            return None

    def all(self) -> dict[str, ActiveState]:
        """Return what was last known of every model whose copy can be trusted."""
        contents = [self._memory.read(name) for name in self._memory.names(_FILES)]
        ids = [str(content["model_id"]) for content in contents if content is not None and "model_id" in content]
        return {id_: state for id_ in ids if (state := self.of(id_)) is not None}

    @property
    def any_untrusted(self) -> bool:
        """Whether there is a copy that cannot be trusted, of whichever model."""
        return len(self.all()) < len(self._memory.names(_FILES))

    def mark(self, model_id: str) -> Hashable:
        """Return what differs once something else was remembered of a model, by any process of this machine."""
        return self._memory.mark(_file_of(model_id))

    def remember(self, model_id: str, state: ActiveState) -> None:
        """Keep what the database says now, where it is news."""
        saved = state.saved and replace(state.saved, costs=None, defect_rate=None, active=True)
        if self.of(model_id) == replace(state, saved=saved) or not (state.event_id or self.database_was_in_use):
            return
        described = None if saved is None else _described(saved)
        self._memory.write(_file_of(model_id), {"model_id": model_id, "event_id": state.event_id, "saved": described})


def _file_of(model_id: str) -> str:
    # Ids come from folders and files: as a name of ours they are a digest.
    return f"active-{hashlib.sha256(model_id.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}.json"


def _described(saved: SavedPoint) -> dict[str, Any]:
    point, chosen = saved.point, saved.point.chosen
    thresholds = {name: getattr(point.thresholds, name, None) for name in THRESHOLD_NAMES}
    return {
        "id": saved.id, "version": saved.version, "note": saved.note, "who": saved.who,
        "created": saved.created.isoformat(), "name": point.name, "model_id": point.model_id,
        "model_sha256": point.model_sha256, "evaluation_sha256": point.evaluation_sha256,
        "thresholds": thresholds, "split": chosen.split, "n": chosen.n, "rule": chosen.rule,
    }  # fmt: skip


def _saved_point(described: dict[str, Any]) -> SavedPoint:
    thresholds = thresholds_from(**described["thresholds"])
    chosen = ChosenThresholds(thresholds, described["split"], described["n"], described["rule"])
    return SavedPoint(
        id=described["id"],
        point=OperatingPoint(
            described["name"], described["model_id"], chosen, described["model_sha256"], described["evaluation_sha256"]
        ),
        version=described["version"],
        note=described["note"],
        who=described["who"],
        created=datetime.fromisoformat(described["created"]),
        costs=None,
        defect_rate=None,
        active=True,
    )


def last_known_points(url: str | None = None) -> LastKnownPoints:
    """Return what is remembered of a database that need not be there any more; `url` as in `open_records`.

    Raises
    ------
    RecordsUnavailable
        If the address is none of a database.
    """
    return LastKnownPoints(database_memory(url))
