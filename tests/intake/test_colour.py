"""Lines 12 to 15 of the hostile inputs: every kind of colour becomes 8-bit sRGB."""

import struct
import time
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from defect_app.intake import Rejection, read_photo
from tests.intake.expectations import accepted, difference
from tests.photo_files import (
    SRGB_PRIMARIES,
    WIDE_PRIMARIES,
    cmyk_jpeg_bytes,
    deep_grey_png_bytes,
    encoded,
    icc_profile_bytes,
    jpeg_bytes,
    photo_pixels,
    png_chunk,
    png_with_chunks,
    ycck_jpeg_bytes,
)


@pytest.mark.parametrize("data", [cmyk_jpeg_bytes(), ycck_jpeg_bytes()], ids=["CMYK", "YCCK"])
@pytest.mark.parametrize("least_side", [None, 24])
def test_line_12_cmyk_and_ycck_photos_keep_their_colours(data: bytes, least_side: int | None) -> None:
    photo = accepted(data, least_side=least_side)
    plain = accepted(jpeg_bytes(quality=95), least_side=least_side)
    assert difference(photo.pixels, plain.pixels) < 4
    assert "converted from CMYK" in photo.notes


def test_line_13_deep_grey_is_scaled_and_not_clipped() -> None:
    ramp = np.tile(np.linspace(0, 65535, 256).astype(np.uint16), (40, 1))
    photo = accepted(deep_grey_png_bytes(ramp))
    assert np.array_equal(photo.pixels[0, :, 0], np.arange(256))
    assert np.array_equal(photo.pixels[..., 0], photo.pixels[..., 2])


def transparent_files() -> dict[str, bytes]:
    """Pictures with a fully transparent left half and an opaque right half of 200, 200, 200."""
    grey = np.full((40, 40), 200, np.uint8)
    alpha = np.full((40, 40), 255, np.uint8)
    alpha[:, :20] = 0
    rgba = Image.fromarray(np.dstack([grey, grey, grey, alpha]), "RGBA")
    palette = Image.fromarray((alpha == 255).astype(np.uint8), "P")
    palette.putpalette([10, 250, 10, 200, 200, 200])
    keyed_grey = Image.fromarray(np.where(alpha == 0, 7, 200).astype(np.uint8))
    return {
        "RGBA PNG": encoded(rgba, "PNG"),
        "LA PNG": encoded(rgba.convert("LA"), "PNG"),
        "palette PNG": encoded(palette, "PNG", transparency=0),
        "palette PNG with alpha each": encoded(palette, "PNG", transparency=b"\0\xff"),
        "grey PNG with a key": encoded(keyed_grey, "PNG", transparency=7),
        "RGB PNG with a key": encoded(keyed_grey.convert("RGB"), "PNG", transparency=(7, 7, 7)),
        "WebP": encoded(rgba, "WEBP", lossless=True, exact=True),
    }


@pytest.mark.parametrize("data", transparent_files().values(), ids=transparent_files().keys())
def test_line_14_transparency_is_laid_on_mid_grey(data: bytes) -> None:
    photo = accepted(data)
    assert np.all(photo.pixels[:, :20] == 128)
    assert np.all(photo.pixels[:, 20:] == 200)
    assert "transparent parts shown on mid grey" in photo.notes


def test_line_14_half_transparent_parts_are_mixed_with_mid_grey() -> None:
    colours = np.full((40, 40, 4), (255, 0, 128, 128), np.uint8)
    assert accepted(encoded(Image.fromarray(colours, "RGBA"), "PNG")).pixels[0, 0].tolist() == [192, 64, 128]


def test_line_14_an_opaque_alpha_channel_changes_nothing() -> None:
    rgba = np.dstack([photo_pixels(), np.full(photo_pixels().shape[:2], 255, np.uint8)])
    photo = accepted(encoded(rgba, "PNG"))
    assert np.array_equal(photo.pixels, photo_pixels())
    assert photo.notes == ()


@pytest.mark.parametrize(("alpha", "expected"), [(0, [10, 20, 30]), (128, [69, 74, 79])], ids=["unused", "in use"])
def test_line_14_a_bmp_whose_fourth_byte_is_unused_is_opaque(alpha: int, expected: list[int]) -> None:
    masks = struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    header = struct.pack("<IiiHHIIiiII", 108, 40, 40, 1, 32, 3, 40 * 40 * 4, 0, 0, 0, 0) + masks + bytes(52)
    pixels = bytes((30, 20, 10, alpha)) * 1600
    data = b"BM" + struct.pack("<IHHI", 14 + 108 + len(pixels), 0, 0, 14 + 108) + header + pixels
    assert accepted(data).pixels[0, 0].tolist() == expected


