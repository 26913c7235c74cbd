"""HOSTILE 44: what one request adds to the memory of a server of its own, whatever it holds."""

from __future__ import annotations

import subprocess
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.model_folders import TinyNetwork, make_model_folder, part_photo
from tests.photo_files import jpeg_bytes, png_chunk, png_header

MOST_ADDED_MB = 300

# Bound to two cores: how much may be in use at once grows with them.
_SERVER = """
import os, socket, sys
from pathlib import Path
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
import uvicorn
from defect_app.hosting.local_model_host import LocalModelHost
from defect_app.serving.api import create_api

listening = socket.socket()
listening.bind(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
config = uvicorn.Config(create_api(LocalModelHost(Path(sys.argv[1]))), log_level="error")
uvicorn.Server(config).run([listening])
"""


@dataclass(frozen=True)
class ApiServer:
    """A running server: where it listens, and its process."""

    port: int
    pid: int

    def memory_mb(self, field: str) -> float:
        lines = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024

    def classify(self, files: list[bytes]) -> list[dict[str, object]]:
        sent = [("files", (f"{n}", data, "application/octet-stream")) for n, data in enumerate(files)]
        answer = httpx.post(f"http://127.0.0.1:{self.port}/classify?model=tiny", files=sent, timeout=150)
        assert answer.status_code == 200
        found: list[dict[str, object]] = answer.json()
        return found

    def added_mb(self, files: list[bytes]) -> tuple[float, list[dict[str, object]]]:
        """Return the peak above what was there before, and the records."""
        self.classify([jpeg_bytes(part_photo(1.0))])
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")  # the peak is counted from now on
        before = self.memory_mb("VmRSS")
        records = self.classify(files)
        return self.memory_mb("VmHWM") - before, records


@pytest.fixture
def api_server(tmp_path: Path) -> Iterator[ApiServer]:
    # So large an input that narrow photos are not reduced when they are decoded.
    make_model_folder(tmp_path, "tiny", network=TinyNetwork(size=512), familiarity=False)
    process = subprocess.Popen([sys.executable, "-c", _SERVER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield ApiServer(int(process.stdout.readline()), process.pid)
    finally:
        process.terminate()
        process.wait(300)
        process.stdout.close()


def rgb_pngs(width: int, height: int, count: int) -> list[bytes]:
    """Return PNGs of one colour that differ in a comment alone."""
    pixels = zlib.compress((b"\0" + bytes((120, 90, 60)) * width) * height, 1)
    start, end = png_header(width, height), png_chunk(b"IDAT", pixels) + png_chunk(b"IEND", b"")
    return [start + png_chunk(b"tEXt", b"Comment\0%d" % n) + end for n in range(count)]


def test_hostile_44_very_narrow_photos_are_refused_one_by_one(api_server: ApiServer) -> None:
    added, records = api_server.added_mb(rgb_pngs(32, 1_500_000, 25))
    assert all("too long and narrow: 32 x 1500000" in str(record["reason"]) for record in records)
    assert added < MOST_ADDED_MB


def test_hostile_44_photos_that_are_not_reduced_are_judged_in_bounded_memory(api_server: ApiServer) -> None:
    added, records = api_server.added_mb(rgb_pngs(700, 34_000, 12))
    assert [record["frame"] for record in records] == [[0, 0, 700, 34_000]] * 12
    assert added < MOST_ADDED_MB, "their pixels together are 860 MB"


def test_large_files_are_read_when_their_turn_comes(api_server: ApiServer) -> None:
    photo = jpeg_bytes(part_photo(1.0))
    added, records = api_server.added_mb([photo + bytes(24_000_000) + bytes([n]) for n in range(16)])
    assert {record["verdict"] for record in records} == {"REJECT"}
    assert added < MOST_ADDED_MB, "together they are 384 MB"
