"""Lines 16 to 18 of the hostile inputs: several frames, phone formats, unusual JPEGs."""

import struct
from typing import Any

import pytest

from defect_app.intake import Photo, read_photo
from tests.intake.expectations import accepted, difference, rejected
from tests.photo_files import animation_bytes, encoded, jpeg_bytes, photo_pixels


@pytest.mark.parametrize("format_name", ["WEBP", "PNG", "AVIF", "MPO"])
def test_line_16_the_first_frame_of_several_is_taken_and_noted(format_name: str) -> None:
    frames = [photo_pixels(seed=seed) for seed in range(3)]
    photo = accepted(animation_bytes(format_name, frames))
    assert difference(photo.pixels, frames[0]) < 5
    assert photo.notes in (("first frame of an animation",), ("first of 3 pictures in the file",))


def test_line_16_a_number_of_pictures_that_the_index_does_not_list_is_not_told() -> None:
    burst = animation_bytes("MPO", [photo_pixels(seed=seed) for seed in range(3)])
    entry = struct.pack("<HHII", 0xB001, 4, 1, 3)
    assert burst.count(entry) == 1
    photo = accepted(burst.replace(entry, struct.pack("<HHII", 0xB001, 4, 1, 2**32 - 1)))
    assert photo.notes == ()


@pytest.mark.parametrize(("pillow_name", "format_name"), [("HEIF", "HEIC"), ("AVIF", "AVIF")])
def test_line_17_heic_and_avif_are_accepted(pillow_name: str, format_name: str) -> None:
    photo = accepted(encoded(photo_pixels(), pillow_name, quality=90), "photo.jpg")
    assert photo.format == format_name
    assert difference(photo.pixels, photo_pixels()) < 5


@pytest.mark.parametrize(
    "options",
    [
        {"progressive": True},
        {"subsampling": "4:1:1"},
        {"subsampling": "4:4:4"},
        {"restart_marker_blocks": 3},
        {"optimize": True},
    ],
    ids=["progressive", "4:1:1", "4:4:4", "restart markers", "optimised"],
)
def test_line_18_unusual_but_valid_jpegs_are_accepted(options: dict[str, Any]) -> None:
    assert difference(accepted(jpeg_bytes(**options)).pixels, photo_pixels()) < 5


def test_line_18_a_jpeg_that_says_arithmetic_coding_gets_an_answer() -> None:
    data = bytearray(jpeg_bytes())
    data[data.index(b"\xff\xc0") + 1] = 0xC9
    result = read_photo(bytes(data), "arithmetic.jpg")
    assert result.pixels.shape == (96, 128, 3) if isinstance(result, Photo) else result.reason


def test_line_18_a_jpeg_of_12_bits_is_rejected_with_a_reason() -> None:
    data = bytearray(jpeg_bytes())
    data[data.index(b"\xff\xc0") + 4] = 12
    assert "12-bit" in rejected(bytes(data)).reason
