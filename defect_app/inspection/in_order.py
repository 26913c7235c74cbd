"""Work on many items, its results in the items' order, a few ahead of whoever takes them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, wait
from typing import TypeVar

from defect_app.inspection.workers import Workers

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def in_order(
    work: Callable[[_Item], _Result],
    items: Iterable[_Item],
    workers: Workers,
    *,
    held_bytes: Callable[[_Item], int] = lambda _: 0,
    most_bytes: int = 0,
) -> Generator[_Result, None, None]:
    """Call `work` on every item, in the threads of `workers`.

    Parameters
    ----------
    work : callable
        Safe to call from several threads at once.
    items : iterable
        Taken in the caller's thread, when a result is asked for: no more are ahead than `workers` says.
    workers : Workers
        The threads, which stay open.
    held_bytes : callable, optional
        How much memory an item holds at this moment.
    most_bytes : int
        No further item is taken while those ahead hold more than this.

    Yields
    ------
    object
        What `work` returned, in the order of `items`; what it raised is raised here. Closing the generator stops the
        work: what has begun is waited for, what has not is dropped.
    """
    pending: deque[tuple[_Item, Future[_Result]]] = deque()

    def enough() -> bool:
        return len(pending) >= workers.ahead or sum(held_bytes(item) for item, _ in pending) > most_bytes

    try:
        for item in items:
            pending.append((item, workers.submit(work, item)))
            del item
            while enough():
                yield pending.popleft()[1].result()
        while pending:
            yield pending.popleft()[1].result()
    finally:
        begun = [future for _, future in pending if not future.cancel()]
        wait(begun)
