"""Lines 7 and 8: what a file may cost, measured in a process of its own so that the peak is the file's alone."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.photo_files import (
    black_png_bytes,
    encoded,
    huge_png_header,
    jpeg_bytes,
    png_chunk,
    png_with_chunks,
    text_bomb_png,
    with_last_pass_repeated,
)

MAX_SECONDS = 5
MAX_EXTRA_MB = 500

_MEASURE = """
import json, pathlib, sys, time
from defect_app.intake import Photo, read_photo

def memory_mb(field):
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024

data = pathlib.Path(sys.argv[1]).read_bytes()
before, start, busy = memory_mb("VmRSS"), time.perf_counter(), time.process_time()
result = read_photo(data, "photo", least_side=int(sys.argv[2]) or None)
# The lesser of the two, so that neither a busy machine nor a decoder with several threads counts against the file.
seconds = min(time.perf_counter() - start, time.process_time() - busy)
print(json.dumps({
    "seconds": seconds,
    "extra_mb": memory_mb("VmHWM") - before,
    "reason": None if isinstance(result, Photo) else result.reason,
    "size": [result.width, result.height] if isinstance(result, Photo) else None,
    "shape": result.pixels.shape if isinstance(result, Photo) else None,
}))
"""


def measured(data: bytes, folder: Path, least_side: int = 0) -> dict[str, Any]:
    """Read a photo in a fresh process; its time and memory must be within the limits."""
    path = folder / "photo"
    path.write_bytes(data)
    command = [sys.executable, "-c", _MEASURE, str(path), str(least_side)]
    outcome: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    assert outcome["seconds"] < MAX_SECONDS, outcome
    assert outcome["extra_mb"] < MAX_EXTRA_MB, outcome
    return outcome


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: huge_png_header(50_000, 50_000), "2500.0 megapixels"),
        (lambda: black_png_bytes(13_000, 13_000), "169.0 megapixels"),
        (text_bomb_png, "unpacks to more"),
        (lambda: huge_png_header(2**31 - 1, 2**31 - 1), "too large"),
        (lambda: png_with_chunks([png_chunk(b"tEXt", b"")] * 500_000), "too many parts"),
        (lambda: b"\xff\xd8" + b"\xff\xfe\0\2" * 5_000_000, "too many parts"),
        (lambda: b"\xff\xd8\xff" + bytes(24_000_000), "incomplete"),
    ],
    ids=["1-bit PNG", "grey PNG", "text in PNG", "largest PNG", "chunks of PNG", "segments of JPEG", "void in JPEG"],
)
def test_line_07_a_bomb_is_rejected_from_its_header(make: Callable[[], bytes], words: str, tmp_path: Path) -> None:
    outcome = measured(make(), tmp_path)
    assert words in str(outcome["reason"])
    assert outcome["extra_mb"] < 100
    assert outcome["seconds"] < 1


def test_line_07_a_jpeg_of_very_many_passes_is_rejected(tmp_path: Path) -> None:
    pixels = np.zeros((5000, 8000), np.uint8)
    bomb = with_last_pass_repeated(encoded(pixels, "JPEG", progressive=True), 500)
    assert "passes" in str(measured(bomb, tmp_path)["reason"])


def test_line_08_a_51_megapixel_jpeg_is_rejected(tmp_path: Path) -> None:
    outcome = measured(jpeg_bytes(np.zeros((6375, 8000, 3), np.uint8)), tmp_path)
    assert "51.0 megapixels" in str(outcome["reason"])
    assert outcome["extra_mb"] < 50


@pytest.mark.parametrize(
    ("least_side", "progressive"),
    [(0, False), (224, False), (0, True)],
    ids=["full scale", "reduced", "progressive"],
)
def test_line_08_a_50_megapixel_jpeg_is_accepted(least_side: int, progressive: bool, tmp_path: Path) -> None:
    file = jpeg_bytes(np.zeros((6250, 8000, 3), np.uint8), orientation=6, progressive=progressive)
    outcome = measured(file, tmp_path, least_side)
    assert outcome["size"] == [8000, 6250]
    assert outcome["shape"] == ([782, 1000, 3] if least_side else [6250, 8000, 3])


@pytest.mark.parametrize(
    ("format_name", "mode", "size"),
    [
        ("PNG", "RGBA", (8000, 6250)),
        ("PNG", "I;16", (8000, 6250)),
        ("WEBP", "RGBA", (6000, 4166)),
        ("AVIF", "RGBA", (6000, 4166)),
    ],
)
def test_line_08_the_largest_photo_of_each_format_stays_within_the_limits(
    format_name: str, mode: str, size: tuple[int, int], tmp_path: Path
) -> None:
    options = {"WEBP": {"method": 0}, "AVIF": {"speed": 10}}.get(format_name, {"compress_level": 1})
    outcome = measured(encoded(Image.new(mode, size), format_name, **options), tmp_path, 224)
    assert outcome["size"] == list(size)


@pytest.mark.parametrize(("format_name", "size"), [("WEBP", (6000, 4200)), ("AVIF", (6000, 4200))])
def test_line_08_a_format_whose_decoder_needs_more_memory_has_a_lower_ceiling(
    format_name: str, size: tuple[int, int], tmp_path: Path
) -> None:
    options = {"WEBP": {"method": 0}, "AVIF": {"speed": 10}}[format_name]
    outcome = measured(encoded(Image.new("RGB", size), format_name, **options), tmp_path)
    assert "megapixels" in str(outcome["reason"])


def test_hostile_44_a_photo_far_longer_than_wide_is_refused_from_its_header(tmp_path: Path) -> None:
    outcome = measured(black_png_bytes(32, 1_500_000), tmp_path, 224)
    assert outcome["reason"] == ("too long and narrow: 32 x 1500000 pixels, one side may be at most 50 times the other")
    assert outcome["extra_mb"] < 50


@pytest.mark.parametrize("size", [(200, 9000), (9000, 200), (40, 2000)], ids=str)
def test_hostile_51_a_long_photo_is_accepted(size: tuple[int, int], tmp_path: Path) -> None:
    assert measured(black_png_bytes(*size), tmp_path, 224)["size"] == list(size)
