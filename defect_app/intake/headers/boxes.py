"""Checks the boxes of an AVIF or HEIC, whose libraries read the rest of the header alone."""

import struct

from defect_app.intake.headers.header import MAX_CHUNKS, damaged_file, incomplete_file


def check_boxes(data: bytes) -> None:
    """Walk the outermost boxes of an AVIF or HEIC file, which say how long the file must be."""
    position = 0
    for _ in range(MAX_CHUNKS):
        if position + 8 > len(data):
            return
        length, kind = struct.unpack_from(">I4s", data, position)
        if not kind.isalnum():  # something else follows the picture
            return
        if length == 1:
            if position + 16 > len(data):
                raise incomplete_file()
            length = struct.unpack_from(">Q", data, position + 8)[0]
        if length == 0:
            return
        if length < 8:
            raise damaged_file()
        position += length
        if position > len(data):
            raise incomplete_file()
    raise damaged_file("it has too many parts")
