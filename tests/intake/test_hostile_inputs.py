"""The lines of the list of hostile inputs that touch intake, a test or more for each line."""

import random
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFile

from defect_app.intake import (
    ACCEPTED_IN_WORDS,
    MAX_BYTES,
    Photo,
    Rejection,
    display_name,
    is_system_file,
    list_photos,
    read_photo,
    spreadsheet_safe,
)
from tests.photo_files import (
    animation_bytes,
    cmyk_jpeg_bytes,
    deep_grey_png_bytes,
    encoded,
    exif_block,
    foreign_files,
    icc_profile_bytes,
    jpeg_bytes,
    photo_pixels,
    png_bytes,
    png_chunk,
    png_with_chunks,
    stored_pixels,
    turned_file,
    webp_bytes,
    ycck_jpeg_bytes,
    zip_bytes,
)


def accepted(data: bytes, name: str = "photo.jpg", least_side: int | None = None) -> Photo:
    photo = read_photo(data, name, least_side=least_side)
    assert isinstance(photo, Photo), photo
    return photo


def rejected(data: bytes, name: str = "photo.jpg") -> Rejection:
    rejection = read_photo(data, name)
    assert isinstance(rejection, Rejection), rejection
    assert rejection.remedy
    assert rejection.name == name
    return rejection


def difference(first: np.ndarray, second: np.ndarray) -> float:
    """Mean absolute difference in grey levels; the shapes must agree."""
    assert first.shape == second.shape
    return float(np.abs(first.astype(np.int16) - second.astype(np.int16)).mean())


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


# XYZ at D50 of the primaries, a row each: of sRGB, and of a wider gamut like Adobe's.
SRGB_PRIMARIES = np.array([[0.43607, 0.22249, 0.01392], [0.38515, 0.71687, 0.09708], [0.14307, 0.06061, 0.71410]])
WIDE_PRIMARIES = np.array([[0.60974, 0.31111, 0.01947], [0.20528, 0.62567, 0.06087], [0.14919, 0.06322, 0.74457]])


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


@pytest.mark.parametrize("format_name", ["WEBP", "PNG", "AVIF", "MPO"])
def test_line_16_the_first_frame_of_several_is_taken_and_noted(format_name: str) -> None:
    frames = [photo_pixels(seed=seed) for seed in range(3)]
    photo = accepted(animation_bytes(format_name, frames))
    assert difference(photo.pixels, frames[0]) < 5
    assert photo.notes in (("first frame of an animation",), ("first of 3 pictures in the file",))


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
def test_line_18_unusual_but_valid_jpegs_are_accepted(options: dict[str, object]) -> None:
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


def test_line_23_a_26_megabyte_file_is_refused_with_its_size_and_the_limit() -> None:
    reason = rejected(jpeg_bytes() + bytes(26_000_000 - len(jpeg_bytes()))).reason
    assert "26.0 MB" in reason
    assert f"{MAX_BYTES // 1_000_000} MB" in reason


def test_line_24_system_files_in_a_folder_are_skipped_and_counted(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    kept = [tmp_path / "a.jpg", tmp_path / "inner" / "b.png"]
    for path in [*kept, tmp_path / ".DS_Store", tmp_path / "inner" / "Thumbs.db", tmp_path / "desktop.ini"]:
        path.write_bytes(b"x")
    assert list_photos([tmp_path]) == (kept, 3)
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


def mutated(data: bytes, generator: random.Random) -> bytes:
    """Change, remove, repeat or overwrite a few random parts of a file; the start is spared now and then."""
    changed = bytearray(data)
    first = 0 if generator.random() < 0.5 else min(len(changed) - 1, 40)
    for _ in range(generator.choice((1, 1, 2, 4, 16))):
        at = generator.randrange(first, len(changed))
        kind = generator.randrange(5)
        if kind == 0:
            changed[at] ^= 1 << generator.randrange(8)
        elif kind == 1:
            changed[at] = generator.choice((0, 1, 0x7F, 0x80, 0xFE, 0xFF))
        elif kind == 2:
            del changed[at : at + generator.randrange(1, 64)]
        elif kind == 3:
            changed[at:at] = changed[at : at + generator.randrange(1, 64)]
        else:
            changed[at : at + 4] = struct.pack(">I", generator.choice((0, 1, 2**16, 2**31, 2**32 - 1)))
        if len(changed) < 2:
            return bytes(changed)
        first = min(first, len(changed) - 1)
    return bytes(changed)


def test_line_31_ten_thousand_mutations_are_each_a_photo_or_a_rejection() -> None:
    pixels = photo_pixels(64, 64)
    rgba = Image.fromarray(np.dstack([pixels, pixels[..., :1]]), "RGBA")
    profile = icc_profile_bytes(gamma=2.2, primaries=WIDE_PRIMARIES)
    sources = [
        jpeg_bytes(pixels, orientation=6),
        jpeg_bytes(pixels, progressive=True, icc_profile=profile),
        cmyk_jpeg_bytes(pixels),
        animation_bytes("MPO", [pixels, pixels]),
        png_bytes(pixels, orientation=3),
        encoded(Image.fromarray(pixels).quantize(16), "PNG", transparency=3),
        deep_grey_png_bytes(pixels[..., 0].astype(np.uint16) * 200),
        encoded(rgba, "PNG", icc_profile=profile),
        webp_bytes(pixels, exif=exif_block(8)),
        encoded(rgba, "WEBP", lossless=True),
        animation_bytes("WEBP", [pixels, pixels[::-1]]),
    ]
    generator = random.Random(20_240)
    counts = {Photo: 0, Rejection: 0}
    for number in range(10_000):
        result = read_photo(mutated(sources[number % len(sources)], generator), "m", least_side=(None, 16)[number % 2])
        counts[type(result)] += 1
        if isinstance(result, Photo):
            assert result.pixels.dtype == np.uint8
            assert result.pixels.ndim == 3
        else:
            assert result.reason
            assert result.remedy
    assert min(counts.values()) > 1000  # both outcomes are really exercised
