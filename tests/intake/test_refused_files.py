"""Lines 1 to 9 and 23 of the hostile inputs: files that are no usable photo, and those that only look so."""

import random

import numpy as np
import pytest
from PIL import ImageFile

from defect_app.intake import ACCEPTED_IN_WORDS, MAX_BYTES
from tests.intake.expectations import accepted, rejected
from tests.photo_files import encoded, foreign_files, jpeg_bytes, photo_pixels, png_bytes, zip_bytes


def test_line_01_zero_bytes_are_rejected_as_an_empty_file() -> None:
    assert rejected(b"").reason == "empty file"


@pytest.mark.parametrize(
    "data",
    [
        b"These are words, not a photo.",
        b"<!DOCTYPE html><html><body>404 not found</body></html>",
        zip_bytes(),
        random.Random(0).randbytes(5000),
        b"\xff",
        b"BM but this is only text that begins like a bitmap",
        b"RIFF\x24\0\0\0WAVEfmt ",
    ],
    ids=["text", "web page", "zip", "random bytes", "one byte", "text like BMP", "sound in RIFF"],
)
def test_line_02_what_is_no_photo_is_rejected_whatever_its_name(data: bytes) -> None:
    assert rejected(data).reason.startswith("not a photo")


@pytest.mark.parametrize("name", ["photo.jpg", "photo", "photo.txt", ""])
def test_line_03_png_bytes_are_accepted_by_content_under_any_name(name: str) -> None:
    photo = accepted(png_bytes(), name)
    assert photo.format == "PNG"
    assert photo.name == name
    assert np.array_equal(photo.pixels, photo_pixels())


@pytest.mark.parametrize(("kind", "data"), foreign_files().items(), ids=foreign_files().keys())
@pytest.mark.parametrize("name", ["photo.jpg", "photo.tif", "photo"])
def test_line_04_other_picture_formats_are_rejected_with_the_accepted_ones_named(
    kind: str, data: bytes, name: str
) -> None:
    assert ACCEPTED_IN_WORDS in rejected(data, name).reason


@pytest.mark.parametrize("tail", [b"<html><script>alert(1)</script></html>", zip_bytes()], ids=["HTML", "ZIP"])
def test_line_05_a_polyglot_is_accepted_for_its_pixels_alone(tail: bytes) -> None:
    photo = accepted(jpeg_bytes() + tail)
    assert np.array_equal(photo.pixels, accepted(jpeg_bytes()).pixels)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.98])
@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "BMP", "AVIF", "HEIF"])
def test_line_06_a_truncated_photo_is_rejected_as_incomplete(format_name: str, share: float) -> None:
    whole = encoded(photo_pixels(), format_name)
    reason = rejected(whole[: int(len(whole) * share)]).reason
    assert reason.startswith("incomplete file")


def test_line_06_a_truncated_progressive_jpeg_is_rejected_as_incomplete() -> None:
    whole = jpeg_bytes(progressive=True)
    assert rejected(whole[: len(whole) // 2]).reason.startswith("incomplete file")


def test_line_06_pillow_is_not_told_to_accept_truncated_files() -> None:
    accepted(jpeg_bytes())
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (16, 16), (31, 100), (100, 31)])
@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "BMP", "AVIF"])
def test_line_09_a_side_under_32_pixels_is_rejected_as_too_small(format_name: str, size: tuple[int, int]) -> None:
    reason = rejected(encoded(photo_pixels(*size), format_name)).reason
    assert reason.startswith("too small")
    assert f"{size[1]} x {size[0]}" in reason


def test_line_09_a_heic_icon_is_rejected_as_too_small() -> None:
    assert rejected(encoded(photo_pixels(16, 16), "HEIF")).reason.startswith("too small: 16 x 16")


def test_line_09_a_side_of_32_pixels_is_enough() -> None:
    assert accepted(png_bytes(photo_pixels(32, 32))).pixels.shape == (32, 32, 3)


def test_line_23_a_26_megabyte_file_is_refused_with_its_size_and_the_limit() -> None:
    reason = rejected(jpeg_bytes() + bytes(26_000_000 - len(jpeg_bytes()))).reason
    assert "26.0 MB" in reason
    assert f"{MAX_BYTES // 1_000_000} MB" in reason