def test_line_15_one_bit_and_grey_photos_become_rgb() -> None:
    grey = photo_pixels()[..., 0]
    assert np.array_equal(accepted(encoded(grey, "PNG")).pixels, np.dstack([grey] * 3))
    one_bit = Image.fromarray(grey > 127)
    assert np.array_equal(accepted(encoded(one_bit, "PNG")).pixels[..., 1], (grey > 127) * 255)
    assert difference(accepted(encoded(grey, "JPEG", quality=95)).pixels, np.dstack([grey] * 3)) < 3


@pytest.mark.parametrize("format_name", ["PNG", "JPEG"])
def test_line_15_a_grey_profile_is_converted_to_srgb(format_name: str) -> None:
    linear_half = np.full((40, 40), 128, np.uint8)
    photo = accepted(encoded(linear_half, format_name, icc_profile=icc_profile_bytes(gamma=1.0)))
    assert np.abs(photo.pixels.astype(int) - 188).max() <= 1
    assert "colours converted to sRGB from Test profile" in photo.notes


@pytest.mark.parametrize("format_name", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("alpha", [None, 255], ids=["RGB", "RGBA"])
def test_line_15_a_wide_gamut_profile_is_converted_to_srgb(format_name: str, alpha: int | None) -> None:
    stored = np.array([120, 140, 110])
    light = (stored / 255) ** 2.2 @ WIDE_PRIMARIES @ np.linalg.inv(SRGB_PRIMARIES)
    expected = 255 * (1.055 * light ** (1 / 2.4) - 0.055)
    colour = [*stored, alpha] if alpha and format_name != "JPEG" else [*stored]
    pixels = np.full((40, 40, len(colour)), colour, np.uint8)
    profile = icc_profile_bytes(gamma=2.2, primaries=WIDE_PRIMARIES)
    photo = accepted(encoded(pixels, format_name, icc_profile=profile, quality=100))
    assert np.abs(expected - stored).max() > 4  # or nothing would be shown
    assert np.abs(photo.pixels[20, 20] - expected).max() < 2.5


@pytest.mark.parametrize(
    "profile",
    [b"no profile at all", icc_profile_bytes(gamma=2.2)[:150], icc_profile_bytes(gamma=1.0), bytes(4000)],
    ids=["text", "cut off", "grey profile on RGB", "zeros"],
)
def test_line_15_a_broken_profile_is_ignored_and_noted(profile: bytes) -> None:
    photo = accepted(encoded(photo_pixels(), "PNG", icc_profile=profile))
    assert np.array_equal(photo.pixels, photo_pixels())
    assert photo.notes == ("unusable colour profile ignored",)


def test_line_13_deep_colours_are_scaled_and_not_clipped() -> None:
    blue_green_red = np.full((40, 40, 3), (10_000, 40_000, 65_535), np.uint16)
    data = cv2.imencode(".png", blue_green_red)[1].tobytes()
    assert accepted(data).pixels[0, 0].tolist() == [255, 156, 39]


@pytest.mark.parametrize("bits", [10, 12, 14])
@pytest.mark.parametrize("colour", [True, False], ids=["RGB", "grey"])
def test_line_13_camera_data_in_a_16_bit_file_are_scaled_by_the_bits_in_use(bits: int, colour: bool) -> None:
    eight = photo_pixels() if colour else photo_pixels()[..., 0]
    top = (1 << bits) - 1
    deep = np.rint(eight.astype(np.float64) * top / 255).astype(np.uint16)
    deep.flat[0] = top
    data = cv2.imencode(".png", deep[..., ::-1] if colour else deep)[1].tobytes()
    photo = accepted(data)
    assert np.abs(photo.pixels.astype(int) - (eight if colour else np.dstack([eight] * 3)))[1:].max() <= 1
    assert f"deep picture, {bits} bits in use, scaled to 8" in photo.notes


def with_significant_bits(bits: int, values: np.ndarray) -> bytes:
    file = deep_grey_png_bytes(values.astype(np.uint16))
    return file[:33] + png_chunk(b"sBIT", bytes([bits])) + file[33:]


def test_line_13_a_dark_photo_is_scaled_by_the_bits_that_the_file_names() -> None:
    dark = np.full((40, 40), 500)
    assert accepted(with_significant_bits(12, dark)).pixels[0, 0, 0] == round(500 * 255 / 4095)
    assert accepted(with_significant_bits(12, dark * 100)).pixels[0, 0, 0] == round(50_000 * 255 / 65_535)


def test_a_profile_that_only_calls_itself_srgb_is_converted() -> None:
    linear = icc_profile_bytes(gamma=1.0, primaries=SRGB_PRIMARIES).replace(b"Test profile", b"sRGB at home")
    half = np.full((40, 40, 3), 128, np.uint8)
    photo = accepted(encoded(half, "PNG", icc_profile=linear))
    assert np.abs(photo.pixels.astype(int) - 188).max() <= 1


def test_srgb_under_another_name_is_left_as_it_is() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes().replace(b"sRGB", b"plain")
    photo = accepted(encoded(photo_pixels(), "PNG", icc_profile=profile))
    assert np.array_equal(photo.pixels, photo_pixels())


def with_chunks_of_colour(chunks: dict[bytes, bytes]) -> bytes:
    half = np.full((40, 40, 3), 128, np.uint8)
    return png_with_chunks([png_chunk(kind, content) for kind, content in chunks.items()], half)


P3 = struct.pack(">8I", 31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)
SRGB_CHROMATICITIES = struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        ({b"gAMA": struct.pack(">I", 100_000)}, 188),
        ({b"gAMA": struct.pack(">I", 45_455), b"cHRM": SRGB_CHROMATICITIES}, 128),
        ({b"gAMA": struct.pack(">I", 100_000), b"sRGB": b"\0"}, 128),
        ({b"cICP": bytes([1, 8, 0, 1])}, 188),
        ({b"cICP": bytes([1, 13, 0, 1])}, 128),
        ({b"cICP": bytes([12, 13, 0, 1]), b"gAMA": struct.pack(">I", 100_000)}, 128),
        ({b"gAMA": struct.pack(">I", 0)}, 128),
    ],
    ids=["linear", "sRGB by numbers", "sRGB before gamma", "cICP linear", "cICP sRGB", "cICP before gamma", "gamma 0"],
)
def test_a_grey_keeps_or_changes_its_light_as_the_chunks_say(chunks: dict[bytes, bytes], expected: int) -> None:
    assert np.abs(accepted(with_chunks_of_colour(chunks)).pixels.astype(int) - expected).max() <= 1


