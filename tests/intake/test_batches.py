"""Lines 19 to 25 of the hostile inputs, as far as intake goes: names, duplicates, folders, threads."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from defect_app.intake import PhotoListing, display_name, is_system_file, list_photos, spreadsheet_safe
from tests.intake.expectations import accepted
from tests.photo_files import (
    WIDE_PRIMARIES,
    encoded,
    icc_profile_bytes,
    jpeg_bytes,
    photo_pixels,
    png_bytes,
    webp_bytes,
)


def test_line_19_one_name_with_two_contents_gives_two_identities() -> None:
    first, second = (
        accepted(png_bytes(photo_pixels(seed=1)), "a.png"),
        accepted(png_bytes(photo_pixels(seed=2)), "a.png"),
    )
    assert first.name == second.name
    assert first.sha256 != second.sha256


def test_line_20_one_content_under_two_names_gives_one_identity() -> None:
    first, second = accepted(png_bytes(), "a.png"), accepted(png_bytes(), "b.png")
    assert first.sha256 == second.sha256
    assert (first.name, second.name) == ("a.png", "b.png")


HOSTILE_NAMES = [
    "../../x.png",
    "a\0b.png",
    "photo\u202egpj.exe",
    "\u2066\u2067x\u2069.png",
    "📷👩‍🔧.png",
    "n" * 300 + ".jpeg",
    "<script>alert(1)</script>.png",
    "=cmd|'/c calc'!A1.png",
    "line\nbreak\r\t.png",
    "\ud800.png",
    " \u200b ",
]


@pytest.mark.parametrize("name", HOSTILE_NAMES, ids=range(len(HOSTILE_NAMES)))
def test_line_21_any_name_is_kept_as_data_and_shown_safely(name: str) -> None:
    assert accepted(png_bytes(), name).name == name
    shown = display_name(name)
    assert 0 < len(shown) <= 60
    assert not set(shown) & set("\0\n\r\t\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200b")
    shown.encode("utf-8")


@pytest.mark.parametrize("name", ["=cmd()", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "\n@x", "＝1"])
def test_line_21_a_name_that_begins_a_formula_is_safe_in_a_spreadsheet(name: str) -> None:
    assert spreadsheet_safe(name) == "'" + name


def test_line_24_system_files_in_a_folder_are_skipped_and_counted(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    kept = [tmp_path / "a.jpg", tmp_path / "inner" / "b.png"]
    for path in [*kept, tmp_path / ".DS_Store", tmp_path / "inner" / "Thumbs.db", tmp_path / "desktop.ini"]:
        path.write_bytes(b"x")
    assert list_photos([tmp_path]) == PhotoListing(tuple(kept), 3)
    assert is_system_file("folder/.DS_Store")
    assert not is_system_file("folder/photo.jpg")


def test_line_25_eight_threads_get_the_same_bits_as_a_serial_run() -> None:
    wide = icc_profile_bytes(gamma=2.2, primaries=WIDE_PRIMARIES)
    files = [
        data
        for seed in range(8)
        for pixels in [photo_pixels(280, 300, seed)]
        for data in (
            jpeg_bytes(pixels, orientation=1 + seed % 8, icc_profile=wide),
            png_bytes(pixels),
            webp_bytes(pixels),
            encoded(pixels, "HEIF"),
            encoded(pixels, "AVIF"),
        )
    ]
    serial = [accepted(data, least_side=64).pixels for data in files]
    with ThreadPoolExecutor(8) as pool:
        threaded = list(pool.map(lambda data: accepted(data, least_side=64).pixels, files))
    assert all(np.array_equal(one, other) for one, other in zip(serial, threaded, strict=True))
