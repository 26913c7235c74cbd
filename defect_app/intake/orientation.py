"""Reads the EXIF orientation and turns pixels upright."""

import struct
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

AS_STORED: Final = 1
_ORIENTATION_TAG: Final = 0x0112
_SHORT: Final = 3
_ENTRY_BYTES: Final = 12
# Real first directories hold some 20 entries; a file that claims thousands only wants to keep us busy.
_MAX_ENTRIES: Final = 1000


def first_directory_value(block: bytes, tag: int) -> int | None:
    """Return a whole number from the first directory of a TIFF block (the form of EXIF and MPF data).

    A reader of our own, because it must cost nothing and must not fail, whatever the bytes are.

    Parameters
    ----------
    block : bytes
        Begins with the byte order mark "II" or "MM".
    tag : int
        Which entry.

    Returns
    -------
    int or None
        None when the entry is missing, not a 16- or 32-bit whole number, or the block is malformed.
    """
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None or len(block) < 8:
        return None
    start = struct.unpack_from(order + "I", block, 4)[0]
    if start + 2 > len(block):
        return None
    entries = min(struct.unpack_from(order + "H", block, start)[0], _MAX_ENTRIES)
    for at in range(start + 2, min(start + 2 + entries * _ENTRY_BYTES, len(block) - _ENTRY_BYTES + 1), _ENTRY_BYTES):
        found, kind, count = struct.unpack_from(order + "HHI", block, at)
        if found == tag:
            if count != 1 or kind not in (_SHORT, _SHORT + 1):
                return None
            return int(struct.unpack_from(order + ("H" if kind == _SHORT else "I"), block, at + 8)[0])
    return None


def exif_orientation(exif: bytes) -> int:
    """Return the orientation 1..8 of an EXIF block; 1 (as stored) when it is absent or malformed."""
    value = first_directory_value(exif.removeprefix(b"Exif\0\0"), _ORIENTATION_TAG)
    return value if value is not None and 1 <= value <= 8 else AS_STORED


def hex_exif_orientation(text: str) -> int:
    """Return the orientation of an EXIF block written as hexadecimal text, ImageMagick's way to keep it in a PNG.

    The text is a line feed, a name, the length, and then lines of digits; 1 (as stored) when it is malformed.
    """
    try:
        return exif_orientation(bytes.fromhex("".join(text.split("\n")[3:])))
    except ValueError:
        return AS_STORED


def swaps_sides(orientation: int) -> bool:
    """Return whether an orientation turns the picture by a quarter, so that width and height change places."""
    return orientation >= 5


def upright(pixels: npt.NDArray[np.uint8], orientation: int) -> npt.NDArray[np.uint8]:
    """Turn and mirror stored pixels as the EXIF orientation says.

    Parameters
    ----------
    pixels : numpy.ndarray
        uint8, shape (height, width, 3), as stored in the file.
    orientation : int
        EXIF orientation, 1..8.

    Returns
    -------
    numpy.ndarray
        uint8, shape (height, width, 3), upright; the same array for orientation 1.
    """
    turned: npt.NDArray[Any] = pixels
    if orientation == 2:
        turned = cv2.flip(pixels, 1)
    elif orientation == 3:
        turned = cv2.rotate(pixels, cv2.ROTATE_180)
    elif orientation == 4:
        turned = cv2.flip(pixels, 0)
    elif orientation == 5:
        turned = cv2.transpose(pixels)
    elif orientation == 6:
        turned = cv2.rotate(pixels, cv2.ROTATE_90_CLOCKWISE)
    elif orientation == 7:
        turned = cv2.flip(cv2.transpose(pixels), -1)
    elif orientation == 8:
        turned = cv2.rotate(pixels, cv2.ROTATE_90_COUNTERCLOCKWISE)
    return np.asarray(turned, dtype=np.uint8)
