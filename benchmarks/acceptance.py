"""A night's folder on two machines, one of which is lost: ``python -m benchmarks.acceptance``, as root.

Two nodes of Ray in network namespaces judge a folder of repeated scenes with bytes of their own, some of them broken.
In the middle the second node loses its power, then the command itself is killed; the same command goes on from its
checkpoint. Every file must be in the output once, and all records be those of the local engine.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.photos import small_photos
from benchmarks.scale import write_copies
from defect_app.cli.terminal import say, whole_number
from tests.distributed.two_nodes import PORT, Node, command_line, two_nodes

BROKEN_EVERY = 97
"""One file of so many is cut off."""
TWINS_EVERY = 211
"""And one of so many has the bytes of the first."""


def fill(folder: Path, count: int) -> None:
    """Fill a new folder with so many files."""
    write_copies(folder, count, small_photos(60))
    first = (folder / "000000.jpg").read_bytes()
    for number in range(1, count):
        path = folder / f"{number:06d}.jpg"
        if number % BROKEN_EVERY == 0:
            path.write_bytes(path.read_bytes()[: 400 + number % 900])
        elif number % TWINS_EVERY == 0:
            path.write_bytes(first)


class Runs:
    """Runs ``classify`` on the folder, each run with a file of its own for the records."""

    def __init__(self, place: Path, photos: Path, model: str) -> None:
        self._place = place
        self._command = [sys.executable, "-m", "defect_app", "classify", str(photos), "--model", model]
        self._count = 0

    def start(self, *options: str, on: Node | None = None) -> tuple[subprocess.Popen[bytes], Path]:
        """Start a run, here or on a node; return it and where its records go."""
        self._count += 1
        out = self._place / f"{self._count}.jsonl"
        command = [*self._command, *options]
        with out.open("wb") as file, (self._place / f"{self._count}.said").open("wb") as said:
            started = subprocess.Popen(on.command(*command) if on else command, stdout=file, stderr=said)
        return started, out


def wait_for(condition: Callable[[], object], running: subprocess.Popen[bytes]) -> None:
    """Wait until something is so; fail where the run ends before that."""
    while not condition():
        if running.poll() is not None:
            raise SystemExit(f"the run ended with status {running.returncode} before its time")
        time.sleep(0.2)


def written(file: Path) -> int:
    """Return how many records a run has written."""
    return file.read_bytes().count(b"\n")


def main() -> None:
    """Do it, and print what came out; the exit status is 0 where all files came once, as the local engine has them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--photos", type=whole_number(2000), default=20_000, metavar="N")
    parser.add_argument("--model", default="casting-cnn", metavar="ID")
    arguments = parser.parse_args()
    count = arguments.photos
    with tempfile.TemporaryDirectory(prefix="defect-lens-acceptance-") as name, two_nodes(Path(name)) as (one, two):
        place = Path(name)
        photos = place / "photos"
        say(f"{count:,} photos …")
        fill(photos, count)
        runs = Runs(place, photos, arguments.model)
        by_ray = ("--engine", "ray", "--address", f"{one.address}:{PORT}", "--checkpoint", str(place / "checkpoint"))
        say("Two nodes …")
        began = time.monotonic()
        first, records = runs.start(*by_ray, on=one)
        wait_for(lambda: written(records) > count // 4, first)
        say(f"{written(records):,} written: the second node is lost ({time.monotonic() - began:.0f} s) …")
        two.pull_the_plug()
        wait_for(lambda: written(records) > count // 2, first)
        before_the_kill = written(records)
        say(f"{before_the_kill:,} written: the command is killed ({time.monotonic() - began:.0f} s) …")
        for pid in one.processes(sys.executable):
            if f"--checkpoint {place}" in command_line(pid):
                os.kill(pid, signal.SIGKILL)
        first.wait()
        say("The same command again …")
        began_again = time.monotonic()
        second, resumed = runs.start(*by_ray, on=one)
        status = second.wait()
        took_s = time.monotonic() - began_again
        say(f"status {status}, {took_s:.0f} s; the local engine …")
        local, alone = runs.start()
        began_locally = time.monotonic()
        local.wait()
        locally_s = time.monotonic() - began_locally
        kept = [line for line in (place / "2.said").read_text().splitlines() if "judged by earlier runs" in line]
        equal = resumed.read_bytes() == alone.read_bytes()
        files = [json.loads(line)["file"] for line in resumed.read_bytes().splitlines()]
        once = len(files) == len(set(files)) == count
        interrupted = records.read_bytes().splitlines()[:before_the_kill]
        as_before = interrupted == alone.read_bytes().splitlines()[:before_the_kill]
    print(f"files {count:,}, records {len(files):,}, each file once: {once}; equal to the local engine's: {equal}")
    print(f"records written before the kill equal to its first {before_the_kill:,}: {as_before}")
    print(f"{kept[0] if kept else 'nothing was kept'}")
    print(f"after the restart {took_s:.0f} s, the local engine {locally_s:.0f} s, load {os.getloadavg()[0]:.1f}")
    sys.exit(0 if once and equal and as_before and status == local.returncode == 3 else 1)


if __name__ == "__main__":
    main()
