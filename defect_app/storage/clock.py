"""Whether this machine's clock can be believed: it must not lie before what was written already."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from defect_app.logs import logger
from defect_app.storage.memory import DatabaseMemory

NOT_BEFORE = datetime(2026, 11, 1, tzinfo=UTC)
"""This version was made after that."""
SLACK = timedelta(minutes=2)
"""A clock that is set by the network may step back a little."""
NOTED_EACH = timedelta(minutes=1)
"""The newest moment is written down no more often than that."""
_FILE = "newest-moment.json"

_log = logger(__name__)


def clock_problem(now: datetime, memory: DatabaseMemory | None) -> str:
    """Say what is wrong with the clock, in plain words; empty where nothing is.

    Parameters
    ----------
    now : datetime
        What the clock says, in UTC.
    memory : DatabaseMemory or None
        What this machine remembers of its database; None where there is none.
    """
    if now < NOT_BEFORE:
        return f"The clock says {_said(now)}, before this version was made. Set the clock right."
    newest = newest_moment(memory) if memory is not None else None
    if newest is not None and now < newest - SLACK:
        return (
            f"The clock says {_said(now)}, but records were written at {_said(newest)}: it was set back, or was ahead. "
            "Set the clock right."
        )
    return ""


def newest_moment(memory: DatabaseMemory) -> datetime | None:
    """Return the latest moment at which anything was written to the database from here, in UTC."""
    content = memory.read(_FILE)
    try:
        moment = datetime.fromisoformat(str(content["at"])) if content is not None else None
    except (KeyError, ValueError):
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def note_moment(now: datetime, memory: DatabaseMemory) -> None:
    """Remember that something is written now; a clock that was set back is logged, and does not move the mark back."""
    newest = newest_moment(memory)
    if newest is not None and now < newest - SLACK:
        _log.warning("clock_set_back", now=now.isoformat(), newest=newest.isoformat())
    elif newest is None or now >= newest + NOTED_EACH:
        memory.write(_FILE, {"at": now.isoformat()})


def _said(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
