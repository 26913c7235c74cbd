"""What a request asks to be kept, and what its records say of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, cast

from fastapi import Query

from defect_app.inspection.batch import JudgedFile
from defect_app.inspection.file_judge import Extract, Extractor

if TYPE_CHECKING:
    from defect_app.hosting.keeping import Keeping
    from defect_app.inspections import StoredInspection
    from defect_app.inspections.recorder import Recorder

OpenRecorder = Callable[[], "Recorder"]


@lru_cache(maxsize=1)
def recorder_of_process() -> Recorder:
    """Return a recorder into the records that the settings name, for an API that is served alone."""
    from defect_app.inspections import InspectionStore
    from defect_app.inspections.recorder import Recorder
    from defect_app.storage.database import Database

    return Recorder(lru_cache(maxsize=1)(lambda: InspectionStore(Database())))


@dataclass(frozen=True)
class StoreQuestion:
    """The parameters of a request that are about keeping."""

    store: Annotated[bool, Query(description="Keep the inspections: records then have an id")] = False
    batch: Annotated[
        str, Query(max_length=80, description="What the photos came with: sent again, none is stored twice")
    ] = ""
    part: Annotated[str, Query(max_length=200, description="The serial number of the part that all show")] = ""
    who: Annotated[str, Query(max_length=80, description="For whom they are judged")] = ""

    def storing(self, opened: OpenRecorder, signed_in: str = "") -> RequestStoring | None:
        """Return what keeps the request's photos; None where it does not ask for that.

        Parameters
        ----------
        opened : callable
            Returns who stores.
        signed_in : str
            Who asks by a key or a sign-in: then nobody else's name is taken.
        """
        if not self.store:
            return None
        from defect_app.hosting.keeping import Keeping, Origin
        from defect_app.inspections import Source

        origin = Origin(Source.API, batch=self.batch, who=signed_in or self.who, part=self.part)
        return RequestStoring(Keeping(opened(), origin))


class RequestStoring:
    """Keeps what one request has judged.

    Parameters
    ----------
    keeping : Keeping
        Where to.
    """

    def __init__(self, keeping: Keeping) -> None:
        self._keeping = keeping
        self._problem = ""

    @property
    def problem(self) -> str:
        """Why verdicts, or photos, could not be kept, in words; empty where all could."""
        return self._problem or self._keeping.problem

    def extractor(self, inner: Extractor[Extract] | None) -> Extractor[Extract] | None:
        """Return an extractor that keeps photos besides; without another, what it gives is None."""
        if inner is None:
            return cast("Extractor[Extract]", self._keeping.extractor(None))
        return self._keeping.extractor(inner)

    def stored(self, judged: Iterator[JudgedFile[Extract]]) -> Iterator[JudgedFile[Extract]]:
        """Have files stored as they are judged, and yield them in order, each once it is safe.

        Where storing fails a record has no id, and `problem` says why: no verdict is lost.
        """
        waiting: deque[tuple[JudgedFile[Extract], Future[StoredInspection]]] = deque()
        for file in judged:
            waiting.append((file, self._keeping.store(file.record, file.result, place=file.number)))
            while waiting and waiting[0][1].done():
                yield self._as_stored(*waiting.popleft())
        while waiting:
            yield self._as_stored(*waiting.popleft())

    def _as_stored(self, file: JudgedFile[Extract], stored: Future[StoredInspection]) -> JudgedFile[Extract]:
        error = stored.exception()
        if error is None:
            return replace(file, record=stored.result().record)
        self._problem = f"Not stored: {error} {getattr(error, 'remedy', '')}".strip()
        return file
