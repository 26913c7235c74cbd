"""``classify --engine ray`` on two nodes: the records of the local engine, whatever is lost on the way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyarrow import parquet

from tests.distributed.two_nodes import PORT, Node, two_nodes
from tests.model_folders import part_photo
from tests.photo_files import jpeg_bytes, png_bytes
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
UNIQUE_PHOTOS = 640
CONTENTS = UNIQUE_PHOTOS + 6
"""With what cannot be used: its answer is kept too, that of an empty file among them."""
Record = dict[str, Any]


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Node, Node]]:
    with two_nodes(tmp_path_factory.mktemp("nodes")) as both:
        yield both


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder of parts, strange photos, copies, the same pixels in other bytes, and files that are no photos."""
    folder = tmp_path_factory.mktemp("photos")
    red, strange = part_photo(1.2), part_photo(0.0, 3, blueness=1.0)
    for number in range(UNIQUE_PHOTOS):
        photo = jpeg_bytes(part_photo(np.sin(number) * 1.2, number, size=64))
        (folder / f"{number:04d}.jpg").write_bytes(photo)
    others = {
        "0001 copy.jpg": (folder / "0001.jpg").read_bytes(),
        "0002 pixels.png": png_bytes(red),
        "0600 pixels.png": png_bytes(red, compress_level=1),
        "0500 half.jpg": jpeg_bytes(red)[:900],
        "0630 half.jpg": jpeg_bytes(red)[:900],
        "0300 strange.png": png_bytes(strange),
        "zz copy of the first.jpg": (folder / "0000.jpg").read_bytes(),
        "0100 empty.jpg": b"",
        "0200 page.jpg": b"<html>hello</html>",
    }
    for name, content in others.items():
        (folder / name).write_bytes(content)
    # Its content comes first where a later file is judged sooner.
    (folder / os.fsdecode(b"\xff no unicode.jpg")).write_bytes((folder / "0003.jpg").read_bytes())
    return folder


@dataclass(frozen=True)
class Run:
    """A ``classify`` that runs, and what it has written."""

    process: subprocess.Popen[bytes]
    out: Path
    errors: Path

    @property
    def lines(self) -> list[str]:
        return self.out.read_text().splitlines()

    def wait_for_first_line(self) -> None:
        """Wait until something is judged, and most is not."""
        wait_until(lambda: self.out.stat().st_size or self.process.poll() is not None, "a line", at_most_s=300)
        assert self.process.poll() is None, self.errors.read_text()

    def finish(self, *statuses: int) -> list[Record]:
        """Wait for the end, and give the records; without another status, it is that of files that cannot be used."""
        self.process.wait(timeout=300)
        assert self.process.returncode in (statuses or (3,)), self.errors.read_text()
        return [json.loads(line) for line in self.lines]


Start = Callable[..., Run]


@pytest.fixture(scope="module")
def start(photos: Path, tiny_models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Give a function that starts ``classify`` on the photos, with options, on a node or beside them."""
    folder = tmp_path_factory.mktemp("runs")
    running: list[Run] = []

    def started(*options: object, on: Node | None = None, environment: dict[str, str] | None = None) -> Run:
        command = [sys.executable, "-m", "defect_app", "classify", str(photos), "--model", "tiny"]
        command += ["--models-folder", str(tiny_models), *map(str, options)]
        if on is not None:
            command = on.command(*command, "--engine", "ray", "--address", f"{on.address}:{PORT}")
        out, errors = folder / f"{len(running)}.out", folder / f"{len(running)}.errors"
        with out.open("wb") as output, errors.open("wb") as said:
            env = {**os.environ, **(environment or {})}
            process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=said, env=env)
        running.append(Run(process, out, errors))
        return running[-1]

    yield started
    for run in running:
        if run.process.poll() is None:
            run.process.kill()
            run.process.wait()


@pytest.fixture(scope="module")
def local(start: Start) -> list[Record]:
    """Give the records of the local engine."""
    return start().finish()


@pytest.mark.timeout(700)
def test_a_killed_process_and_a_node_without_power_lose_nothing_and_repeat_nothing(
    nodes: tuple[Node, Node], start: Start, local: list[Record], tmp_path: Path
) -> None:
    options = ("--checkpoint", tmp_path / "checkpoint", "--parquet", tmp_path / "records.parquet")
    run = start(*options, on=nodes[0])
    run.wait_for_first_line()
    judging = nodes[0].processes("ray::MapWorker")
    for pid in judging:
        os.kill(pid, signal.SIGKILL)
    nodes[1].pull_the_plug()
    assert judging
    assert len(run.lines) < len(local), "both were lost in the middle"
    assert run.finish() == local
    assert len(local) == UNIQUE_PHOTOS + 10
    table = parquet.read_table(tmp_path / "records.parquet").to_pylist()
    assert [(row["number"], row["sha256"], row["verdict"], row["p_defect"]) for row in table] == [
        (number, r["sha256"], r["verdict"], r["p_defect"]) for number, r in enumerate(local, start=1)
    ]
    again = start(*options)
    assert again.finish() == local
    assert f"{CONTENTS} photos judged by earlier runs" in again.errors.read_text()


@pytest.mark.timeout(700)
def test_a_run_that_is_stopped_keeps_what_is_done_sends_nothing_and_the_other_engine_goes_on(
    start: Start, local: list[Record], tmp_path: Path
) -> None:
    # No address: Ray is started for this run, on this machine.
    options = ("--checkpoint", tmp_path / "checkpoint")
    audited = {"PYTHONPATH": str(ROOT / "tests" / "audited"), "AUDIT_REPORT": str(tmp_path / "report.txt")}
    (tmp_path / "home").mkdir()
    run = start("--engine", "ray", *options, environment={**audited, "HOME": str(tmp_path / "home")})
    run.wait_for_first_line()
    run.process.send_signal(signal.SIGINT)
    done = run.finish(130, 3)
    # Where this test is held up, Ray may be done before it is told to stop.
    stopped = run.process.returncode == 130
    assert ("Stopped. What is done is kept." in run.errors.read_text()) == stopped
    assert stopped or done == local
    assert done == local[: len(done)]
    assert not (tmp_path / "report.txt").exists(), (tmp_path / "report.txt").read_text()
    assert list((tmp_path / "home").rglob("*")) == []
    rest = start(*options)
    assert rest.finish() == local
    assert "judged by earlier runs" in rest.errors.read_text()


def test_an_address_where_no_ray_answers_is_said_at_once(start: Start) -> None:
    run = start("--engine", "ray", "--address", "127.0.0.1:1")
    assert run.finish(2) == []
    assert "No Ray answers at 127.0.0.1:1: Connection refused." in run.errors.read_text()


def test_without_ray_it_says_how_to_get_it(photos: Path, tiny_models: Path) -> None:
    code = "import sys; sys.modules['ray'] = None; from defect_app.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "classify", str(photos), "--model", "tiny", "--engine", "ray"]
    command += ["--models-folder", str(tiny_models)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 2
    assert "This needs ray, which is not installed. Install it with: make setup" in done.stderr
