"""Photos of stored inspections, in files named by their content: kept as policy says, until their time is over."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import insert, select

from defect_app.decision import Verdict
from defect_app.errors import PhotoNotKept
from defect_app.inspection.record import REJECTED_FILE
from defect_app.inspections.stored_inspection import KeptPhoto
from defect_app.intake import content_hash
from defect_app.paths import VAR
from defect_app.settings import PhotoPolicy, settings
from defect_app.storage.database import Database
from defect_app.storage.tables import photo_events

KEPT = "kept"
_SHA256 = re.compile("[0-9a-f]{64}")
_THUMBNAIL = ".thumbnail.jpg"
_DOUBTED = (Verdict.REVIEW, Verdict.UNSURE)
_PASSED = (Verdict.PASS, Verdict.ACCEPT)


def audit_bound(share: float) -> str:
    """Return what the contents (SHA-256, hexadecimal) of a share of all photos lie below, in the order of texts.

    A digest knows nothing of the photo's verdict or time, so these photos are a random sample of any others: an audit
    may draw from them alone.
    """
    return "g" if share >= 1 else f"{int(share * 16**8):08x}"


def kept_by_policy(verdict: str, policy: PhotoPolicy, sha256: str, audit_share: float) -> KeptPhoto:
    """Return how much of a photo is to be kept; of a file that is no photo, nothing.

    Parameters
    ----------
    verdict : str
        What it was judged to be.
    policy : str
        What the site keeps.
    sha256 : str
        The photo's content.
    audit_share : float
        Share of the photos that are kept whole for audits, in [0, 1]; see `audit_bound`.
    """
    if policy == "none" or verdict == REJECTED_FILE:
        return KeptPhoto.NONE
    if policy == "all" or verdict in _DOUBTED or (policy == "doubtful" and verdict not in _PASSED):
        return KeptPhoto.FULL
    if sha256 < audit_bound(audit_share):
        return KeptPhoto.FULL
    return KeptPhoto.THUMBNAIL


class PhotoStore:
    """A folder of photos and thumbnails; safe to share between threads and processes.

    Parameters
    ----------
    folder : Path, optional
        Default: what the setting names.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or settings().photos or VAR / "photos"
        # Plain texts where photos are written: paths as objects took as long as the writing.
        self._place = os.fspath(self.folder)

    def keep_photo(self, sha256: str, data: bytes) -> None:
        """Keep a file as it came, unless it is there.

        Raises
        ------
        PhotoNotKept
            If it cannot be written.
        """
        self._write(sha256, "", data, lasting=True)

    def keep_thumbnail(self, sha256: str, jpeg: bytes) -> None:
        """Keep the small picture of a photo, unless it is there; raises `PhotoNotKept` as `keep_photo` does."""
        self._write(sha256, _THUMBNAIL, jpeg, lasting=False)

    def photo(self, sha256: str) -> bytes | None:
        """Return the file as it came; None where it is not there, or is not what it was."""
        data = _content(self._photo(sha256)) if _SHA256.fullmatch(sha256) else None
        return data if data is not None and content_hash(data) == sha256 else None

    def has_photo(self, sha256: str) -> bool:
        """Return whether the file is there, without reading it."""
        return _SHA256.fullmatch(sha256) is not None and self._photo(sha256).is_file()

    def has_thumbnail(self, sha256: str) -> bool:
        """Return whether the small picture is there, without reading it."""
        return _SHA256.fullmatch(sha256) is not None and self._thumbnail(sha256).is_file()

    def thumbnail(self, sha256: str) -> bytes | None:
        """Return the small picture of a photo; None where it is not there."""
        return _content(self._thumbnail(sha256)) if _SHA256.fullmatch(sha256) else None

    def delete(self, sha256: str) -> bool:
        """Delete all that is kept of a photo; return whether there was anything.

        Raises
        ------
        PhotoNotKept
            If it cannot be deleted.
        """
        found = False
        for path in (self._photo(sha256), self._thumbnail(sha256)):
            try:
                path.unlink()
                found = True
            except FileNotFoundError:
                continue
            except OSError as error:
                raise PhotoNotKept(
                    f"A photo in {self.folder} cannot be deleted: {error.strerror}.",
                    "Allow the program to write the folder.",
                ) from error
        return found

    def _photo(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256

    def _thumbnail(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / f"{sha256}{_THUMBNAIL}"

    def _write(self, sha256: str, ending: str, data: bytes, *, lasting: bool) -> None:
        if not _SHA256.fullmatch(sha256):
            raise ValueError("expected the name of a content, 64 hexadecimal digits")
        path = f"{self._place}/{sha256[:2]}/{sha256}{ending}"
        if os.path.exists(path):
            return
        # A name of its own for each thread, since the same photo may come in by two doors at once.
        scratch = f"{path}.new-{os.getpid()}-{threading.get_ident()}"
        try:
            _write_whole(scratch, data, lasting=lasting)
            os.replace(scratch, path)
        except OSError as error:
            with suppress(OSError):
                os.unlink(scratch)
            raise PhotoNotKept(
                f"Photos cannot be kept in {self.folder}: {error.strerror or error}.",
                "Make room on its disk, or allow the program to write the folder.",
            ) from error


@dataclass(frozen=True)
class PhotoEvent:
    """What became of a photo after its inspection.

    Attributes
    ----------
    action : str
        "kept" or "deleted".
    created : datetime
        When, in UTC.
    who, reason : str
        Who did it, empty for the app itself, and why, in words.
    """

    action: str
    created: datetime
    who: str
    reason: str

    @property
    def sentence(self) -> str:
        """The event in words."""
        by = f" by {self.who}" if self.who else ""
        return f"The photo was {self.action}{by} on {self.created:%d %b %Y}: {self.reason}."


class PhotoHistory:
    """What became of photos after their inspections, in rows that are only added.

    Parameters
    ----------
    database : Database
        An open one.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, photos: Sequence[str], action: str, *, moment: datetime, reason: str, who: str = "") -> None:
        """Add that photos, named by their content, were kept or deleted."""
        rows = [
            {
                "sha256": sha256, "picture": str(KeptPhoto.FULL), "action": action, "created": moment,
                "who": who, "reason": reason,
            }
            for sha256 in photos
        ]  # fmt: skip
        if rows:
            with self._database.writing() as connection:
                connection.execute(insert(photo_events), rows)

    def of(self, sha256: str) -> tuple[PhotoEvent, ...]:
        """Return what became of a photo, oldest first."""
        query = select(photo_events).where(photo_events.c.sha256 == sha256).order_by(photo_events.c.id)
        with self._database.reading() as connection:
            return tuple(PhotoEvent(r.action, r.created, r.who, r.reason) for r in connection.execute(query))


def _write_whole(name: str, data: bytes, *, lasting: bool) -> None:
    try:
        file = _opened_new(name)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(name), exist_ok=True)
        file = _opened_new(name)
    try:
        written, whole = 0, memoryview(data)
        while written < len(data):
            written += os.write(file, whole[written:])
        if lasting:
            os.fsync(file)
    finally:
        os.close(file)


def _opened_new(name: str) -> int:
    return os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
