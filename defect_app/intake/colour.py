"""Turns whatever colours a file has into 8-bit sRGB pixels."""

import io
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms

from defect_app.intake.colour_space import ColourSpace, from_code_points, from_gamma, to_srgb
from defect_app.intake.deep_pictures import bits_in_use, depth_in_words
from defect_app.intake.headers import Header

# Transparent parts stand on mid grey: neither dark nor light, so that they look like no defect of either kind.
MID_GREY: Final = (128, 128, 128)
# Pictures are converted a strip at a time, so that a 50-megapixel one is never held in several forms at once.
STRIP_PIXELS: Final = 4_000_000
MAX_PROFILE_BYTES: Final = 4_000_000
_PROFILE_SPACES: Final = {"GRAY": "L", "RGB": "RGB", "CMYK": "CMYK"}


def to_rgb(image: Image.Image, header: Header | None = None) -> tuple[npt.NDArray[np.uint8], list[str]]:
    """Convert a decoded picture to RGB.

    16-bit greys are scaled, transparency is laid on mid grey, and colours of another space are converted to sRGB.

    Parameters
    ----------
    image : PIL.Image.Image
        Decoded picture of any mode.
    header : Header, optional
        What its file says beside: significant bits, which end of the greys is white, its colour space.

    Returns
    -------
    pixels : numpy.ndarray
        uint8, shape (height, width, 3), sRGB; may be read-only.
    notes : list of str
        What was done, in plain words.
    """
    width, height = image.size
    profile, notes = _profile_of(image)
    space = None if image.info.get("icc_profile") else _space_of(image, header)
    if space is not None:
        notes.append(f"colours converted to sRGB from {space.title}")
    grey_range, grey_note = _deep_grey_range(image, header)
    if grey_note:
        notes.append(grey_note)
    if image.mode == "CMYK":
        notes.append("converted from CMYK")
    rows = max(1, STRIP_PIXELS // width)
    if rows >= height:
        rgb, transparent = _strip_to_rgb(image, profile, grey_range, space)
        pixels = np.asarray(rgb)
    else:
        pixels, transparent = np.empty((height, width, 3), np.uint8), False
        for top in range(0, height, rows):
            bottom = min(top + rows, height)
            rgb, strip_transparent = _strip_to_rgb(image.crop((0, top, width, bottom)), profile, grey_range, space)
            pixels[top:bottom] = np.asarray(rgb)
            transparent |= strip_transparent
    if transparent:
        notes.append("transparent parts shown on mid grey")
    return pixels, notes


def _strip_to_rgb(
    strip: Image.Image, profile: bytes | None, grey_range: tuple[float, float] | None, space: ColourSpace | None
) -> tuple[Image.Image, bool]:
    """Convert one strip; also return whether any of it was transparent."""
    alpha = None
    if grey_range is not None:
        strip = _scale_grey(strip, grey_range)
    elif strip.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in strip.info:
        with_alpha = strip if strip.mode in ("LA", "RGBA") else strip.convert("RGBA")
        alpha = with_alpha.getchannel("A")
        strip = with_alpha.getchannel("L") if with_alpha.mode == "LA" else with_alpha.convert("RGB")
    elif strip.mode == "1":
        strip = strip.convert("L")
    elif strip.mode not in ("L", "RGB", "CMYK"):
        strip = strip.convert("RGB")
    rgb = _apply_profile(strip, profile) if profile else strip.convert("RGB")
    if space is not None:
        rgb = Image.fromarray(to_srgb(np.asarray(rgb), space))
    if alpha is None or alpha.getextrema()[0] == 255:
        return rgb, False
    ground = Image.new("RGB", rgb.size, MID_GREY)
    ground.paste(rgb, mask=alpha)
    return ground, True


def _deep_grey_range(image: Image.Image, header: Header | None) -> tuple[tuple[float, float] | None, str]:
    """Return the values that become 0 and 255 in a grey picture of more than 8 bits, and say so; None for others."""
    if image.mode not in ("I", "F") and not image.mode.startswith("I;16"):
        return None, ""
    low, high = (float(value) for value in image.getextrema())  # type: ignore[arg-type]
    if image.mode == "F":
        return ((0.0, 1.0) if low >= 0 and high <= 1 else _whole_range(low, high)), "deep grey scaled to 8 bits"
    if low < 0 or high > 65535:
        return (low, max(high, low + 1)), "deep grey scaled to 8 bits"
    bits = bits_in_use(int(high), header.significant_bits if header is not None else None)
    top = float((1 << bits) - 1)
    is_inverted = header is not None and header.white_is_zero
    return ((top, 0.0) if is_inverted else (0.0, top)), depth_in_words(bits)


def _whole_range(low: float, high: float) -> tuple[float, float]:
    for top in (255.0, 65535.0):
        if low >= 0 and high <= top:
            return 0.0, top
    return low, max(high, low + 1)


def _space_of(image: Image.Image, header: Header | None) -> ColourSpace | None:
    """Return the colour space that a PNG describes without a profile; the chunks in the order of their rank."""
    if header is not None and header.code_points is not None:
        return from_code_points(*header.code_points)
    if image.format != "PNG" or "srgb" in image.info:
        return None
    return from_gamma(image.info.get("gamma"), image.info.get("chromaticity"))


def _scale_grey(strip: Image.Image, grey_range: tuple[float, float]) -> Image.Image:
    """Scale deep grey to 0..255, rounding to the nearest."""
    low, high = grey_range
    values = np.asarray(strip).astype(np.float32)
    scaled = np.nan_to_num((values - low) * (255.0 / (high - low)) + 0.5)
    return Image.fromarray(np.clip(scaled, 0, 255).astype(np.uint8))


def _profile_of(image: Image.Image) -> tuple[bytes | None, list[str]]:
    """Return the colour profile that must be converted, if any, and a note about it."""
    profile = image.info.get("icc_profile")
    if not profile:
        return None, []
    if len(profile) > MAX_PROFILE_BYTES:
        return None, ["oversized colour profile ignored"]
    try:
        mode = {"1": "L", "I": "L", "F": "L", "LA": "L", "La": "L"}.get(image.mode, image.mode)
        mode = "L" if mode.startswith("I;16") else mode
        mode = mode if mode in ("L", "CMYK") else "RGB"
        if _changes_nothing(profile, mode):
            return None, []
        description = _profile_description(profile)
    except Exception:  # whatever is wrong with the profile, the picture is usable without it
        return None, ["unusable colour profile ignored"]
    return profile, [f"colours converted to sRGB from {description}"]


@lru_cache(maxsize=32)
def _profile_description(profile: bytes) -> str:
    """Return the name that a colour profile gives itself, cleaned for display."""
    opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    words = "".join(c if c.isprintable() else " " for c in ImageCms.getProfileDescription(opened)).split()
    return " ".join(words)[:60] or "an unnamed profile"


@lru_cache(maxsize=32)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform:
    """Build the conversion from a colour profile to sRGB for pictures of one mode.

    Raises
    ------
    ValueError
        The profile is for another kind of colours than the picture's.
    """
    opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    space = _PROFILE_SPACES.get(opened.profile.xcolor_space.strip())
    if space != mode and not (space == "RGB" and mode == "L"):
        raise ValueError(f"expected a profile for {mode}, got {opened.profile.xcolor_space}")
    # Without its cache of one colour, a transform may be used by several threads at once.
    flags = ImageCms.Flags.NOCACHE
    return ImageCms.buildTransform(opened, ImageCms.createProfile("sRGB"), space, "RGB", flags=flags)


@lru_cache(maxsize=32)
def _changes_nothing(profile: bytes, mode: str) -> bool:
    """Return whether a profile means sRGB: told by what it does to colours, since a name can say anything."""
    if mode == "CMYK":
        return False
    levels = np.arange(0, 256, 15, dtype=np.uint8)
    grid = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(1, -1, 3)
    colours = Image.fromarray(grid) if mode == "RGB" else Image.fromarray(np.arange(256, dtype=np.uint8)[None])
    converted = np.asarray(_apply_profile(colours, profile)).astype(np.int16)
    return bool(np.abs(converted - np.asarray(colours.convert("RGB"))).max() <= 1)


def _apply_profile(strip: Image.Image, profile: bytes) -> Image.Image:
    """Convert an L, RGB or CMYK strip to sRGB."""
    transform = _transform(profile, strip.mode)
    if transform.input_mode != strip.mode:
        strip = strip.convert(transform.input_mode)
    return transform.apply(strip)
