"""Reads a photo: untrusted bytes in, upright RGB pixels or a plain reason out."""

import io
import threading
from contextlib import nullcontext
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
import pillow_heif
from PIL import Image

from defect_app.intake.colour import to_rgb
from defect_app.intake.headers import Header, damaged_file, incomplete_file, read_header
from defect_app.intake.orientation import AS_STORED, exif_orientation, hex_exif_orientation, swaps_sides, upright
from defect_app.intake.photo import Photo, Rejection, UnusableFile, content_hash
from defect_app.intake.sniffing import sniff_format

MAX_BYTES: Final = 25_000_000
MAX_PIXELS: Final = 50_000_000
MIN_SIDE: Final = 32
# These decoders hold four or five copies of a picture; the ceiling keeps each file under half a gigabyte.
MAX_PIXELS_OF_FORMAT: Final = {"WebP": 25_000_000, "AVIF": 25_000_000}
# Larger decoded pictures are read one at a time, so that a batch of them in several threads stays in memory.
LARGE_PIXELS: Final = 16_000_000

_one_large_picture = threading.Lock()
_PILLOW_FORMATS: Final = {"JPEG": "JPEG", "PNG": "PNG", "WebP": "WEBP", "BMP": "BMP", "AVIF": "AVIF", "HEIC": "HEIF"}

pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)


def read_photo(data: bytes, name: str, *, least_side: int | None = None) -> Photo | Rejection:
    """Read one file that a user gave as a photo. No exception leaves it, whatever the bytes are.

    Safe to call from several threads at once.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        Its name, kept as data; the format is told from the content alone.
    least_side : int, optional
        Side of the model's input in pixels. A larger photo may then come at a reduced scale, decoded that way where
        the format allows, with both sides at least twice this. None keeps the full scale.

    Returns
    -------
    Photo or Rejection
        The upright pixels, or why the file cannot be used.

    Raises
    ------
    ValueError
        `least_side` is below 1; never because of the bytes.
    """
    if least_side is not None and least_side < 1:
        raise ValueError(f"expected least_side of at least 1, got {least_side}")
    data = data if isinstance(data, bytes) else bytes(data)
    sha256 = content_hash(data)
    try:
        return _read(data, name, sha256, least_side)
    except UnusableFile as error:
        return Rejection(name, sha256, str(error), error.remedy)
    except Exception:  # decoders fail in every way there is; one bad file must not end the batch
        damage = damaged_file()
        return Rejection(name, sha256, str(damage), damage.remedy)


def _read(data: bytes, name: str, sha256: str, least_side: int | None) -> Photo:
    """Read one photo or raise `UnusableFile`; decoders may raise anything."""
    if len(data) > MAX_BYTES:
        raise UnusableFile(
            f"too large a file: {len(data) / 1e6:.1f} MB, the limit is {MAX_BYTES / 1e6:.0f} MB",
            "Save the photo with a higher JPEG compression or at a smaller size.",
        )
    format_name = sniff_format(data)
    header = read_header(data, format_name)
    if header is not None:
        _check_size(header.width, header.height, format_name)
    image = _open(data if header is None else header.body, format_name)
    _check_size(*image.size, format_name)
    stored_size = image.size
    notes = _frame_notes(image, header)
    orientation = _orientation(image, header)
    if least_side is not None:
        image.draft(None, (2 * least_side, 2 * least_side))
    with _one_large_picture if image.width * image.height > LARGE_PIXELS else nullcontext():
        _load(image)
        if format_name == "HEIC":  # only the decoded picture tells for certain
            stored_size = image.size
        if image.format == "BMP" and image.mode == "RGBA" and image.getchannel("A").getextrema() == (0, 0):
            image = image.convert("RGB")  # the fourth byte is mostly left at zero by programs that mean no transparency
        stored, colour_notes = to_rgb(image)
        del image
        pixels = upright(stored, orientation)
        del stored
        if least_side is not None:
            pixels = _reduce(pixels, 2 * least_side)
    pixels.flags.writeable = False
    width, height = reversed(stored_size) if swaps_sides(orientation) else stored_size
    return Photo(name, sha256, pixels, width, height, format_name, tuple(notes + colour_notes))


def _check_size(width: int, height: int, format_name: str) -> None:
    """Refuse pictures that are too small or too large, before they are decoded."""
    if width < MIN_SIDE or height < MIN_SIDE:
        raise UnusableFile(
            f"too small: {width} x {height} pixels, each side must have at least {MIN_SIDE}",
            "Use the original photo, not an icon or a cut-out of it.",
        )
    limit = MAX_PIXELS_OF_FORMAT.get(format_name, MAX_PIXELS)
    if width * height > limit:
        raise UnusableFile(
            f"too large: {width} x {height} is {width * height / 1e6:.1f} megapixels, "
            f"the limit for {format_name} is {limit / 1e6:.0f} megapixels",
            "Save the photo at a smaller size." if limit == MAX_PIXELS else "Save the photo smaller, or as JPEG.",
        )


def _open(body: bytes, format_name: str) -> Image.Image:
    """Open a picture with the one decoder that its content asks for; nothing is decoded yet."""
    try:
        return Image.open(io.BytesIO(body), formats=(_PILLOW_FORMATS[format_name],))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise UnusableFile(
            f"too large: more than {MAX_PIXELS / 1e6:.0f} megapixels", "Save the photo at a smaller size."
        ) from None
    except ValueError as error:
        if "MAX_TEXT" in str(error):
            raise damaged_file("a text or colour profile in it unpacks to more than a photo needs") from None
        raise


def _load(image: Image.Image) -> None:
    """Decode the first frame."""
    try:
        image.load()
    except (OSError, EOFError, SyntaxError) as error:
        if "truncated" in str(error).lower() or isinstance(error, EOFError):
            raise incomplete_file() from None
        raise
    except ValueError as error:
        if "MAX_TEXT" in str(error):
            raise damaged_file("a text or colour profile in it unpacks to more than a photo needs") from None
        raise


def _frame_notes(image: Image.Image, header: Header | None) -> list[str]:
    """Say it when the file holds more than the one picture that is used."""
    if header is not None and header.frames > 1:
        return [f"first of {header.frames} pictures in the file"]
    if getattr(image, "n_frames", 1) > 1:
        return ["first frame of an animation" if image.format != "HEIF" else "main picture of several in the file"]
    return []


def _orientation(image: Image.Image, header: Header | None) -> int:
    """Return the orientation 1..8 that we have to undo; it is applied once, whoever does it."""
    if image.format == "HEIF":  # libheif turns the picture itself
        return AS_STORED
    if image.format == "AVIF":  # Pillow gives libavif's turning as an EXIF orientation
        return exif_orientation(image.info.get("exif", b""))
    if header is not None and header.orientation is not None:
        return header.orientation
    return hex_exif_orientation(str(image.info.get("Raw profile type exif", "")))


def _reduce(pixels: npt.NDArray[np.uint8], least: int) -> npt.NDArray[np.uint8]:
    """Shrink by the largest whole factor that leaves both sides at least `least`."""
    height, width = pixels.shape[:2]
    factor = min(width, height) // least
    if factor < 2:
        return pixels
    reduced = cv2.resize(pixels, (width // factor, height // factor), interpolation=cv2.INTER_AREA)
    return np.asarray(reduced, dtype=np.uint8)
