"""What is done about the records while the app runs: old photos deleted, rows sealed, model folders noted."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

from defect_app.catalog import Catalog
from defect_app.errors import PhotoNotKept, RecordsUnavailable
from defect_app.hosting.model_history import model_digests, note_models
from defect_app.inspections.photo_store import PhotoStore
from defect_app.inspections.retention import delete_old_photos
from defect_app.logs import logger
from defect_app.settings import settings
from defect_app.storage.database import Database
from defect_app.storage.seals import seal_rows

LOOK_EVERY_S = 30.0
"""Model folders are looked at so often."""
TIDY_EVERY = 120
"""Photos and seals once in so many looks: each hour."""

_log = logger(__name__)


class Upkeep:
    """Looks after the records of a running app.

    Parameters
    ----------
    opened : callable
        Gives the database; asked each time, so that one that was away is found again.
    models : callable
        Gives the models on disk.
    """

    def __init__(self, opened: Callable[[], Database], models: Callable[[], Catalog]) -> None:
        self._opened = opened
        self._models = models
        self._noted: dict[str, str] | None = None
        self._looks = 0
        self._stop = threading.Event()

    def run(self, stop: threading.Event) -> None:
        """Look after the records until told to stop."""
        self._stop = stop
        while not stop.is_set():
            self.look()
            stop.wait(LOOK_EVERY_S)

    def look(self) -> None:
        """Do what is due; what fails is tried again at the next look."""
        try:
            self._note_models()
            if self._looks % TIDY_EVERY == 0 and not self._stop.is_set():
                self._tidy()
            self._looks += 1
        except (RecordsUnavailable, PhotoNotKept) as error:
            _log.warning("upkeep_failed", reason=str(error))

    def _note_models(self) -> None:
        digests = model_digests(self._models())
        if digests != self._noted:
            note_models(self._opened(), digests)
            self._noted = digests

    def _tidy(self) -> None:
        now = datetime.now(UTC)
        database = self._opened()
        delete_old_photos(database, PhotoStore(), days=settings().keep_photos_days, now=now)
        seal_rows(database, now, self._stop.is_set)
