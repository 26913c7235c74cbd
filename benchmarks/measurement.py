"""What a measurement is, and how two ways of doing one thing are timed fairly."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path


@dataclass(frozen=True)
class Measurement:
    """One line of the report.

    Attributes
    ----------
    what : str
        What was measured, in words.
    budget : str
        What the design asks for; empty where there is no budget.
    measured : str
        What came out, in words and units.
    met : bool or None
        Whether the budget is met; None where nothing could be measured or there is no budget.
    values : dict
        The numbers behind `measured`, units in the names.
    """

    what: str
    budget: str
    measured: str
    met: bool | None
    values: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Machine:
    """Where the measurements were made: figures of another machine do not compare."""

    processor: str
    cores: int
    load_average: float
    python: str
    versions: dict[str, str]


@dataclass(frozen=True)
class Comparison:
    """Two ways of doing one thing, by median of the rounds.

    Attributes
    ----------
    ours_per_s, peer_per_s : float
        Photos a second.
    ratio : float
        Median of the rounds' ratios.
    ours_cpu_ms, peer_cpu_ms : float
        Processor time a photo, summed over the cores, in milliseconds: hardly moved by what else the machine does.
    """

    ours_per_s: float
    peer_per_s: float
    ratio: float
    ours_cpu_ms: float
    peer_cpu_ms: float


def this_machine() -> Machine:
    """Describe the machine and the packages that the figures depend on."""
    packages = ("openvino", "tensorflow", "keras", "pillow", "opencv-python-headless", "numpy", "streamlit")
    return Machine(
        processor=_processor_name(),
        cores=len(os.sched_getaffinity(0)),
        load_average=os.getloadavg()[0],
        python=platform.python_version(),
        versions={name: version(name) for name in packages},
    )


def compare(ours: Callable[[], int], peer: Callable[[], int], repetitions: int) -> Comparison:
    """Time two ways of doing one thing in turns, so that whatever else the machine does hits both.

    Parameters
    ----------
    ours, peer : callable
        Do some work, and return how many photos it was.
    repetitions : int
        Rounds; one more comes before them, to warm up.
    """
    _timed(ours), _timed(peer)
    rounds = []
    for i in range(repetitions):
        if i % 2:
            of_peer = _timed(peer)
            rounds.append((_timed(ours), of_peer))
        else:
            rounds.append((_timed(ours), _timed(peer)))
    return Comparison(
        ours_per_s=statistics.median(mine.per_s for mine, _ in rounds),
        peer_per_s=statistics.median(theirs.per_s for _, theirs in rounds),
        ratio=statistics.median(mine.per_s / theirs.per_s for mine, theirs in rounds),
        ours_cpu_ms=statistics.median(mine.cpu_ms for mine, _ in rounds),
        peer_cpu_ms=statistics.median(theirs.cpu_ms for _, theirs in rounds),
    )


def resident_mb(process_id: int) -> float:
    """Return the resident memory of a process in MB (10^6 bytes)."""
    return _memory_mb(process_id, "VmRSS:")


def highest_resident_mb(process_id: int) -> float:
    """Return the most that `resident_mb` ever was, or was since the kernel's mark was set back."""
    return _memory_mb(process_id, "VmHWM:")


def _memory_mb(process_id: int, entry: str) -> float:
    for line in Path(f"/proc/{process_id}/status").read_text(encoding="ascii").splitlines():
        if line.startswith(entry):
            return int(line.split()[1]) * 1024 / 1e6
    raise ValueError(f"process {process_id} has no resident memory")


@dataclass(frozen=True)
class _Timing:
    per_s: float
    cpu_ms: float


def _timed(work: Callable[[], int]) -> _Timing:
    started, cpu_started = time.perf_counter(), time.process_time()
    n = work()
    return _Timing(n / (time.perf_counter() - started), (time.process_time() - cpu_started) * 1000 / n)


def _processor_name() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()
