"""Line 33 of the hostile inputs: baseline TIFF, and no other."""

import io
import struct
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from defect_app.intake import Rejection, read_photo
from tests.intake.expectations import accepted
from tests.photo_files import encoded, exif_block, photo_pixels, stored_pixels

GREY = photo_pixels()[..., 0]


@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_adobe_deflate", "tiff_deflate"])
@pytest.mark.parametrize("pixels", [photo_pixels(), GREY], ids=["RGB", "grey"])
@pytest.mark.parametrize("least_side", [None, 24])
def test_eight_bits_are_accepted(compression: str | None, pixels: np.ndarray, least_side: int | None) -> None:
    photo = accepted(encoded(pixels, "TIFF", compression=compression), least_side=least_side)
    png = accepted(encoded(pixels, "PNG"), least_side=least_side)
    assert photo.format == "TIFF"
    assert np.array_equal(photo.pixels, png.pixels)


@pytest.mark.parametrize("compression", [1, 5, 8])
@pytest.mark.parametrize("bits", [12, 16])
@pytest.mark.parametrize("colour", [True, False], ids=["RGB", "grey"])
def test_sixteen_bits_are_scaled_by_the_bits_in_use(compression: int, bits: int, colour: bool) -> None:
    eight = photo_pixels() if colour else GREY
    top = (1 << bits) - 1
    deep = np.rint(eight.astype(np.float64) * top / 255).astype(np.uint16)
    deep.flat[0] = top
    stored = deep[..., ::-1] if colour else deep
    data = cv2.imencode(".tiff", stored, [cv2.IMWRITE_TIFF_COMPRESSION, compression])[1].tobytes()
    pixels = accepted(data).pixels
    expected = eight if colour else np.dstack([eight] * 3)
    assert np.abs(pixels.astype(int) - expected)[1:].max() <= 1
    assert f"deep picture, {bits} bits in use, scaled to 8" in accepted(data).notes


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_is_applied_once(orientation: int) -> None:
    pixels = photo_pixels()
    picture = Image.fromarray(stored_pixels(pixels, orientation))
    buffer = io.BytesIO()
    picture.save(buffer, "TIFF", tiffinfo={274: orientation})
    photo = accepted(buffer.getvalue())
    assert np.array_equal(photo.pixels, pixels)
    assert (photo.width, photo.height) == (128, 96)
    assert exif_block(orientation)


def test_of_several_pages_the_first_is_taken_and_said() -> None:
    pages = [Image.fromarray(photo_pixels(seed=seed)) for seed in range(3)]
    buffer = io.BytesIO()
    pages[0].save(buffer, "TIFF", save_all=True, append_images=pages[1:])
    photo = accepted(buffer.getvalue())
    assert np.array_equal(photo.pixels, photo_pixels())
    assert "first of 3 pictures in the file" in photo.notes


def tag_changed(tag: int, value: int, **options: Any) -> bytes:
    """Return a plain TIFF one entry of whose directory holds another value."""
    data = bytearray(encoded(photo_pixels(), "TIFF", **options))
    start = struct.unpack_from("<I", data, 4)[0]
    for at in range(start + 2, start + 2 + 12 * struct.unpack_from("<H", data, start)[0], 12):
        if struct.unpack_from("<H", data, at)[0] == tag:
            struct.pack_into("<I", data, at + 8, value)
            return bytes(data)
    raise AssertionError(f"no tag {tag}")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (encoded(Image.fromarray(photo_pixels()).convert("CMYK"), "TIFF"), "neither grey nor RGB"),
        (encoded(Image.fromarray(photo_pixels()), "TIFF", compression="jpeg"), "compression 7"),
        (encoded(Image.fromarray(GREY.astype(np.float32)), "TIFF"), "other than 8 or 16 bits"),
        (encoded(Image.fromarray(GREY > 127), "TIFF"), "other than 8 or 16 bits"),
        (encoded(Image.fromarray(photo_pixels()).quantize(), "TIFF"), "neither grey nor RGB"),
        (encoded(Image.fromarray(photo_pixels()).convert("RGBA"), "TIFF"), "neither grey nor RGB"),
        (encoded(Image.fromarray(photo_pixels()), "TIFF", big_tiff=True), "TIFF"),
        (tag_changed(284, 2), "plane for each colour"),
        (tag_changed(259, 32773), "compression 32773"),
    ],
    ids=["CMYK", "JPEG inside", "float", "1 bit", "palette", "alpha", "BigTIFF", "planes", "PackBits"],
)
def test_any_other_kind_is_refused_with_its_reason(data: bytes, words: str) -> None:
    result = read_photo(data, "part.tif")
    assert isinstance(result, Rejection)
    assert words in result.reason


def test_a_tiff_that_is_cut_off_is_incomplete() -> None:
    data = encoded(photo_pixels(), "TIFF", compression="tiff_lzw")
    for length in (6, 60, len(data) // 2, len(data) - 5):
        result = read_photo(data[:length], "part.tif")
        assert isinstance(result, Rejection), length
        assert "incomplete" in result.reason or "TIFF" in result.reason or "damaged" in result.reason


def test_a_directory_that_names_itself_as_the_next_page_ends() -> None:
    data = bytearray(encoded(photo_pixels(), "TIFF"))
    start = struct.unpack_from("<I", data, 4)[0]
    count = struct.unpack_from("<H", data, start)[0]
    struct.pack_into("<I", data, start + 2 + 12 * count, start)
    assert accepted(bytes(data)).format == "TIFF"
