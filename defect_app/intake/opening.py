"""Opens a photo: reads its header, and refuses from it what is too large or of no accepted format."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Final

import pillow_heif

# Registered by being imported. Pillow would do it at the first such file, with forty formats more, and for good not at
# all if memory is short at that moment.
from PIL import AvifImagePlugin, Image, WebPImagePlugin  # noqa: F401

from defect_app.intake.failures import or_rejection
from defect_app.intake.headers import Header, damaged_file, read_header
from defect_app.intake.orientation import AS_STORED, exif_orientation, hex_exif_orientation
from defect_app.intake.photo import Rejection, UnusableFile, content_hash
from defect_app.intake.shrunk import shrunk_note
from defect_app.intake.sniffing import sniff_format

MAX_BYTES: Final = 25_000_000
MAX_PIXELS: Final = 50_000_000
MIN_SIDE: Final = 32
# At the size of a model's input, nothing is left of a longer and narrower picture.
MAX_SIDE_RATIO: Final = 50
# These decoders hold four or five copies of a picture; the ceiling keeps each file under half a gigabyte.
MAX_PIXELS_OF_FORMAT: Final = {"WebP": 25_000_000, "AVIF": 25_000_000}
_COSTLY_FORMATS: Final = ("WebP", "AVIF", "HEIC")
_PILLOW_NAMES: Final = {"WebP": "WEBP", "HEIC": "HEIF"}

pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)


@dataclass(frozen=True, eq=False)
class OpenedPhoto:
    """A photo whose header is read and found acceptable; nothing is decoded yet.

    Attributes
    ----------
    name, sha256, format : str
        As they will be the photo's.
    image : PIL.Image.Image
        Opened, not loaded; set to the scale at which it will be decoded.
    stored_size : tuple of int
        Width and height in pixels as stored, at full scale.
    orientation : int
        EXIF orientation 1..8 that is left to undo.
    notes : tuple of str
        What a person may want to know of the file.
    least_side : int or None
        See `read_photo`.
    header : Header or None
        What the file says of itself; None for AVIF and HEIC.
    """

    name: str
    sha256: str
    format: str
    image: Image.Image
    stored_size: tuple[int, int]
    orientation: int
    notes: tuple[str, ...]
    least_side: int | None
    header: Header | None

    @property
    def pixels(self) -> int:
        """How many pixels it takes of `PIXELS_IN_USE` to decode the photo and to work with it."""
        return self.image.width * self.image.height * (2 if self.format in _COSTLY_FORMATS else 1)


def open_photo(
    data: bytes, name: str, *, least_side: int | None = None, sha256: str | None = None
) -> OpenedPhoto | Rejection:
    """Open one file that a user gave as a photo. No exception leaves it, whatever the bytes are.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        Its name, kept as data; the format is told from the content alone.
    least_side : int, optional
        See `read_photo`.
    sha256 : str, optional
        The hash of `data`, where it is known.

    Returns
    -------
    OpenedPhoto or Rejection
        What `decode_photo` takes, or why the file cannot be used.

    Raises
    ------
    ValueError
        `least_side` is below 1; never because of the bytes.
    """
    if least_side is not None and least_side < 1:
        raise ValueError(f"expected least_side of at least 1, got {least_side}")
    digest = content_hash(data) if sha256 is None else sha256
    return or_rejection(lambda: _opened(data, name, digest, least_side), name, digest)


def file_too_large(size: int) -> UnusableFile:
    """Return the error for a file of more than `MAX_BYTES`."""
    return UnusableFile(
        f"too large a file: {size / 1e6:.1f} MB, the limit is {MAX_BYTES / 1e6:.0f} MB",
        "Save the photo with a higher JPEG compression or at a smaller size.",
    )


def inflated_text(error: ValueError) -> UnusableFile | None:
    """Return the error for a file whose text or profile unpacks to too much, if that is what Pillow complains of."""
    if "MAX_TEXT" in str(error):
        return damaged_file("a text or colour profile in it unpacks to more than a photo needs")
    return None


def _opened(data: bytes, name: str, sha256: str, least_side: int | None) -> OpenedPhoto:
    """Open one photo or raise `UnusableFile`; decoders may raise anything."""
    if len(data) > MAX_BYTES:
        raise file_too_large(len(data))
    format_name = sniff_format(data)
    header = read_header(data, format_name)
    if header is not None:
        _check_size(header.width, header.height, format_name)
    image = _open(data if header is None else header.body, format_name)
    _check_size(*image.size, format_name)
    stored_size = image.size
    notes = _frame_notes(image, header)
    if said := shrunk_note(header.comment if header else b""):
        notes.append(said)
    orientation = _orientation(image, header)
    if least_side is not None:
        image.draft(None, (2 * least_side, 2 * least_side))
    return OpenedPhoto(name, sha256, format_name, image, stored_size, orientation, tuple(notes), least_side, header)


def _check_size(width: int, height: int, format_name: str) -> None:
    """Refuse pictures that are too small, too narrow or too large, before they are decoded."""
    if width < MIN_SIDE or height < MIN_SIDE:
        raise UnusableFile(
            f"too small: {width} x {height} pixels, each side must have at least {MIN_SIDE}",
            "Use the original photo, not an icon or a cut-out of it.",
        )
    if max(width, height) > MAX_SIDE_RATIO * min(width, height):
        raise UnusableFile(
            f"too long and narrow: {width} x {height} pixels, one side may be at most {MAX_SIDE_RATIO} times the other",
            "Cut the photo into shorter pieces.",
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
        return Image.open(io.BytesIO(body), formats=(_PILLOW_NAMES.get(format_name, format_name),))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise UnusableFile(
            f"too large: more than {MAX_PIXELS / 1e6:.0f} megapixels", "Save the photo at a smaller size."
        ) from None
    except ValueError as error:
        raise inflated_text(error) or error from None


def _frame_notes(image: Image.Image, header: Header | None) -> list[str]:
    """Say it when the file holds more than the one picture that is used."""
    if header is not None and header.frames > 1:
        return [f"first of {header.frames} pictures in the file"]
    if getattr(image, "n_frames", 1) > 1:
        return ["first frame of an animation" if image.format != "HEIF" else "main picture of several in the file"]
    return []


def _orientation(image: Image.Image, header: Header | None) -> int:
    """Return the orientation 1..8 that we have to undo; it is applied once, whoever does it."""
    is_turned = image.format == "HEIF" or (
        image.format == "TIFF" and header is not None and not header.has_deep_colours
    )
    if is_turned:  # libheif and Pillow turn these themselves
        return AS_STORED
    if image.format == "AVIF":  # Pillow gives libavif's turning as an EXIF orientation
        return exif_orientation(image.info.get("exif", b""))
    if header is not None and header.orientation is not None:
        return header.orientation
    return hex_exif_orientation(str(image.info.get("Raw profile type exif", "")))
