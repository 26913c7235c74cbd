"""Reads the header of a WebP."""

import struct

from defect_app.intake.headers.header import MAX_CHUNKS, Header, damaged_file, incomplete_file
from defect_app.intake.orientation import exif_orientation


def read_webp_header(data: bytes) -> Header:
    """Read the size of a WebP's canvas, and walk its chunks for the EXIF block."""
    if 8 + struct.unpack_from("<I", data, 4)[0] > len(data):
        raise incomplete_file()
    kind = data[12:16]
    if kind == b"VP8X":
        width, height = (1 + int.from_bytes(data[at : at + 3], "little") for at in (24, 27))
    elif kind == b"VP8L":
        bits = struct.unpack_from("<I", data, 21)[0]
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif kind == b"VP8 ":
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", data, 26))
    else:
        raise damaged_file("it does not say its size")
    orientation: int | None = None
    position = 12
    for _ in range(MAX_CHUNKS):
        if position + 8 > len(data):
            return Header(width, height, data, orientation)
        name, length = struct.unpack_from("<4sI", data, position)
        if name == b"EXIF":
            orientation = exif_orientation(data[position + 8 : position + 8 + length])
        position += 8 + length + (length & 1)
    raise damaged_file("it has too many parts")
