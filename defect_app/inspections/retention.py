"""Photos whose time is over are deleted; their inspections stay, and say so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import exists, select

from defect_app.inspections.identity import first_key
from defect_app.inspections.photo_store import PhotoHistory, PhotoStore
from defect_app.inspections.stored_inspection import KeptPhoto
from defect_app.storage.audit import AuditTrail
from defect_app.storage.database import Database
from defect_app.storage.tables import inspections

_AT_ONCE = 500
DELETED = "deleted"


def delete_old_photos(database: Database, photos: PhotoStore, *, days: int, now: datetime, who: str = "") -> int:
    """Delete photos and small pictures that were last judged so many days ago, and return of how many.

    Parameters
    ----------
    database : Database
        Where the inspections are, and where what is done stands afterwards, in the audit trail too.
    photos : PhotoStore
        Where photos are.
    days : int
        How long they are kept.
    now : datetime
        The moment from which days are counted back.
    who : str
        Who does it; empty for the app itself.

    Raises
    ------
    PhotoNotKept
        If a photo cannot be deleted; those before it are.
    RecordsUnavailable
        If the database fails.
    """
    reason = f"its time of {days} days is over"
    history, deleted = PhotoHistory(database), 0
    for chunk in _last_judged_before(database, now - timedelta(days=days)):
        gone = [sha256 for sha256 in chunk if photos.delete(sha256)]
        history.note(gone, DELETED, moment=now, reason=reason, who=who)
        deleted += len(gone)
    if deleted:
        AuditTrail(database).add(
            "photos deleted", who=who, subject=f"{deleted} photos", details={"photos": deleted, "reason": reason}
        )
    return deleted


def _last_judged_before(database: Database, end: datetime) -> Iterator[list[str]]:
    """Yield the contents of photos of which something was kept, and that nobody has judged since."""
    later = inspections.alias("later")
    after = -1
    while True:
        query = (
            select(inspections.c.key, inspections.c.sha256)
            .where(
                inspections.c.key > after,
                inspections.c.key < first_key(end),
                inspections.c.photo != KeptPhoto.NONE.value,
                ~exists().where(later.c.sha256 == inspections.c.sha256, later.c.key >= first_key(end)),
            )
            .order_by(inspections.c.key)
            .limit(_AT_ONCE)
        )
        with database.reading() as connection:
            rows = connection.execute(query).all()
        if not rows:
            return
        yield list(dict.fromkeys(row.sha256 for row in rows))
        after = rows[-1].key
