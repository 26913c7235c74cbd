"""Where pages, API and commands get models and threads from, whoever owns them."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from defect_app.catalog import Catalog
from defect_app.inspection import Inspector
from defect_app.inspection.release_answers import ReleaseCheck
from defect_app.inspection.workers import Workers


class PhotoJob(Workers, Protocol):
    """One piece of work's place among the threads that judge."""

    def announce(self, photos: int) -> None:
        """Bring more photos than the job was opened with; waits for their place.

        Raises
        ------
        Busy
            If the host is closed meanwhile.
        """


class ModelHost(Protocol):
    """Owns loaded models, and the threads that judge photos; see `LocalModelHost`."""

    def catalog(self) -> Catalog:
        """Return the models on disk; one that could not be loaded is disabled with the reason."""

    def inspector(self, model_id: str) -> Inspector:
        """Return a loaded model.

        Whoever holds it may go on with it: when its folder is replaced, the next call returns the new one.

        Raises
        ------
        ModelUnavailable
            If there is none, it is disabled, or it cannot be loaded.
        """

    def check(self, model_id: str) -> ReleaseCheck:
        """Let a model answer its release photos again; one that answers otherwise is out of service from then on.

        Raises
        ------
        ModelUnavailable
            As `inspector`.
        """

    @property
    def waiting_photos(self) -> int:
        """How many photos of open jobs are not judged yet."""

    def open_job(self, photos: int, *, wait: bool = False) -> AbstractContextManager[PhotoJob]:
        """Return the threads that judge photos, for one piece of work, to be used in ``with``.

        Parameters
        ----------
        photos : int
            How many it brings.
        wait : bool
            Wait for a place instead of being refused.

        Raises
        ------
        Busy
            If so many photos wait already that these do not fit.
        """
