"""Teaching in the background: progress, stop, and a result that outlives the page that started it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from defect_app.errors import DefectLensError
from defect_app.logs import logger
from defect_app.teaching import TaughtModel, TeachingRequest, teach

_log = logger(__name__)
_ONE_AT_A_TIME = threading.Lock()
"""Two teachings at once would take twice as long each, and twice the memory."""
_WAITING_S = 0.2


@dataclass(frozen=True)
class TeachingProgress:
    """How far a teaching is: what is being done, how many steps of it, and whether it goes on."""

    what: str
    done: int
    total: int
    running: bool


class TeachingJob:
    """One teaching in a thread of its own; begins at once, or when the one before it is done.

    Parameters
    ----------
    request : TeachingRequest
        What is taught.
    out : Path, optional
        See `teaching.teach`.

    Attributes
    ----------
    result : TaughtModel or None
        When it went well.
    problem : DefectLensError or None
        Why it did not; None, too, when it was stopped.
    """

    def __init__(self, request: TeachingRequest, out: Path | None = None) -> None:
        self.request = request
        self.result: TaughtModel | None = None
        self.problem: DefectLensError | None = None
        self._out = out
        self._stop = threading.Event()
        self._at = TeachingProgress("waiting for another teaching to end", 0, 1, True)
        self._thread = threading.Thread(target=self._run, name="teach", daemon=True)
        self._thread.start()

    @property
    def stopped(self) -> bool:
        """Whether a person stopped it."""
        return self._stop.is_set() and self.result is None and self.problem is None

    def progress(self) -> TeachingProgress:
        """Return how far it is."""
        return self._at

    def stop(self) -> None:
        """Stop at the next step; nothing is left of it."""
        self._stop.set()

    def wait(self, seconds: float) -> None:
        """Wait until it is done, at most so long."""
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            while not _ONE_AT_A_TIME.acquire(timeout=_WAITING_S):
                self._report("waiting for another teaching to end", 0, 1)
            try:
                self.result = teach(self.request, out=self._out, progress=self._report)
            finally:
                _ONE_AT_A_TIME.release()
        except _Stopped:
            _log.info("teaching_stopped", model=self.request.id)
        except DefectLensError as error:
            self.problem = error
        except MemoryError:
            self.problem = DefectLensError("There is not enough memory for so many photos.", "Teach with fewer.")
        except Exception as error:
            _log.exception("teaching_failed", model=self.request.id)
            self.problem = DefectLensError(
                f"The teaching ended unexpectedly ({type(error).__name__}).", "The log says where. Try again."
            )
        finally:
            self._at = TeachingProgress("", 1, 1, False)

    def _report(self, what: str, done: int, total: int) -> None:
        if self._stop.is_set():
            raise _Stopped
        self._at = TeachingProgress(what, done, total, True)


class _Stopped(Exception):
    """Ends the work at its next report."""
