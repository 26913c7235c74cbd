"""Trainings and other independent tasks on Ray: a core each, what is lost done again, results as they come."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from defect_app import __version__
from defect_app.distributed.cluster import check_reachable, ray_cluster
from defect_app.errors import DefectLensError
from defect_app.hosting.process import begin_process
from defect_app.logs import logger
from defect_app.tasks import Result, Task

LOST_AT_MOST: Final = 3
"""A task whose process is lost is done again so often; a task that takes its process down each time ends the work."""

_log = logger(__name__)


class TaskLost(DefectLensError):
    """The process that did a task was lost again and again."""


@dataclass(frozen=True)
class RayTasks:
    """A `tasks.Spread` over the cores of a Ray, which is started or joined when there are tasks to do.

    Attributes
    ----------
    address : str or None
        See `ray_cluster`.
    """

    address: str | None = None

    def __post_init__(self) -> None:
        """Find out at once whether anything answers: a training may be hours away."""
        check_reachable(self.address)

    def __call__(self, work: Callable[[Task], Result], tasks: Sequence[Task], /) -> Iterator[tuple[Task, Result]]:
        """Yield each task with its result, as they are done.

        Raises
        ------
        PackageMissing, NoCluster
            See `ray_cluster`.
        TaskLost
            If a task's process is lost again and again.
        Exception
            What the work itself raises; further tasks are then not done.
        """
        if not tasks:
            return
        with ray_cluster(self.address) as cores:
            _log.info("tasks_handed_out", tasks=len(tasks), cores=cores)
            yield from done_on_ray(work, tasks)


def done_on_ray(work: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[tuple[Task, Result]]:
    """Do tasks on the Ray that this process is connected to; see `RayTasks`."""
    import ray
    from ray.exceptions import RayTaskError, WorkerCrashedError

    do: Any = ray.remote(num_cpus=1, max_retries=LOST_AT_MOST)(_do).options(name="defect-lens-task")
    # Once for all tasks: a data set's list of pictures is of some megabytes.
    shared = ray.put(work)
    waiting: dict[Any, Task] = {do.remote(shared, task, __version__): task for task in tasks}
    while waiting:
        (first, *_), _ = ray.wait(list(waiting), num_returns=1)
        task = waiting.pop(first)
        try:
            result: Result = ray.get(first)
        except WorkerCrashedError as error:
            raise TaskLost(
                f"The process that did {getattr(task, 'words', task)} was lost {LOST_AT_MOST + 1} times.",
                "Perhaps memory is short: give Ray fewer cores a machine (--num-cpus). What is done is kept.",
            ) from error
        except RayTaskError as error:
            raise error.cause from None
        yield task, result


def _do(work: Callable[[Task], Result], task: Task, program: str) -> Result:
    """Do one task in a process of Ray's; what goes wrong with files there is said with the machine's name."""
    begin_process("warning")
    here = os.uname().nodename
    if program != __version__:
        raise DefectLensError(f"On {here}: Defect Lens {__version__}, not {program}.", "Install the same everywhere.")
    try:
        return work(task)
    except OSError as error:
        raise DefectLensError(
            f"On {here}: {error}.", "Put the pictures under the same paths on every machine, and look at its disk."
        ) from error
