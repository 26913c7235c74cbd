"""Owns the models that this process has loaded: each loaded once, shared, let go of when it is not used or changed."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from defect_app.catalog import Catalog, CatalogEntry, ModelSpec, ModelVersion, load_catalog, verify_files
from defect_app.errors import DefectLensError
from defect_app.hosting.work_queue import Job, WorkQueue
from defect_app.inspection import Inspector
from defect_app.inspection.release_answers import ReleaseCheck, check_release, load_checked
from defect_app.logs import logger
from defect_app.machine import judging_threads, usable_memory_mb
from defect_app.settings import settings

LOOK_AGAIN_S = 5.0
"""The folder of models is looked at anew after this long, so that one dropped in appears."""
TRY_AGAIN_S = 60.0
"""A model that could not be loaded is tried again after this long: memory may have been short."""
MEMORY_SHARE = 0.5
"""How much of the memory that the process may use loaded models hold, where no setting says it."""

_log = logger(__name__)


@dataclass(frozen=True)
class _Loaded:
    version: ModelVersion
    inspector: Inspector
    memory_mb: float


@dataclass(frozen=True)
class _Failure:
    version: ModelVersion
    problem: str
    at_s: float


class LocalModelHost:
    """Models loaded in this process, and its queue of photos; safe to share between threads and sessions.

    Parameters
    ----------
    models_folder : Path, optional
        Default: what the setting names, looked up at each reading.
    memory_mb : float, optional
        What loaded models may hold by estimate. Default: the setting, else half of what the process may use.
    load : callable
        Loads the model of an entry. Default: and lets it answer its release photos before any other.
    """

    def __init__(
        self,
        models_folder: Path | None = None,
        *,
        memory_mb: float | None = None,
        load: Callable[[CatalogEntry], Inspector] = load_checked,
    ) -> None:
        self._models_folder = models_folder
        self._memory_mb = memory_mb or settings().model_memory_mb or MEMORY_SHARE * usable_memory_mb()
        self._load = load
        # One more than compute: it decodes the next photo meanwhile.
        self.queue = WorkQueue(judging_threads() + 1, settings().queue_photos)
        self._lock = threading.Lock()
        self._loaded: OrderedDict[str, _Loaded] = OrderedDict()  # the least recently used first
        self._failures: dict[str, _Failure] = {}
        self._loading: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._reading = threading.Lock()
        self._catalog: Catalog | None = None
        self._read_at_s = 0.0

    def catalog(self) -> Catalog:
        """Return the models on disk; one that could not be loaded is disabled with the reason."""
        read = self._read_catalog()
        with self._lock:
            return Catalog(tuple(self._with_failure(entry) for entry in read.entries))

    def inspector(self, model_id: str) -> Inspector:
        """Return a loaded model. See `ModelHost.inspector`."""
        while True:
            entry = self.catalog().get(model_id)
            spec = entry.usable_spec  # raises, with the reason, where an attempt to load it failed too
            with self._lock:
                loading = self._loading[model_id]
            inspector = self._find(entry)
            if inspector is None:
                with loading:
                    inspector = self._find(entry)
                    if inspector is None and self._failed(entry) is None:
                        inspector = self._load_now(entry, spec)
            if inspector is not None:
                return inspector

    def check(self, model_id: str) -> ReleaseCheck:
        """Let a model answer its release photos again. See `ModelHost.check`."""
        inspector = self.inspector(model_id)
        checked = check_release(inspector)
        if checked.problem:
            with self._lock:
                self._failures[model_id] = _Failure(inspector.spec.version, checked.problem, time.monotonic())
                if model_id in self._loaded:
                    self._release(model_id, "wrong answers")
        return checked

    @property
    def waiting_photos(self) -> int:
        """How many photos of open jobs are not judged yet."""
        return self.queue.photos

    def open_job(self, photos: int, *, wait: bool = False) -> Job:
        """Return the threads that judge photos, for one piece of work. See `WorkQueue.open_job`."""
        return self.queue.open_job(photos, wait=wait)

    def is_loaded(self, model_id: str) -> bool:
        """Return whether a model is at hand, so that nobody waits for it."""
        with self._lock:
            return model_id in self._loaded

    def close(self) -> None:
        """Finish what is in hand, and let go of everything."""
        self.queue.close()
        with self._lock:
            self._loaded.clear()

    def _read_catalog(self) -> Catalog:
        known, read_at_s = self._catalog, self._read_at_s
        if known is not None and time.monotonic() - read_at_s < LOOK_AGAIN_S:
            return known
        # While one thread reads, the others go on with what is known.
        if not self._reading.acquire(blocking=known is None):
            return known if known is not None else self._read_catalog()
        try:
            if self._catalog is None or time.monotonic() - self._read_at_s >= LOOK_AGAIN_S:
                read = load_catalog(self._models_folder)
                self._let_go_of_what_changed(read)
                self._catalog, self._read_at_s = read, time.monotonic()
            return self._catalog
        finally:
            self._reading.release()

    def _let_go_of_what_changed(self, read: Catalog) -> None:
        versions = {entry.id: entry.version for entry in read.usable}
        with self._lock:
            for model_id in [m for m, loaded in self._loaded.items() if loaded.version != versions.get(m)]:
                self._release(model_id, "changed" if model_id in versions else "removed")
            for model_id in [m for m, failure in self._failures.items() if failure.version != versions.get(m)]:
                del self._failures[model_id]

    def _find(self, entry: CatalogEntry) -> Inspector | None:
        with self._lock:
            loaded = self._loaded.get(entry.id)
            if loaded is None or loaded.version != entry.version:
                return None
            self._loaded.move_to_end(entry.id)
            return loaded.inspector

    def _load_now(self, entry: CatalogEntry, spec: ModelSpec) -> Inspector | None:
        """Load a model; None where that failed, or its folder changed meanwhile: the catalog then says more."""
        started_s = time.monotonic()
        try:
            inspector = self._load(entry)
        except Exception as error:
            if isinstance(error, DefectLensError):
                said = str(error)
                _log.info("model_failed", model=entry.id, problem=said)
            else:
                said = f"it does not work ({type(error).__name__})."
                _log.exception("model_failed", model=entry.id)
            with self._lock:
                self._failures[entry.id] = _Failure(spec.version, said.removeprefix(f"{entry.id}: "), time.monotonic())
            return None
        if verify_files(entry.folder, spec):
            self._read_at_s = -LOOK_AGAIN_S
            return None
        memory_mb = estimated_memory_mb(entry.folder, spec, inspector.engine.streams)
        with self._lock:
            self._loaded[entry.id] = _Loaded(spec.version, inspector, memory_mb)
            self._loaded.move_to_end(entry.id)
            while len(self._loaded) > 1 and sum(m.memory_mb for m in self._loaded.values()) > self._memory_mb:
                self._release(next(iter(self._loaded)), "memory")
        _log.info("model_loaded", model=entry.id, seconds=round(time.monotonic() - started_s, 3), megabytes=memory_mb)
        return inspector

    def _release(self, model_id: str, reason: str) -> None:
        del self._loaded[model_id]
        _log.info("model_released", model=model_id, reason=reason)

    def _failed(self, entry: CatalogEntry) -> _Failure | None:
        failure = self._failures.get(entry.id)
        if failure is None or failure.version != entry.version or time.monotonic() - failure.at_s > TRY_AGAIN_S:
            return None
        return failure

    def _with_failure(self, entry: CatalogEntry) -> CatalogEntry:
        failure = self._failed(entry)
        return replace(entry, problem=failure.problem) if failure is not None and entry.usable else entry


def estimated_memory_mb(folder: Path, spec: ModelSpec, streams: int) -> float:
    """Return about how much memory a loaded model holds, in MB.

    Fitted on the bundled models: six times the files, whose weights are stored in half precision, and a hundred bytes
    a pixel of the input for each photo that is computed at the same time.
    """
    files = sum(file.stat().st_size for name in ("model.xml", "model.bin") if (file := folder / name).is_file())
    return round(6 * files / 1e6 + 1e-4 * spec.input.height * spec.input.width * (streams + 1) + 5, 1)
