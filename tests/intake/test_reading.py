"""Reading at a reduced scale, and what every accepted photo has in common."""

import cv2
import numpy as np
import pytest

from defect_app.intake import Photo, content_hash, fit_to_input, read_photo
from tests.photo_files import encoded, jpeg_bytes, photo_pixels, png_bytes


def read(data: bytes, least_side: int | None = None) -> Photo:
    photo = read_photo(data, "photo", least_side=least_side)
    assert isinstance(photo, Photo), photo
    return photo


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize("least_side", [16, 30, 50, 75, 100, 149, 150, 151, 300, 1000])
@pytest.mark.parametrize("size", [(300, 401), (601, 300)])
def test_a_reduced_photo_never_goes_below_twice_the_input(
    format_name: str, least_side: int, size: tuple[int, int]
) -> None:
    photo = read(encoded(photo_pixels(*size), format_name), least_side)
    assert (photo.height, photo.width) == size
    assert min(photo.pixels.shape[:2]) >= min(2 * least_side, 300)
    if min(size) >= 4 * least_side:
        assert photo.pixels.shape[0] * 2 <= size[0] + 1
    if min(size) < 4 * least_side:
        assert photo.pixels.shape[:2] == size


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("fit", ["stretch", "letterbox", "crop"])
def test_a_reduced_photo_gives_almost_the_input_of_the_full_one(format_name: str, fit: str) -> None:
    smooth = cv2.resize(photo_pixels(192, 256), (2043, 1531), interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    data = encoded(smooth, format_name, quality=90)
    inputs = [
        fit_to_input(read(data, side).pixels, height=160, width=160, fit=fit).astype(int)  # type: ignore[arg-type]
        for side in (None, 160)
    ]
    assert read(data, 160).pixels.shape[0] < 600
    assert np.abs(inputs[0] - inputs[1]).mean() < 1
    assert np.percentile(np.abs(inputs[0] - inputs[1]), 99) <= 4


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "BMP", "AVIF", "HEIF"])
def test_pixels_are_rgb_bytes_that_nobody_can_change(format_name: str) -> None:
    data = encoded(photo_pixels(), format_name)
    photo = read(data)
    assert photo.pixels.dtype == np.uint8
    assert photo.pixels.shape == (96, 128, 3)
    assert photo.sha256 == content_hash(data)
    with pytest.raises(ValueError, match="read-only"):
        photo.pixels[0, 0, 0] = 1


def test_a_small_file_is_told_apart_from_its_copy_with_one_changed_byte() -> None:
    assert content_hash(b"a") != content_hash(b"b")
    assert len(content_hash(b"")) == 64


def test_the_bytes_may_come_as_a_buffer() -> None:
    assert np.array_equal(read(bytearray(png_bytes())).pixels, photo_pixels())  # type: ignore[arg-type]
    assert np.array_equal(read(memoryview(png_bytes())).pixels, photo_pixels())  # type: ignore[arg-type]


def test_a_large_photo_converted_in_strips_equals_one_converted_whole() -> None:
    pixels = photo_pixels(2100, 2500)
    assert np.array_equal(read(png_bytes(pixels, compress_level=1)).pixels, pixels)


def test_a_grey_jpeg_is_reduced_while_decoding_too() -> None:
    assert read(jpeg_bytes(photo_pixels(800, 800)[..., 0]), 100).pixels.shape == (200, 200, 3)


def test_an_impossible_least_side_is_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match="got 0"):
        read_photo(png_bytes(), "photo", least_side=0)
