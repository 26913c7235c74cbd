"""Reads the header of a BMP."""

import struct
from typing import Final

from defect_app.intake.headers.header import Header
from defect_app.intake.photo import UnusableFile

# Pillow unpacks run-length coded BMP in Python, at some 5 MB a second.
MAX_PACKED_BYTES: Final = 4_000_000


def read_bmp_header(data: bytes) -> Header:
    """Read the size of a BMP, whose height is negative when its rows run from the top."""
    if len(data) > MAX_PACKED_BYTES and struct.unpack_from("<I", data, 30)[0] in (1, 2):
        raise UnusableFile("too large for a packed BMP", "Save the photo as JPEG or PNG.")
    if struct.unpack_from("<I", data, 14)[0] == 12:
        width, height = struct.unpack_from("<HH", data, 18)
    else:
        width, height = struct.unpack_from("<ii", data, 18)
    return Header(width, abs(height), data, bottom_up=height > 0)
