"""The batches of a server's pages by their keys: a reload, or a second tab with the same address, finds its photos."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from defect_app.catalog import ModelVersion
    from defect_app.hosting.batch import Batch

MOST_PHOTOS: Final = 2000
"""How many judged photos are held for pages that may have gone: some 150 kB each."""


class OpenBatches:
    """Batches by keys that cannot be guessed; those looked at longest ago make room, the newest always stays.

    Parameters
    ----------
    most_photos : int
        How many judged photos of all batches together are held.
    """

    def __init__(self, most_photos: int = MOST_PHOTOS) -> None:
        self._most_photos = most_photos
        self._batches: OrderedDict[str, Batch] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, batch: Batch) -> str:
        """Hold a batch and return its key; one that is held already has the one that it has."""
        with self._lock:
            key = next((key for key, held in self._batches.items() if held is batch), None)
            if key is None:
                key = secrets.token_urlsafe(12)
                self._batches[key] = batch
            self._batches.move_to_end(key)
            self._make_room()
        return key

    def get(self, key: str, version: ModelVersion) -> Batch | None:
        """Return the batch of a key, or None where it is not held, or is of another version of a model."""
        with self._lock:
            batch = self._batches.get(key)
            if batch is None or batch.inspector.spec.version != version:
                return None
            self._batches.move_to_end(key)
        return batch

    def _make_room(self) -> None:
        held = sum(len(batch.entries) for batch in self._batches.values())
        while held > self._most_photos and len(self._batches) > 1:
            _, gone = self._batches.popitem(last=False)
            held -= len(gone.entries)


OPEN_BATCHES = OpenBatches()
"""Of all pages of this process."""
