"""The operating points of every model: saved, found, made active, taken back, with nothing ever overwritten."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import select

from defect_app.decision import Costs, OperatingPoint
from defect_app.errors import InvalidOperatingPoint
from defect_app.points.exchange import points_as_json, points_from_json
from defect_app.points.last_known import ActiveState, LastKnownPoints
from defect_app.points.rows import (
    active_state,
    active_states,
    active_version,
    add_version,
    find_version,
    log_change,
    saved_from,
    values_of,
    version_by_id,
    versions,
)
from defect_app.points.saved_point import PointAction, PointEvent, SavedPoint, with_active
from defect_app.points.second_person import Asking, asking, may_come_into_force
from defect_app.storage.database import Database
from defect_app.storage.postgresql_engine import ANSWER_S
from defect_app.storage.tables import point_events, saved_points


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
        self.last_known = LastKnownPoints(database.memory)

    @property
    def database(self) -> Database:
        """Where they are."""
        return self._database

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

    def active_states(self, model_ids: Collection[str]) -> dict[str, ActiveState]:
        """Return for each model which version is active, as of which change.

        Raises
        ------
        RecordsUnavailable
            If the database fails, or is not the one that this machine has written to: another's, or an older copy.
        """
        with self._database.reading(within_s=ANSWER_S) as connection:
            self._database.check_is_the_one_in_use(connection)
            return active_states(connection, model_ids)

    def save_point(
        self,
        point: OperatingPoint,
        *,
        note: str = "",
        who: str | Asking = "",
        costs: Costs | None = None,
        defect_rate: float | None = None,
        activate: bool = False,
        default: OperatingPoint | None = None,
    ) -> SavedPoint:
        """Save a point under its name; a name that exists gets a new version.

        Parameters
        ----------
        point : OperatingPoint
            The thresholds, named, with the hash of the model they were chosen on: without it they are never applied.
        note : str
            Why.
        who : str or Asking
            By whom; by the two-person rule a program's key is nobody.
        costs : Costs, optional
            The amounts it was chosen with.
        defect_rate : float, optional
            The line's share of defective parts, in [0, 1].
        activate : bool
            Make it the active one, in the same step; where that takes a second person, it is proposed.
        default : OperatingPoint, optional
            As in `activate`.

        Raises
        ------
        InvalidOperatingPoint
            If the name, the note or the defect rate cannot be kept.
        """
        asks = asking(who)
        values = values_of(point, note, asks.who, costs, defect_rate)
        with self._database.writing(alone_in=point_events) as connection:
            saved_id = add_version(connection, values, PointAction.SAVED)
            if activate and may_come_into_force(connection, point, default, (saved_id, PointAction.PROPOSED), asks):
                log_change(connection, point.model_id, PointAction.ACTIVATED, saved_id, values["who"])
            saved, state = version_by_id(connection, saved_id), active_state(connection, point.model_id)
        self.last_known.remember(point.model_id, state)
        return saved

    def activate(
        self,
        model_id: str,
        name: str,
        *,
        who: str | Asking = "",
        version: int | None = None,
        default: OperatingPoint | None = None,
    ) -> SavedPoint:
        """Make a version of a point the active one (default: the latest); an older one counts as rolling back.

        Parameters
        ----------
        model_id, name : str
            Which point.
        who : str or Asking
            As in `save_point`.
        version : int, optional
            Which version.
        default : OperatingPoint, optional
            The model's own point: by the two-person rule (`DEFECT_APP_SECOND_PERSON`) the new one is compared with what
            is in use, and that is this where none is active.

        Returns
        -------
        SavedPoint
            Not active where the rule asks for a second person: then it is proposed by this one.

        Raises
        ------
        InvalidOperatingPoint
            If there is no such point, or the rule asks for a name.
        """
        asks = asking(who)
        with self._database.writing(alone_in=point_events) as connection:
            found = find_version(connection, model_id, name, version)
            latest = find_version(connection, model_id, name, None)
            if found is None or latest is None:
                said = f"{name!r}" if version is None else f"{name!r} in version {version}"
                known = sorted({row.name for row in connection.execute(versions(model_id))})
                raise InvalidOperatingPoint(
                    f"The model {model_id} has no saved operating point {said}.",
                    f"Saved are: {', '.join(known)}." if known else "Save one first.",
                )
            if not found.active and may_come_into_force(
                connection, found.point, default, (found.id, PointAction.PROPOSED), asks
            ):
                action = PointAction.ACTIVATED if found.id == latest.id else PointAction.ROLLED_BACK
                log_change(connection, model_id, action, found.id, asks.who)
            saved, state = version_by_id(connection, found.id), active_state(connection, model_id)
        self.last_known.remember(model_id, state)
        return saved

    def deactivate(self, model_id: str, *, who: str | Asking = "", default: OperatingPoint | None = None) -> bool:
        """Go back to the model's default point; saved points stay.

        Parameters
        ----------
        model_id : str
            Which model.
        who : str or Asking
            As in `save_point`.
        default : OperatingPoint, optional
            As in `activate`.

        Returns
        -------
        bool
            Whether the default point is in use; False where a second person is asked for.
        """
        asks = asking(who)
        with self._database.writing(alone_in=point_events) as connection:
            active = active_version(connection, model_id)
            if active is not None:
                # Without the model's own point at hand nothing is known of what is to come: it counts as milder.
                coming = default or replace(active.point, model_sha256="")
                if may_come_into_force(connection, coming, default, (active.id, PointAction.PROPOSED_DEFAULT), asks):
                    log_change(connection, model_id, PointAction.DEACTIVATED, active.id, asks.who)
            state = active_state(connection, model_id)
        self.last_known.remember(model_id, state)
        return state.saved is None

    def versions(self, model_id: str) -> tuple[SavedPoint, ...]:
        """Return every version of every point, the oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(versions(model_id).order_by(saved_points.c.id)).all()
        return tuple(map(saved_from, rows))

    def export_points(self, model_id: str, *, every_version: bool = False) -> str:
        """Return points as JSON, to be kept or imported elsewhere.

        Parameters
        ----------
        model_id : str
            Of which model.
        every_version : bool
            The whole history, the oldest first; else the latest version of each, and the active one where that is
            another.
        """
        if every_version:
            return points_as_json(self.versions(model_id))
        return points_as_json(with_active(self.points(model_id), self.active_point(model_id)))

    def import_points(self, text: str, who: str = "", *, model_id: str | None = None) -> tuple[SavedPoint, ...]:
        """Save every point of an export that is not here yet, all or none; none becomes active by that.

        Who saved a point elsewhere, and when, is put to its note: it is saved here by who imports it.

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
        drafts = points_from_json(text, model_id)
        values = [(d, values_of(d.point, d.note, who, d.costs, d.defect_rate)) for d in drafts]
        with self._database.writing(alone_in=point_events) as connection:
            known = {
                model: [saved_from(row) for row in connection.execute(versions(model))]
                for model in {d.point.model_id for d in drafts}
            }
            ids = [
                add_version(connection, of_draft, PointAction.IMPORTED)
                for draft, of_draft in values
                if not any(draft.is_kept_as(saved) for saved in known[draft.point.model_id])
            ]
            return tuple(version_by_id(connection, saved_id) for saved_id in ids)
