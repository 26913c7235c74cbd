"""Decodes JPEG with libjpeg-turbo's warnings heard: a scan that is damaged in the middle is not judged in silence."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import numpy.typing as npt
import simplejpeg

from defect_app.intake.failures import is_memory_error
from defect_app.intake.headers import damaged_file, incomplete_file

_EXTRANEOUS: Final = re.compile(r"(\d+) extraneous bytes before marker 0xd9")
_END_OF_IMAGE: Final = b"\xff\xd9"
_START_OF_SCAN: Final = b"\xff\xda"
_HUFFMAN_TABLES: Final = 0xC4
_LONGEST_ZEROS: Final = 64
_CORRUPT: Final = "its picture data are corrupt"
_HARMLESS: Final = ("unknown JFIF revision", "Unknown Adobe color transform", "Invalid SOS parameters for sequential")


def decode_jpeg(
    body: bytes, colours: str, *, least_size: tuple[int, int] | None = None
) -> npt.NDArray[np.uint8] | None:
    """Decode a JPEG at the smallest scale that keeps a size.

    Pixels are those of Pillow to the bit: accurate transform, smooth chroma.

    Parameters
    ----------
    body : bytes
        The file, its header checked.
    colours : {"RGB", "GRAY", "CMYK"}
        What to decode to; "CMYK" for files of four components, as stored.
    least_size : (width, height), optional
        In pixels; None keeps the full scale.

    Returns
    -------
    numpy.ndarray or None
        uint8, shape (height, width, 3, 1 or 4). None for a sound file with an odd header, which this decoder stops at:
        a decoder that is deaf to warnings may have it.

    Raises
    ------
    UnusableFile
        If the data end early, or libjpeg-turbo had to make up for damage.
    """
    if _holds_impossible_zeros(body):
        raise damaged_file(_CORRUPT)
    width, height = least_size or (0, 0)
    try:
        pixels = simplejpeg.decode_jpeg(
            body, colours, fastdct=False, fastupsample=False, min_height=height, min_width=width, strict=True
        )
        return np.asarray(pixels)
    except ValueError as error:
        if is_memory_error(error):
            raise
        warning = str(error)
    if _is_harmless(body, warning):
        return None
    is_whole = body.rfind(_END_OF_IMAGE) > body.rfind(_START_OF_SCAN) and "Premature end" not in warning
    raise damaged_file(_CORRUPT) if is_whole else incomplete_file()


def _is_harmless(body: bytes, warning: str) -> bool:
    """Return whether a warning is about an odd header alone, or about zeros or fill bytes put before the end."""
    found = _EXTRANEOUS.search(warning)
    if found is None:
        return any(words in warning for words in _HARMLESS)
    end = body.rfind(_END_OF_IMAGE)
    before = body[max(0, end - int(found.group(1))) : end]
    return bool(before) and (before.strip(b"\0") == b"" or before.strip(b"\xff") == b"")


def _holds_impossible_zeros(body: bytes) -> bool:
    """Return whether a scan holds a run of zeros that no encoder writes.

    Decoders take it for coefficients and do not always stumble over the end. In a scan of details it never occurs by
    nature. In one that begins with the mean of each block it does where the shortest code of every table means
    "nothing new": an even area, under tables made for the picture.
    """
    first_scan = body.find(_START_OF_SCAN)
    run = body.find(bytes(_LONGEST_ZEROS), first_scan)
    end = body.find(_END_OF_IMAGE, first_scan)
    if not 0 <= run < end or body[run:end].strip(b"\0") == b"":
        return False
    scan = body.rfind(_START_OF_SCAN, 0, run)
    first_coefficient = body[scan + 5 + 2 * body[scan + 4]]
    if first_coefficient > 0:
        return True
    is_progressive = body[scan + 6 + 2 * body[scan + 4]] == 0
    return not is_progressive and any(symbol != 0 for symbol in _first_symbols(body[:first_scan]))


def _first_symbols(header: bytes) -> list[int]:
    """Return what the all-zero code of each Huffman table in a header means."""
    symbols, position = [], 2
    while position + 4 <= len(header):
        marker, length = header[position + 1], int.from_bytes(header[position + 2 : position + 4], "big")
        end = position + 2 + length
        if marker == _HUFFMAN_TABLES:
            at = position + 4
            while at + 17 < end:
                symbols.append(header[at + 17])
                at += 17 + sum(header[at + 1 : at + 17])
        position = end
    return symbols
