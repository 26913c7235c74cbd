"""What a batch on Ray costs beside the local engine on the same cores: ``python -m benchmarks.scale [--photos N …]``.

Files of unique bytes, made from rendered castings: a few pictures, each file with a comment of its own. On a machine
that others use as well the clock tells little: the processor time of a command and all that it started is measured too.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measurement import Measurement
from benchmarks.photos import NamedBytes, small_photos
from defect_app.cli.terminal import print_table, say, whole_number
from defect_app.machine import usable_cores
from defect_app.settings import variable_of

MOST_OVERHEAD = 0.10
LEAST_SPEED_UP = 1.8
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_STARTING = 0.25
"""While this share of the records is written, processes still start."""


@dataclass(frozen=True)
class RunCost:
    """What one run of ``classify`` took.

    Attributes
    ----------
    photos : int
        Records that it wrote.
    wall_s : float
        From its start to its end, in seconds.
    judging_s, judging_cpu_s : float
        From the end of its first quarter to its last record, by the clock and in core-seconds of all its processes:
        what starts once is left out.
    cpu_s : float
        Core-seconds in all.
    """

    photos: int
    wall_s: float
    judging_s: float
    judging_cpu_s: float
    cpu_s: float

    @property
    def cpu_ms_a_photo(self) -> float:
        """Processor time of a photo while all is up, in milliseconds."""
        return 1000 * self.judging_cpu_s / ((1 - _STARTING) * self.photos)

    @property
    def photos_per_s(self) -> float:
        """Photos a second by the clock, while all is up."""
        return (1 - _STARTING) * self.photos / max(self.judging_s, 1e-9)


class ProcessTree:
    """A process and all that it started: their processor time so far, of those that ended too.

    Parameters
    ----------
    root : int
        The process.
    """

    def __init__(self, root: int) -> None:
        self._root = root
        self._seconds: dict[int, float] = {}

    @property
    def members(self) -> set[int]:
        """All that were ever seen of it."""
        return set(self._seconds)

    def cpu_s(self) -> float:
        """Look at them all, and return the core-seconds; what ended since the last look is known as it was then."""
        parents = dict(_parents_and_seconds())
        members = {self._root}
        grew = True
        while grew:
            found = {pid for pid, (parent, _) in parents.items() if parent in members} - members
            members |= found
            grew = bool(found)
        self._seconds |= {pid: parents[pid][1] for pid in members if pid in parents}
        return sum(self._seconds.values())


def _parents_and_seconds() -> Iterator[tuple[int, tuple[int, float]]]:
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            yield int(entry.name), (int(fields[1]), (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND)


def write_copies(folder: Path, count: int, photos: list[NamedBytes]) -> None:
    """Fill a new folder with so many photos of unique bytes, made from a few JPEGs."""
    folder.mkdir(parents=True)
    for number in range(count):
        _, photo = photos[number % len(photos)]
        comment = f"photo {number}".encode()
        segment = b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment
        (folder / f"{number:06d}.jpg").write_bytes(photo[:2] + segment + photo[2:])


def run_classify(photos: Path, model: str, cores: int, *options: str) -> RunCost:
    """Judge a folder with so many cores, in a process of its own."""
    started_with = round(_STARTING * sum(1 for _ in photos.iterdir()))
    command = [sys.executable, "-m", "defect_app", "classify", str(photos), "--model", model, *options]
    environment = os.environ | {variable_of("threads"): str(cores)}
    started = time.perf_counter()
    records, up_at, last_at, looked_at, up_cpu_s, last_cpu_s = 0, started, started, started, 0.0, 0.0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment) as process:
        tree = ProcessTree(process.pid)
        assert process.stdout is not None
        for _ in process.stdout:
            records, last_at = records + 1, time.perf_counter()
            if records == started_with:
                up_at, up_cpu_s = last_at, tree.cpu_s()
            if last_at - looked_at > 0.25:
                looked_at, last_cpu_s = last_at, tree.cpu_s()
        last_cpu_s = max(last_cpu_s, tree.cpu_s())
    wall_s = time.perf_counter() - started
    if process.returncode:
        raise RuntimeError(f"classify ended with status {process.returncode}")
    return RunCost(records, wall_s, last_at - up_at, last_cpu_s - up_cpu_s, last_cpu_s)


def measure_scale(count: int, model: str, models_folder: Path | None = None) -> list[Measurement]:
    """Compare both engines on the same files and cores, one after the other.

    Parameters
    ----------
    count : int
        How many photos; some hundreds at least.
    model : str
        A model folder's id.
    models_folder : Path, optional
        Default: the project's ``models/``.
    """
    cores = usable_cores()
    models = [] if models_folder is None else ["--models-folder", str(models_folder)]
    with tempfile.TemporaryDirectory(prefix="defect-lens-scale-") as place:
        folder = Path(place) / "photos"
        say(f"{count:,} photos …")
        write_copies(folder, count, small_photos(60))
        local = run_classify(folder, model, cores, *models)
        ray = run_classify(folder, model, cores, "--engine", "ray", *models)
        alone = run_classify(folder, model, 1, "--engine", "ray", *models)
    overhead = ray.cpu_ms_a_photo / local.cpu_ms_a_photo - 1
    speed_up = ray.photos_per_s / alone.photos_per_s
    return [
        Measurement(
            f"{count:,} photos, Ray against the local engine on {cores} cores: processor time a photo",
            f"<= {MOST_OVERHEAD:.0%} more",
            f"{overhead:+.1%} ({ray.cpu_ms_a_photo:.2f} against {local.cpu_ms_a_photo:.2f} ms)",
            overhead <= MOST_OVERHEAD,
        ),
        Measurement(
            f"{count:,} photos, the same by the clock, from start to end",
            "",
            f"{ray.wall_s / local.wall_s - 1:+.1%} ({ray.wall_s:.1f} against {local.wall_s:.1f} s), "
            f"{ray.cpu_s - local.cpu_s:.1f} core-seconds more in all",
            None,
        ),
        Measurement(
            f"{count:,} photos, Ray with {cores} processes of a core against one",
            f">= {LEAST_SPEED_UP} x" if cores == 2 else "",
            f"{speed_up:.2f} x ({ray.photos_per_s:.0f} against {alone.photos_per_s:.0f} photos/s)",
            speed_up >= LEAST_SPEED_UP if cores == 2 else None,
        ),
    ]


def main() -> None:
    """Measure each number of photos, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--photos", type=whole_number(500), nargs="+", default=[1000, 10_000], metavar="N")
    parser.add_argument("--model", default="casting-cnn", metavar="ID")
    arguments = parser.parse_args()
    rows = [
        (m.what, m.budget, m.measured, {True: "met", False: "MISSED", None: "-"}[m.met])
        for count in arguments.photos
        for m in measure_scale(count, arguments.model)
    ]
    print_table("Scale", ("what", "budget", "measured", ""), rows)
    print(f"load average {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    main()
