"""Line 31 of the hostile inputs: whatever becomes of a file's bytes, an answer comes back."""

import random
import struct

import numpy as np
from PIL import Image

from defect_app.intake import Photo, Rejection, read_photo
from tests.photo_files import (
    WIDE_PRIMARIES,
    animation_bytes,
    cmyk_jpeg_bytes,
    deep_grey_png_bytes,
    encoded,
    exif_block,
    icc_profile_bytes,
    jpeg_bytes,
    photo_pixels,
    png_bytes,
    webp_bytes,
)


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
