"""The JPEG that stands for a photo on screen."""

import io

import numpy as np
import pytest
from PIL import Image

from defect_app.intake import Photo, encode_jpeg, read_photo
from tests.photo_files import jpeg_bytes, photo_pixels


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data), formats=("JPEG",))


def test_the_jpeg_shows_the_same_colours() -> None:
    shown = np.asarray(opened(encode_jpeg(photo_pixels(), quality=95)))
    assert np.abs(shown.astype(int) - photo_pixels()).mean() < 4


@pytest.mark.parametrize(
    ("longest_side", "size"), [(64, (64, 48)), (128, (128, 96)), (1000, (128, 96)), (None, (128, 96))]
)
def test_the_longest_side_is_limited_and_small_photos_are_not_enlarged(
    longest_side: int | None, size: tuple[int, int]
) -> None:
    assert opened(encode_jpeg(photo_pixels(96, 128), longest_side=longest_side)).size == size


def test_a_very_long_photo_keeps_at_least_one_pixel() -> None:
    assert opened(encode_jpeg(photo_pixels(32, 5000), longest_side=100)).size == (100, 1)


def test_nothing_of_the_uploaded_bytes_is_shown_again() -> None:
    secret = b"<script>alert(1)</script>"
    photo = read_photo(jpeg_bytes(comment=secret) + secret, "photo.jpg")
    assert isinstance(photo, Photo)
    assert secret not in encode_jpeg(photo.pixels)


def test_pixels_of_another_kind_are_refused() -> None:
    with pytest.raises(ValueError, match="expected uint8 pixels"):
        encode_jpeg(np.zeros((9, 9, 3), np.float32))