@pytest.mark.parametrize("chunks", [{b"cHRM": P3}, {b"cICP": bytes([12, 13, 0, 1])}], ids=["cHRM", "cICP"])
def test_primaries_without_a_profile_are_converted_as_a_profile_would_be(chunks: dict[bytes, bytes]) -> None:
    stored = np.full((40, 40, 3), (200, 100, 60), np.uint8)
    data = png_with_chunks([png_chunk(kind, content) for kind, content in chunks.items()], stored)
    # Display P3 to sRGB by the published matrix (CSS Color 4), from linear light.
    matrix = np.array([[1.2249, -0.2247, 0.0], [-0.0420, 1.0419, 0.0], [-0.0197, -0.0786, 1.0979]])
    light = matrix @ (((stored[0, 0] / 255) + 0.055) / 1.055) ** 2.4
    expected = 255 * (1.055 * np.clip(light, 0, 1) ** (1 / 2.4) - 0.055)
    assert np.abs(accepted(data).pixels[0, 0] - expected).max() < 1.5
    assert np.abs(expected - stored[0, 0]).max() > 4


def test_a_high_dynamic_range_is_refused_in_words() -> None:
    result = read_photo(with_chunks_of_colour({b"cICP": bytes([9, 16, 0, 1])}), "sun.png")
    assert isinstance(result, Rejection)
    assert "high dynamic range" in result.reason


def test_line_45_thousands_of_colour_profiles_are_refused_at_once() -> None:
    profile = png_chunk(b"iCCP", b"p\0\0" + zlib.compress(icc_profile_bytes(gamma=1.0, primaries=SRGB_PRIMARIES)))
    started = time.process_time()
    result = read_photo(png_with_chunks([profile] * 20_000), "part.png")
    assert isinstance(result, Rejection)
    assert "too many parts" in result.reason
    assert time.process_time() - started < 1
