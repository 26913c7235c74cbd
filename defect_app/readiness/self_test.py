"""The self-test: every model answers its release photos, and the machine is looked at; the latest outcome is kept."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

from defect_app.catalog import CatalogEntry
from defect_app.catalog.products import by_importance
from defect_app.errors import DefectLensError
from defect_app.hosting.model_host import ModelHost
from defect_app.logs import logger
from defect_app.readiness.report import MachineCheck, ModelCheck, Readiness

_log = logger(__name__)


class SelfTest:
    """Runs the self-test of a host's models; safe to share between threads.

    Parameters
    ----------
    host : ModelHost
        Owns the models.
    look_at_machine : callable
        Returns the checks of the machine. Default: see `machine.check_machine`.
    """

    def __init__(self, host: ModelHost, look_at_machine: Callable[[], tuple[MachineCheck, ...]] | None = None) -> None:
        self._host = host
        self._look_at_machine = look_at_machine
        self._running = threading.Lock()
        self._announced = False
        self._latest: Readiness | None = None

    @property
    def latest(self) -> Readiness | None:
        """What was found last; None before the first run is done. Models that fell out since are out of service in it.

        A model that came since is not checked yet, and one that is gone is left out.
        """
        found = self._latest
        if found is None:
            return None
        known = {m.id: m for m in found.models}
        present = tuple(_present(entry, known.get(entry.id)) for entry in self._host.catalog().entries)
        return Readiness(found.at, present, found.machine)

    def announce(self) -> None:
        """Say that a run will follow, once the models are loaded: whoever asks before that is to wait for it."""
        self._announced = True

    @property
    def is_first_awaited(self) -> bool:
        """Whether nothing is known yet, and soon will be."""
        return self._latest is None and (self._announced or self._running.locked())

    def run(
        self, stop: threading.Event | None = None, progress: Callable[[int, int], None] = lambda _done, _all: None
    ) -> Readiness:
        """Let every model answer, and look at the machine; a second caller waits for the first.

        Parameters
        ----------
        stop : threading.Event, optional
            Once set, no further model is asked, and those left count as not checked.
        progress : callable
            Called with how many models are done, and how many there are.
        """
        with self._running:
            catalog = self._host.catalog()
            usable = by_importance(catalog)
            checked: dict[str, ModelCheck] = {}
            for done, entry in enumerate(usable):
                if stop is not None and stop.is_set():
                    break
                progress(done, len(usable))
                checked[entry.id] = self._check(entry)
            progress(len(checked), len(usable))
            # As the catalog says it now: a check may have put a model out of service.
            models = tuple(_present(entry, checked.get(entry.id)) for entry in self._host.catalog().entries)
            found = Readiness(datetime.now(UTC), models, self._machine())
            if stop is None or not stop.is_set():
                self._latest = found
        _log.info("self_test", ready=found.ready, said=found.sentence, problems=list(found.problems))
        return found

    def _machine(self) -> tuple[MachineCheck, ...]:
        if self._look_at_machine is not None:
            return self._look_at_machine()
        # Imported here: the start of a server shall not wait for the database's libraries.
        from defect_app.readiness.machine import check_machine

        return check_machine()

    def _check(self, entry: CatalogEntry) -> ModelCheck:
        try:
            found = self._host.check(entry.id)
        except DefectLensError as error:
            said = str(error).removeprefix(f"{entry.id}: ")
            return ModelCheck(entry.id, entry.title, "out of service", said)
        except Exception as error:  # A fault that nobody thought of concerns this model alone.
            _log.exception("self_test_failed", model=entry.id)
            return ModelCheck(entry.id, entry.title, "out of service", f"it does not work ({type(error).__name__}).")
        if found.problem:
            return ModelCheck(entry.id, entry.title, "out of service", found.problem)
        return ModelCheck(entry.id, entry.title, "as at release" if found.n_photos else "not checked")


def _present(entry: CatalogEntry, known: ModelCheck | None) -> ModelCheck:
    if entry.problem:
        return ModelCheck(entry.id, entry.title, "out of service", entry.problem)
    return known or ModelCheck(entry.id, entry.title, "not checked")
