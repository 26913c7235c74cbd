"""The threads that judge photos, as a batch sees them; who owns them, and who else uses them, is not its concern."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Protocol, Self, TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class Workers(Protocol):
    """Threads that take one photo after the other."""

    @property
    def ahead(self) -> int:
        """How many photos one batch may have submitted and not taken back, at this moment: enough to keep it going."""

    def submit(self, work: Callable[[_Item], _Result], item: _Item, /) -> Future[_Result]:
        """Have `work(item)` called by one of the threads."""


class OwnThreads:
    """Threads for one batch alone, ended with it; where nothing else judges in the process.

    Parameters
    ----------
    count : int
        How many.
    """

    def __init__(self, count: int) -> None:
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="inspect")
        self._count = count

    @property
    def ahead(self) -> int:
        """Two photos for each thread: one in hand, one that waits."""
        return 2 * self._count

    def submit(self, work: Callable[[_Item], _Result], item: _Item, /) -> Future[_Result]:
        """Have `work(item)` called by one of the threads."""
        return self._pool.submit(work, item)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._pool.shutdown()
