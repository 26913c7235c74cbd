"""Taking records that were lost or set back as they are now, without a point coming into force that lets more pass."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from defect_app.decision import OperatingPoint
from defect_app.errors import InvalidOperatingPoint
from defect_app.points.last_known import ActiveState, LastKnownPoints
from defect_app.points.rows import active_state, add_version, log_change, saved_from, values_of, versions
from defect_app.points.saved_point import MOST_NAME, PointAction, SavedPoint, checked_text, same_person
from defect_app.points.second_person import lets_more_pass
from defect_app.settings import settings
from defect_app.storage.address import database_title
from defect_app.storage.audit import Detail, add_entry
from defect_app.storage.database import AUDIT_HEAD, Database, database_memory
from defect_app.storage.memory import DatabaseMemory
from defect_app.storage.tables import point_events

ACTION = "records adopted"
"""What the audit trail calls it."""
_PROPOSAL = "adoption.json"


@dataclass(frozen=True)
class Adoption:
    """What became of records that a person took as they are.

    Attributes
    ----------
    title : str
        Which database it is.
    kept : tuple of str
        The models whose point last known stays in force, since the one in the database would let more pass.
    is_done : bool
        False where a second person has to say it too: this one's word is noted.
    """

    title: str
    kept: tuple[str, ...] = ()
    is_done: bool = True


def adopt_records(url: str | None = None, *, who: str = "", defaults: Iterable[OperatingPoint] = ()) -> Adoption:
    """Take the database as it is now, or start a new one.

    A point last known to be in force stays so where what the database holds would let more pass: it is written into
    the database, and changed like any other from then on. Where it is not known which one was in force, every photo
    goes to review until then, so that whatever comes lets more pass: at sites with the two-person rule
    (`DEFECT_APP_SECOND_PERSON`) a second person has to adopt too.

    Parameters
    ----------
    url : str, optional
        As in `open_records`.
    who : str
        Who does it, for the audit trail.
    defaults : iterable of OperatingPoint
        The point that each present model is delivered with.

    Raises
    ------
    RecordsUnavailable
        If the database cannot be opened or written.
    InvalidOperatingPoint
        If the two-person rule asks for a name.
    """
    who = checked_text("The name of the person", who, MOST_NAME)
    own = {default.model_id: default for default in defaults}
    memory = database_memory(url)
    known = LastKnownPoints(memory)
    states = known.all()
    unsure = known.database_was_in_use and (known.any_untrusted or not own.keys() <= states.keys())
    proposed_by = _proposed_by(memory)
    if unsure and settings().second_person and not _is_second(memory, proposed_by, who):
        return Adoption(database_title(url), is_done=False)
    database = Database(url, as_it_is=True)
    try:
        with database.writing(alone_in=point_events) as connection:
            kept = tuple(id_ for id_, state in states.items() if _keep(connection, id_, state, own.get(id_), who))
            proposer = proposed_by if unsure and settings().second_person else ""
            details: dict[str, Detail] = {
                "kept_points_of": ", ".join(kept),
                "was_unsure": unsure,
                "proposed_by": proposer,
            }
            add_entry(connection, ACTION, who=who, subject=database.title, details=details)
            now = {id_: active_state(connection, id_) for id_ in {*states, *own}}
        # After the database: whoever is interrupted before this line is asked to adopt again.
        head = database.memory.read(AUDIT_HEAD)
        database.memory.forget()
        database.memory.note_use(database.title)
        if head is not None:
            database.memory.write(AUDIT_HEAD, head)
        for model_id, state in now.items():
            LastKnownPoints(database.memory).remember(model_id, state)
        return Adoption(database.title, kept)
    finally:
        database.close()


def _keep(connection: Connection, model_id: str, known: ActiveState, default: OperatingPoint | None, who: str) -> bool:
    """Bring what was last known into force again where what the database holds lets more pass; return whether."""
    found = active_state(connection, model_id).saved
    if not _lets_more_pass(found, known.saved, default):
        return False
    if known.saved is None:
        if found is not None:
            log_change(connection, model_id, PointAction.DEACTIVATED, found.id, who)
        return True
    saved = known.saved
    for row in connection.execute(versions(model_id)):
        if row.version == saved.version and saved_from(row).point == saved.point:
            log_change(connection, model_id, PointAction.KEPT, row.id, who)
            return True
    values = values_of(saved.point, saved.note, saved.who, None, None) | {"created": saved.created}
    add_version(connection, values, PointAction.KEPT, by=who)
    return True


def _lets_more_pass(found: SavedPoint | None, known: SavedPoint | None, default: OperatingPoint | None) -> bool:
    new, old = (saved.point if saved else default for saved in (found, known))
    if new == old:
        return False
    if default is not None and new is not None and new.model_sha256 != default.model_sha256:
        return False  # a point of another version of the model lets nothing pass
    if new is None or old is None or new.model_sha256 != old.model_sha256:
        return True
    return lets_more_pass(new.thresholds, old.thresholds)


def _proposed_by(memory: DatabaseMemory) -> str:
    """Return who wants to adopt this very state; empty where nobody does."""
    proposal = memory.read(_PROPOSAL)
    return str(proposal["who"]) if proposal is not None and proposal.get("state") == memory.digest(_PROPOSAL) else ""


def _is_second(memory: DatabaseMemory, proposed_by: str, who: str) -> bool:
    if not who:
        raise InvalidOperatingPoint(
            "It is not known which operating point was in force, so that two persons are needed.", "Say who you are."
        )
    if proposed_by and not same_person(proposed_by, who):
        return True
    memory.write(_PROPOSAL, {"who": proposed_by or who, "state": memory.digest(_PROPOSAL)})
    return False
