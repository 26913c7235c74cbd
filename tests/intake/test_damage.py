"""Files that are damaged in the middle: what a decoder makes up for is refused, or looked at by a person."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from defect_app.intake import Photo, Rejection, read_photo
from defect_app.intake.integrity import CONSTANT_TAIL, MOSAIC
from tests.intake.expectations import accepted
from tests.photo_files import Pixels, cmyk_jpeg_bytes, encoded, jpeg_bytes, photo_pixels, webp_bytes


def scan_start(jpeg: bytes) -> int:
    """Return where the coded picture data of a baseline JPEG begin."""
    start = jpeg.rindex(b"\xff\xda")
    return start + 2 + int.from_bytes(jpeg[start + 2 : start + 4], "big")


def overwritten(data: bytes, at: int, content: bytes) -> bytes:
    return data[:at] + content + data[at + len(content) :]


@pytest.mark.parametrize("zeros", [512, 4096])
@pytest.mark.parametrize("least_side", [None, 64])
def test_a_jpeg_whose_scan_holds_zeros_is_refused_as_damaged(zeros: int, least_side: int | None) -> None:
    data = jpeg_bytes(photo_pixels(300, 300), quality=95)
    begin, end = scan_start(data), len(data) - 2 - zeros
    places = np.linspace(begin, end, 12).astype(int)
    results = [read_photo(overwritten(data, int(at), bytes(zeros)), "part.jpg", least_side=least_side) for at in places]
    refused = [r for r in results if isinstance(r, Rejection)]
    assert len(refused) >= 11
    assert all("picture data are corrupt" in r.reason or "incomplete" in r.reason for r in refused)


def test_a_cmyk_jpeg_whose_scan_holds_zeros_is_refused_too() -> None:
    data = cmyk_jpeg_bytes(photo_pixels(300, 300))
    result = read_photo(overwritten(data, scan_start(data) + 2000, bytes(512)), "part.jpg")
    assert isinstance(result, Rejection)
    assert "corrupt" in result.reason


@pytest.mark.parametrize("filling", [b"\0" * 40, b"\xff" * 40], ids=["zeros", "fill bytes"])
def test_padding_before_the_end_of_a_sound_jpeg_is_no_damage(filling: bytes) -> None:
    data = jpeg_bytes()
    assert np.array_equal(accepted(data[:-2] + filling + data[-2:]).pixels, accepted(data).pixels)


def test_an_unusual_header_is_no_damage() -> None:
    data = bytearray(jpeg_bytes())
    data[11] = 9  # a revision of JFIF that nobody has written
    assert np.array_equal(accepted(bytes(data)).pixels, accepted(jpeg_bytes()).pixels)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}, {"subsampling": "4:2:0"}], ids=str)
@pytest.mark.parametrize("size", [(300, 300), (301, 407), (1203, 1601)], ids=str)
def test_pixels_are_those_of_pillow_to_the_bit(options: dict[str, Any], size: tuple[int, int]) -> None:
    data = jpeg_bytes(photo_pixels(*size), **options)
    assert np.array_equal(accepted(data).pixels, np.asarray(Image.open(io.BytesIO(data)).convert("RGB")))
    for least_side in (24, 33, 64, 224):
        drafted = Image.open(io.BytesIO(data))
        drafted.draft(None, (2 * least_side, 2 * least_side))
        expected = np.asarray(drafted.convert("RGB"))
        if min(expected.shape[:2]) < 4 * least_side:  # else it is reduced further
            assert np.array_equal(accepted(data, least_side=least_side).pixels, expected)


def bmp_with_zero_tail(share: float) -> bytes:
    data = encoded(photo_pixels(200, 240), "BMP")
    missing = round(share * len(data))
    return data[:-missing] + bytes(missing)


def heic_like(pixels: Pixels) -> bytes:
    return encoded(pixels, "HEIF", quality=95)


def test_a_bmp_whose_last_bytes_are_zero_is_left_to_a_person() -> None:
    photo = accepted(bmp_with_zero_tail(0.05))
    assert photo.doubt == CONSTANT_TAIL
    assert accepted(encoded(photo_pixels(200, 240), "BMP")).doubt == ""


@pytest.mark.parametrize("format_name", ["HEIF", "WEBP", "AVIF"])
def test_a_constant_tail_is_doubted_in_each_format_without_checksums(format_name: str) -> None:
    pixels = photo_pixels(200, 240).copy()
    pixels[-20:] = 0
    options = {"lossless": True} if format_name == "WEBP" else {"quality": -1 if format_name == "HEIF" else 100}
    if format_name == "AVIF":
        options["subsampling"] = "4:4:4"  # type: ignore[assignment]
    assert accepted(encoded(pixels, format_name, **options)).doubt == CONSTANT_TAIL
    assert accepted(webp_bytes()).doubt == ""


def test_a_photo_of_one_colour_has_no_tail() -> None:
    assert accepted(encoded(np.full((64, 64, 3), 7, np.uint8), "BMP")).doubt == ""


@pytest.mark.parametrize("bits", [8, 12])
def test_a_mosaic_of_sensor_data_is_recognised(bits: int) -> None:
    colours = photo_pixels(128, 160).astype(np.float64) * np.array([1.0, 0.55, 0.3])
    mosaic = np.empty((128, 160))
    mosaic[::2, ::2], mosaic[1::2, 1::2] = colours[::2, ::2, 0], colours[1::2, 1::2, 2]
    mosaic[::2, 1::2], mosaic[1::2, ::2] = colours[::2, 1::2, 1], colours[1::2, ::2, 1]
    scaled = mosaic if bits == 8 else mosaic * 4095 / 255
    stored = scaled.astype(np.uint8 if bits == 8 else np.uint16)
    assert accepted(encoded(Image.fromarray(stored), "PNG")).doubt == MOSAIC
    assert accepted(encoded(photo_pixels(128, 160)[..., 0], "PNG")).doubt == ""


def test_a_photo_that_is_sound_has_no_doubt() -> None:
    for data in (jpeg_bytes(), encoded(photo_pixels(), "PNG"), webp_bytes()):
        photo = accepted(data)
        assert isinstance(photo, Photo)
        assert photo.doubt == ""
