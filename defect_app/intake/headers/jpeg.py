"""Reads the header of a JPEG, and leaves out the segments that a decoder does not need."""

import re
import struct
from typing import Final

from defect_app.intake.headers.header import Header, damaged_file, incomplete_file
from defect_app.intake.orientation import exif_orientation, first_directory_value
from defect_app.intake.photo import UnusableFile

# A real file has some ten segments; past this count it only wants to keep us busy.
MAX_SEGMENTS: Final = 512
# A picture stored in passes is walked over once a pass and kept whole as coefficients of two bytes until the last.
MAX_PASSES: Final = 1000
MAX_PIXELS_PASSED: Final = 1_500_000_000
MAX_COEFFICIENTS: Final = 150_000_000

_MPF_NUMBER_OF_IMAGES: Final = 0xB001
_MPF_ENTRY_BYTES: Final = 16
"""What the index of a multi-picture file says of each picture."""
_MARKER = re.compile(rb"\xff[\x01-\xfe]")
_STANDALONE = frozenset((0x01, 0xD8, *range(0xD0, 0xD8)))
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = frozenset((0xC2, 0xC6, 0xCA, 0xCE))
_END_OF_IMAGE: Final = 0xD9
_START_OF_SCAN: Final = 0xDA
_TABLES = frozenset((0xC4, 0xCC, 0xDB, 0xDC, 0xDD)) | _START_OF_FRAME
# APP0 JFIF and APP14 Adobe say how colours are coded, APP2 carries the colour profile.
_KEPT_APPLICATION_DATA = ((0xE0, b"JFIF\0"), (0xEE, b"Adobe"), (0xE2, b"ICC_PROFILE\0"))

_EXIF, _MPF, _ANY = b"Exif\0\0", b"MPF\0", b""
_READ_HERE = ((0xE1, _EXIF), (0xE2, _MPF), (0xFE, _ANY))
"""Segments that only we read, by marker and first bytes: the first of each counts. The last are comments."""


def read_jpeg_header(data: bytes) -> Header:
    """Walk the segments before the first scan and leave out those that a decoder does not need.

    Pillow then meets no EXIF, MPF, XMP or Photoshop block, whose parsing is slow at best.
    """
    kept, position = [b"\xff\xd8"], 2
    width = height = components = frame_marker = 0
    read: dict[bytes, bytes] = {}
    for _ in range(MAX_SEGMENTS):
        found = _MARKER.search(data, position)
        if found is None:
            raise incomplete_file()
        start, marker = found.start(), data[found.start() + 1]
        if marker in _STANDALONE:
            position = start + 2
            continue
        if marker == _END_OF_IMAGE:
            raise damaged_file("it holds no picture")
        end = start + 2 + struct.unpack_from(">H", data, start + 2)[0]
        if end < start + 4:
            raise damaged_file()
        if end > len(data):
            raise incomplete_file()
        content = data[start + 4 : end]
        if marker in _START_OF_FRAME:
            if frame_marker:
                raise damaged_file("it begins two pictures at once")
            frame_marker = marker
            bits, height, width, components = struct.unpack_from(">BHHB", content)
            if bits != 8 or components not in (1, 3, 4):
                raise UnusableFile(
                    f"an unusual JPEG: {bits}-bit with {components} colour components", "Save it as an ordinary JPEG."
                )
        for of_kind, tag in _READ_HERE:
            if marker == of_kind and content.startswith(tag):
                read.setdefault(tag, content)
        if marker in _TABLES or any(marker == app and content.startswith(tag) for app, tag in _KEPT_APPLICATION_DATA):
            kept.append(data[start:end])
        elif marker == _START_OF_SCAN:
            if not frame_marker:
                raise damaged_file("it does not say its size")
            kept.append(data[start:])
            if frame_marker in _PROGRESSIVE or content[0] < components:
                _check_passes(data.count(b"\xff\xda", start), width * height, components)
            mpf = read.get(_MPF, b"")[len(_MPF) :]
            frames = first_directory_value(mpf, _MPF_NUMBER_OF_IMAGES) or 1
            if frames > len(mpf) // _MPF_ENTRY_BYTES:  # a number that is not listed is damage, and not told
                frames = 1
            return Header(
                width,
                height,
                b"".join(kept),
                exif_orientation(read.get(_EXIF, b"")),
                frames,
                comment=read.get(_ANY, b""),
            )
        position = end
    raise damaged_file("its header has too many parts")


def _check_passes(passes: int, pixels: int, components: int) -> None:
    """Refuse a JPEG whose passes would take seconds or whose coefficients would take half a gigabyte."""
    if passes > MAX_PASSES or passes * pixels > MAX_PIXELS_PASSED or components * pixels > MAX_COEFFICIENTS:
        raise UnusableFile(
            f"too large for a JPEG stored in passes: {pixels / 1e6:.1f} megapixels in {passes} passes",
            "Save the photo as an ordinary (baseline, not progressive) JPEG.",
        )
