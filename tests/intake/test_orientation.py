"""Lines 10 and 11 of the hostile inputs: photos that a camera stored turned."""

import zlib

import numpy as np
import pytest

from tests.intake.expectations import accepted, difference
from tests.photo_files import encoded, exif_block, photo_pixels, png_chunk, png_with_chunks, stored_pixels, turned_file


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(
    ("format_name", "options"), [("PNG", {}), ("WEBP", {"lossless": True})], ids=["PNG", "lossless WebP"]
)
@pytest.mark.parametrize("least_side", [None, 20])
def test_line_10_every_exif_orientation_gives_bit_equal_upright_pixels(
    format_name: str, options: dict[str, bool], orientation: int, least_side: int | None
) -> None:
    upright = photo_pixels(91, 133)
    photo = accepted(turned_file(upright, orientation, format_name, **options), least_side=least_side)
    assert (photo.width, photo.height) == (133, 91)
    if least_side is None:
        assert np.array_equal(photo.pixels, upright)
    else:
        unturned = accepted(encoded(upright, format_name, **options), least_side=least_side)
        assert unturned.pixels.shape == (45, 66, 3)
        assert np.array_equal(photo.pixels, unturned.pixels)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_name", ["JPEG", "AVIF", "HEIF"])
def test_line_10_every_exif_orientation_gives_upright_pixels_in_lossy_formats(
    format_name: str, orientation: int
) -> None:
    upright = photo_pixels(96, 160)
    photo = accepted(turned_file(upright, orientation, format_name, quality=95))
    assert (photo.width, photo.height) == (160, 96)
    assert difference(photo.pixels, upright) < 5


def test_line_10_an_orientation_that_imagemagick_wrote_as_text_in_a_png_is_applied() -> None:
    block = exif_block(6)
    text = f"\nexif\n{len(block):8}\n{block.hex()}\n".encode()
    chunk = png_chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(text))
    data = png_with_chunks([chunk], stored_pixels(photo_pixels(), 6))
    assert np.array_equal(accepted(data).pixels, photo_pixels())


@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0",
        b"Exif\0\0XX*\0\x08\0\0\0",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0MM\0*\0\0\0\x08\xff\xff",
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x09\0\0\0",
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x02\0\xff\xff\xff\xff\x06\0\0\0",
        exif_block(6)[:-16],
    ],
    ids=["empty", "no byte order", "offset beyond end", "too many entries", "orientation 9", "wrong type", "cut off"],
)
@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP"])
def test_line_11_malformed_exif_leaves_the_photo_as_stored(format_name: str, exif: bytes) -> None:
    photo = accepted(encoded(photo_pixels(), format_name, exif=exif, quality=95))
    assert difference(photo.pixels, photo_pixels()) < 5
