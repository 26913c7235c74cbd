"""HOSTILE 47: a lack of memory is called so, whatever a decoder makes of it, and never taken for damage."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from defect_app.intake import read_photo
from defect_app.intake.failures import is_memory_error
from tests.photo_files import encoded, png_bytes

_READ_UNDER_LIMITS = """
import json, pathlib, resource, sys
from defect_app.intake import Photo, read_photo

lines = pathlib.Path("/proc/self/status").read_text().splitlines()
size = next(int(line.split()[1]) for line in lines if line.startswith("VmSize")) * 1024
data = pathlib.Path(sys.argv[1]).read_bytes()
outcomes = {}
for extra_mb in (2, 10, 30, 60, 100, 150, 4000):
    resource.setrlimit(resource.RLIMIT_AS, (size + extra_mb * 1_000_000, resource.RLIM_INFINITY))
    result = read_photo(data, "photo", least_side=224)
    outcomes[extra_mb] = "photo" if isinstance(result, Photo) else result.reason
print(json.dumps(outcomes))
"""


@pytest.mark.parametrize(
    ("format_name", "options"),
    [
        ("PNG", {"compress_level": 1}),
        ("JPEG", {}),
        ("JPEG", {"progressive": True}),
        ("WEBP", {"method": 0}),
        ("AVIF", {"speed": 10}),
        ("HEIF", {}),
        ("BMP", {}),
    ],
    ids=["PNG", "JPEG", "progressive JPEG", "WebP", "AVIF", "HEIC", "BMP"],
)
def test_hostile_47_under_every_limit_a_sound_photo_is_read_or_refused_for_memory(
    format_name: str, options: dict[str, object], tmp_path: Path
) -> None:
    size = (2500, 2000) if format_name == "BMP" else (4000, 3000)
    (tmp_path / "photo").write_bytes(encoded(Image.new("RGB", size, (90, 120, 60)), format_name, **options))
    command = [sys.executable, "-c", _READ_UNDER_LIMITS, str(tmp_path / "photo")]
    outcomes = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    assert set(outcomes.values()) <= {"photo", "not enough memory on this machine for this photo"}
    assert outcomes["4000"] == "photo"
    assert outcomes["2"] != "photo"


@pytest.mark.parametrize(
    ("error", "short"),
    [
        (MemoryError(), True),
        (OSError(12, "Cannot allocate memory"), True),
        (OSError("out of memory error when reading image file"), True),
        (RuntimeError("Memory allocation error: Unspecified: Allocating 5024015 bytes failed"), True),
        (OSError("broken data stream when reading image file"), False),
        (OSError(5, "Input/output error"), False),
    ],
)
def test_libraries_say_in_many_ways_that_memory_was_short(error: Exception, short: bool) -> None:
    assert is_memory_error(error) is short


def test_a_damaged_file_is_still_called_damaged_where_there_is_memory() -> None:
    data = bytearray(png_bytes(np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)))
    data[200] ^= 0xFF
    refused = read_photo(bytes(data), "photo")
    assert "damaged" in getattr(refused, "reason", "")
