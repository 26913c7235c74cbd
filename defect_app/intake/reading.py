"""Reads a photo: untrusted bytes in, upright RGB pixels or a plain reason out."""

import cv2
import numpy as np
import numpy.typing as npt

from defect_app.intake.colour import to_rgb
from defect_app.intake.decoding import decode
from defect_app.intake.failures import or_rejection
from defect_app.intake.integrity import doubt_about
from defect_app.intake.opening import OpenedPhoto, open_photo
from defect_app.intake.orientation import swaps_sides, upright
from defect_app.intake.photo import Photo, Rejection
from defect_app.intake.pixel_budget import PIXELS_IN_USE


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
    data = data if isinstance(data, bytes) else bytes(data)
    opened = open_photo(data, name, least_side=least_side)
    if isinstance(opened, Rejection):
        return opened
    with PIXELS_IN_USE.reserve(opened.pixels):
        return decode_photo(opened)


def decode_photo(opened: OpenedPhoto) -> Photo | Rejection:
    """Decode an opened photo; to be called once, within a reservation of its pixels in `PIXELS_IN_USE`."""
    width, height = opened.stored_size
    return or_rejection(lambda: _decoded(opened), opened.name, opened.sha256, decoding=width * height)


def _decoded(opened: OpenedPhoto) -> Photo:
    """Decode one photo or raise `UnusableFile`; decoders may raise anything."""
    image, notes = decode(opened)
    # Libraries that turn the picture themselves change its size by that.
    stored_size = image.size if opened.format in ("HEIC", "TIFF") else opened.stored_size
    stored, colour_notes = to_rgb(image, opened.header)
    opened.image.close()
    del image
    doubt = doubt_about(stored, opened.format, bottom_up=opened.header is not None and opened.header.bottom_up)
    pixels = upright(stored, opened.orientation)
    del stored
    if opened.least_side is not None:
        pixels = _reduce(pixels, 2 * opened.least_side)
    pixels.flags.writeable = False
    width, height = reversed(stored_size) if swaps_sides(opened.orientation) else stored_size
    all_notes = (*opened.notes, *notes, *colour_notes)
    return Photo(opened.name, opened.sha256, pixels, width, height, opened.format, all_notes, doubt)


def _reduce(pixels: npt.NDArray[np.uint8], least: int) -> npt.NDArray[np.uint8]:
    """Shrink by the largest whole factor that leaves both sides at least `least`."""
    height, width = pixels.shape[:2]
    factor = min(width, height) // least
    if factor < 2:
        return pixels
    reduced = cv2.resize(pixels, (width // factor, height // factor), interpolation=cv2.INTER_AREA)
    return np.asarray(reduced, dtype=np.uint8)
