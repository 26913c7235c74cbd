"""Fine-tuning in the background: a process of its own at low priority, which can be stopped and gives memory back.

One for each product, known to every session of the server: whoever comes back to the page finds it again. The process
ends with the server, since its standard input closes; what it had finished stays.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import defect_app
from defect_app.errors import DefectLensError
from defect_app.logs import logger
from defect_app.tuning.course import TuningProgress
from defect_app.validation import validated

STOPPED = 130
"""Exit status of a process that was asked to stop."""
_ENDS_WITHIN_S = 30.0
_log = logger(__name__)
_jobs: dict[str, TuningJob] = {}
_starting = threading.Lock()


class TuningJob:
    """One fine-tuning; begins at once.

    Parameters
    ----------
    model_id : str
        Of the taught product.
    epochs : int, optional
        Instead of the usual number, for trials.

    Attributes
    ----------
    problem : DefectLensError or None
        Why it ended without a candidate; None, too, when it was stopped.
    """

    def __init__(self, model_id: str, epochs: int | None = None) -> None:
        self.model_id = model_id
        self.problem: DefectLensError | None = None
        self._at = TuningProgress("starting", 0.0)
        self._stop = False
        package = Path(defect_app.__file__).parent.parent
        length = [] if epochs is None else ["--epochs", str(epochs)]
        paths = [str(package), *filter(None, [os.environ.get("PYTHONPATH")])]
        # To a file, not a pipe: nobody reads it unless the process fails.
        self._said = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115
        self._process = subprocess.Popen(
            [sys.executable, "-m", "defect_app", "fine-tune", model_id, "--lines", *length],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "TF_CPP_MIN_LOG_LEVEL": "2"},
        )
        self._thread = threading.Thread(target=self._follow, name="fine-tune", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return self._thread.is_alive()

    @property
    def stopped(self) -> bool:
        """Whether a person stopped it."""
        return self._stop and not self.running and self.problem is None

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop, and has not yet."""
        return self._stop and self.running

    def progress(self) -> TuningProgress:
        """Return how far it is."""
        return self._at

    def stop(self) -> None:
        """Stop at the next step; finished folds stay, and another one goes on behind them."""
        self._stop = True
        if self._process.stdin is not None:
            self._process.stdin.close()
        threading.Thread(target=self._make_sure, name="fine-tune-end", daemon=True).start()

    def wait(self, seconds: float) -> None:
        """Wait until it is done, at most so long."""
        self._thread.join(seconds)

    def _make_sure(self) -> None:
        try:
            self._process.wait(_ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _follow(self) -> None:
        assert self._process.stdout is not None, "it was asked for"
        with self._process.stdout as lines:
            for line in lines:
                self._take(line)
        status = self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
        if status and not self._stop and self.problem is None:
            self._said.seek(0)
            _log.error("fine_tuning_failed", model=self.model_id, status=status, said=self._said.read()[-4000:])
            self.problem = DefectLensError(
                "The fine-tuning ended unexpectedly"
                + (" (it may have run out of memory)." if status < 0 else f" (status {status})."),
                "The log says where. What was finished is kept: try again.",
            )
        self._said.close()
        _log.info("fine_tuning_ended", model=self.model_id, status=status)

    def _take(self, line: str) -> None:
        try:
            told = json.loads(line)
            if "problem" in told:
                self.problem = DefectLensError(str(told["problem"]), str(told["remedy"]))
            else:
                self._at = validated(TuningProgress, told)
        except (ValueError, KeyError, TypeError, DefectLensError):
            # What a library prints is no progress.
            return


def start_tuning(model_id: str, epochs: int | None = None) -> TuningJob:
    """Start a fine-tuning, see `TuningJob`; of a product that is being fine-tuned, return the one that runs.

    Raises
    ------
    DefectLensError
        If another product is being fine-tuned: two at once would take twice as long each, and twice the memory.
    """
    with _starting:
        for job in _jobs.values():
            if job.running and job.model_id != model_id:
                raise DefectLensError(f"{job.model_id} is being fine-tuned.", "Wait for it, or stop it.")
        known = _jobs.get(model_id)
        if known is None or not known.running:
            known = _jobs[model_id] = TuningJob(model_id, epochs)
        return known


def tuning_job(model_id: str) -> TuningJob | None:
    """Return the latest fine-tuning of a product since the server started."""
    return _jobs.get(model_id)


def forget_tuning(model_id: str) -> None:
    """Forget an ended fine-tuning, whose outcome was seen."""
    with _starting:
        if (job := _jobs.get(model_id)) is not None and not job.running:
            del _jobs[model_id]
