"""Work in pieces that need nothing of each other: one after another here, or spread by whoever the caller names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


class Spread(Protocol):
    """Does all tasks, wherever; what one comes to must depend on nothing but the task."""

    def __call__(self, work: Callable[[Task], Result], tasks: Sequence[Task], /) -> Iterator[tuple[Task, Result]]:
        """Yield each task with what it came to, as soon as it is done, in any order.

        Parameters
        ----------
        work : callable
            Does one task. Where processes do the work it is pickled: a function of a module, or a partial of one.
        tasks : sequence
            What is to be done.
        """


def one_by_one(work: Callable[[Task], Result], tasks: Sequence[Task], /) -> Iterator[tuple[Task, Result]]:
    """Do the tasks in this process, in order: a `Spread`."""
    for task in tasks:
        yield task, work(task)
