"""The files that were judged last, as they came: another page may want one again, to the byte."""

from __future__ import annotations

import atexit
import io
import tempfile
import threading
from collections import OrderedDict
from dataclasses import dataclass

MOST_BYTES = 1_000_000_000
"""On disk, not in memory: a drop of 300 photos of a phone."""


@dataclass(frozen=True)
class _Place:
    start: int
    length: int


class OriginalFiles:
    """Files by the hash of their content, in one file without a name that ends with the process.

    Nothing is left on the disk afterwards, whatever the policy for stored photos is. What came first makes room.

    Parameters
    ----------
    most_bytes : int
        How much is held.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._places: OrderedDict[str, _Place] = OrderedDict()
        self._end = 0
        self._lock = threading.Lock()
        self._file: io.FileIO | None = None

    def add(self, sha256: str, data: bytes) -> None:
        """Hold a file; one that does not fit, or that the disk does not take, is not held."""
        with self._lock:
            if sha256 in self._places or len(data) > self._most_bytes:
                return
            if self._end + len(data) > self._most_bytes:
                self._end = 0
            place = _Place(self._end, len(data))
            try:
                file = self._opened()
                file.seek(place.start)
                written = file.write(data)
            except OSError:
                written = 0
            self._forget_what_was_at(place)
            if written == len(data):
                self._places[sha256] = place
                self._end += len(data)

    def get(self, sha256: str) -> bytes | None:
        """Return a file's content, or None where it is not held any more."""
        with self._lock:
            place = self._places.get(sha256)
            if place is None or self._file is None:
                return None
            self._file.seek(place.start)
            data = self._file.read(place.length)
        return data if len(data) == place.length else None

    def close(self) -> None:
        """Forget all files, and give the disk back."""
        with self._lock:
            self._places.clear()
            self._end = 0
            if self._file is not None:
                self._file.close()
                self._file = None

    def _opened(self) -> io.FileIO:
        """Return the file, made when the first one is held: a temporary folder that is missing stops nothing."""
        if self._file is None:
            self._file = tempfile.TemporaryFile("w+b", buffering=0)  # noqa: SIM115, it lives as long as this object
        return self._file

    def _forget_what_was_at(self, written: _Place) -> None:
        end = written.start + written.length
        for sha256 in [s for s, p in self._places.items() if p.start < end and written.start < p.start + p.length]:
            del self._places[sha256]


ORIGINALS = OriginalFiles()
"""Of all pages of this process."""
atexit.register(ORIGINALS.close)
