"""Reads size, orientation, depth and frame count from a file's header, before any decoder sees the file."""

import struct
from collections.abc import Callable
from typing import Final

from defect_app.intake.headers.bmp import read_bmp_header
from defect_app.intake.headers.boxes import check_boxes
from defect_app.intake.headers.header import Header, damaged_file, incomplete_file
from defect_app.intake.headers.jpeg import read_jpeg_header
from defect_app.intake.headers.png import read_png_header
from defect_app.intake.headers.tiff import read_tiff_header
from defect_app.intake.headers.webp import read_webp_header

__all__ = ["Header", "damaged_file", "incomplete_file", "read_header"]

_READERS: Final[dict[str, Callable[[bytes], Header]]] = {
    "JPEG": read_jpeg_header,
    "PNG": read_png_header,
    "WebP": read_webp_header,
    "BMP": read_bmp_header,
    "TIFF": read_tiff_header,
}


def read_header(data: bytes, format_name: str) -> Header | None:
    """Read the header of a JPEG, PNG, WebP, BMP or TIFF file.

    Parameters
    ----------
    data : bytes
        The whole file, not empty.
    format_name : str
        As `sniff_format` returned it.

    Returns
    -------
    Header or None
        None for AVIF and HEIC, whose libraries read the header alone when they open a file.

    Raises
    ------
    UnusableFile
        The header is cut off or damaged.
    """
    try:
        read = _READERS.get(format_name)
        if read is not None:
            return read(data)
        check_boxes(data)
    except (struct.error, IndexError):
        raise incomplete_file() from None
    return None
