"""Names of stored inspections: UUIDs of version 7 (RFC 9562), and the row number that each of them begins with."""

from __future__ import annotations

import hashlib
import secrets
import threading
from datetime import UTC, datetime
from uuid import UUID

from defect_app.inspection.record import InspectionRecord

_KEY_RANDOM_BITS = 20
_LAST_KEY = 2**63 - 1
_RANDOM_BITS = 74  # of a UUIDv7: all that is neither time, version nor variant


def new_id(moment: datetime) -> str:
    """Return a UUIDv7 of a moment, which orders by time; those of one millisecond by when they were asked for."""
    return str(_uuid7(*_ORDER.next(_milliseconds(moment))))


def key_of(inspection_id: str) -> int:
    """Return the row number of an inspection: the milliseconds of its id, then its first 20 random bits.

    It fits into 63 bits until the year 2248, and orders as the ids do.

    Raises
    ------
    ValueError
        If the text is no UUID of version 7.
    """
    number = UUID(inspection_id)
    if number.version != 7:
        raise ValueError(f"expected a UUID of version 7, got {inspection_id!r}")
    random_bits = (number.time_hi_version & 0xFFF) << 8 | (number.clock_seq_hi_variant & 0x3F) << 2
    random_bits |= number.clock_seq_low >> 6
    return (number.int >> 80) << _KEY_RANDOM_BITS | random_bits


def first_key(moment: datetime) -> int:
    """Return the lowest row number that an inspection of this moment, or of a later one, can have."""
    return min(max(0, _milliseconds(moment)) << _KEY_RANDOM_BITS, _LAST_KEY)


def once_in_batch(batch: str, record: InspectionRecord, place: int | None) -> str:
    """Return what is the same for the same file of the same batch, judged alike, so that a rerun stores it once.

    Parameters
    ----------
    batch : str
        The batch.
    record : InspectionRecord
        Its file, content, frame, model and operating point count.
    place : int or None
        The file's place in the batch, where one batch may hold the same file twice.
    """
    frame = " ".join(map(str, record.frame or ()))
    judged = (record.file, record.sha256, record.model_sha256, record.operating_point or "", frame)
    said = "\0".join((batch, *judged, "" if place is None else str(place)))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:32]


class _Order:
    """Gives ids of the same millisecond rising random parts (RFC 9562, section 6.2, method 2)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = (-1, 0)

    def next(self, milliseconds: int) -> tuple[int, int]:
        with self._lock:
            last_milliseconds, last_random = self._last
            # The highest bit is left free, so that there is room to rise.
            random_bits = secrets.randbits(_RANDOM_BITS - 1)
            if milliseconds == last_milliseconds:
                step = 1 << (_RANDOM_BITS - _KEY_RANDOM_BITS)
                random_bits = (last_random // step + 1) * step + random_bits % step
            self._last = (milliseconds, random_bits)
            return self._last


_ORDER = _Order()


def _milliseconds(moment: datetime) -> int:
    since = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000


def _uuid7(milliseconds: int, random_bits: int) -> UUID:
    first, rest = random_bits >> 62, random_bits & (1 << 62) - 1
    return UUID(int=milliseconds << 80 | 0x7 << 76 | first << 64 | 0b10 << 62 | rest)
