"""Signs that a picture which decoded is not whole, for formats that carry no checksum; and raw sensor mosaics."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]

LEAST_TAIL: Final = 0.02
"""Share of the rows, at the end of the file, from which a constant tail is taken for missing data."""
_WITHOUT_CHECKSUM: Final = ("BMP", "WebP", "AVIF", "HEIC", "TIFF")
_MOSAIC_SIDE: Final = 256
_MOSAIC_RATIO: Final = 2.5
_MOSAIC_LEAST: Final = 4.0
CONSTANT_TAIL: Final = "its last rows are all of one colour: data may be missing"
MOSAIC: Final = "raw sensor data: its colours are still a mosaic (Bayer pattern)"


def doubt_about(stored: Pixels, format_name: str, *, bottom_up: bool = False) -> str:
    """Say why a picture that decoded may not be whole, or not be a picture yet; an empty string for most.

    Parameters
    ----------
    stored : numpy.ndarray
        uint8, shape (height, width, 3), as stored, before it is turned upright.
    format_name : str
        One of `ACCEPTED_FORMATS`.
    bottom_up : bool
        See `has_constant_tail`.
    """
    if format_name in _WITHOUT_CHECKSUM and has_constant_tail(stored, bottom_up=bottom_up):
        return CONSTANT_TAIL
    # A JPEG never holds sensor data, and its reduced scale would hide them.
    return MOSAIC if format_name != "JPEG" and is_mosaic(stored) else ""


def has_constant_tail(stored: Pixels, *, bottom_up: bool = False) -> bool:
    """Return whether the rows that a file stores last hold one value, and the others do not.

    What is missing from a file without checksums decodes to zeros, or to a repeat of the last value. A photo that
    ends so by nature, in a black border, cannot be told apart; a person then looks.

    Parameters
    ----------
    stored : numpy.ndarray
        uint8, shape (height, width, 3), as stored, before it is turned upright.
    bottom_up : bool
        Whether the last row of the file is the top row of the picture, as in most BMP files.
    """
    rows = stored[::-1] if bottom_up else stored
    tail = max(2, round(LEAST_TAIL * len(rows)))
    last = rows[-tail:]
    return bool((last == last[-1, -1]).all()) and not bool((rows == last[-1, -1]).all())


def is_mosaic(pixels: Pixels) -> bool:
    """Return whether grey pixels alternate as those behind a Bayer filter do.

    Neighbours lie behind filters of different colours, every second one behind the same: differences to the next
    pixel are then much larger than those to the next but one, along rows and along columns.

    Parameters
    ----------
    pixels : numpy.ndarray
        uint8, shape (height, width, 3), at full scale.
    """
    if min(pixels.shape[:2]) < 8 or not _is_grey(pixels):
        return False
    top, left = ((side - min(side, _MOSAIC_SIDE)) // 2 for side in pixels.shape[:2])
    values = pixels[top : top + _MOSAIC_SIDE, left : left + _MOSAIC_SIDE, 0].astype(np.int16)
    for axis in (0, 1):
        next_one = float(np.abs(np.diff(values, axis=axis)).mean())
        after_next = values[2:] - values[:-2] if axis == 0 else values[:, 2:] - values[:, :-2]
        if next_one < _MOSAIC_LEAST or next_one < _MOSAIC_RATIO * float(np.abs(after_next).mean()):
            return False
    return True


def _is_grey(pixels: Pixels) -> bool:
    sample = pixels[::7, ::7]
    return bool((sample[..., 0] == sample[..., 1]).all() and (sample[..., 1] == sample[..., 2]).all())
