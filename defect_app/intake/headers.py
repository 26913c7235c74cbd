"""Reads size, orientation and frame count from a file's header, before any decoder sees the file."""

import re
import struct
from dataclasses import dataclass
from typing import Final

from defect_app.intake.orientation import exif_orientation, first_directory_value
from defect_app.intake.photo import UnusableFile

# A real file has some ten segments, or some thousand chunks; past these counts it only wants to keep us busy.
MAX_JPEG_SEGMENTS: Final = 512
MAX_CHUNKS: Final = 50_000
# A picture stored in passes is walked over once a pass and kept whole as coefficients of two bytes until the last.
MAX_PASSES: Final = 1000
MAX_PIXELS_PASSED: Final = 1_500_000_000
MAX_COEFFICIENTS: Final = 150_000_000
# Pillow unpacks run-length coded BMP in Python, at some 5 MB a second.
MAX_PACKED_BMP_BYTES: Final = 4_000_000

_MPF_NUMBER_OF_IMAGES: Final = 0xB001
_MARKER = re.compile(rb"\xff[\x01-\xfe]")
_STANDALONE = frozenset((0x01, 0xD8, *range(0xD0, 0xD8)))
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = frozenset((0xC2, 0xC6, 0xCA, 0xCE))
_END_OF_IMAGE: Final = 0xD9
_START_OF_SCAN: Final = 0xDA
_TABLES = frozenset((0xC4, 0xCC, 0xDB, 0xDC, 0xDD)) | _START_OF_FRAME
# APP0 JFIF and APP14 Adobe say how colours are coded, APP2 carries the colour profile.
_KEPT_APPLICATION_DATA = ((0xE0, b"JFIF\0"), (0xEE, b"Adobe"), (0xE2, b"ICC_PROFILE\0"))


@dataclass(frozen=True)
class Header:
    """What is known of a photo before decoding.

    Parameters
    ----------
    width, height : int
        Size as stored, in pixels.
    body : bytes
        The bytes for the decoder; without the metadata that only we read.
    orientation : int or None
        EXIF orientation 1..8; None where the header has no EXIF.
    frames : int
        Number of pictures in the file, where the header says it.
    """

    width: int
    height: int
    body: bytes
    orientation: int | None = None
    frames: int = 1


def incomplete_file() -> UnusableFile:
    """Return the error for a file whose end is missing."""
    return UnusableFile("incomplete file: its end is missing", "Copy or upload the photo again.")


def damaged_file(detail: str = "") -> UnusableFile:
    """Return the error for a file that is a photo but cannot be decoded."""
    reason = f"damaged file: {detail}" if detail else "damaged file"
    return UnusableFile(reason, "Copy the photo again, or open it in a photo program and save it as a new JPEG.")


def read_header(data: bytes, format_name: str) -> Header | None:
    """Read the header of a JPEG, PNG, WebP or BMP file.

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
        if format_name == "JPEG":
            return _read_jpeg_header(data)
        if format_name == "PNG":
            return _read_png_header(data)
        if format_name == "WebP":
            return _read_webp_header(data)
        if format_name == "BMP":
            return _read_bmp_header(data)
        _check_boxes(data)
    except (struct.error, IndexError):
        raise incomplete_file() from None
    return None


def _read_jpeg_header(data: bytes) -> Header:
    """Walk the segments before the first scan and leave out those that a decoder does not need.

    Pillow then meets no EXIF, MPF, XMP or Photoshop block, whose parsing is slow at best.
    """
    kept, position = [b"\xff\xd8"], 2
    width = height = components = frame_marker = 0
    exif = mpf = b""
    for _ in range(MAX_JPEG_SEGMENTS):
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
        elif marker == 0xE1 and content.startswith(b"Exif\0\0"):
            exif = exif or content
        elif marker == 0xE2 and content.startswith(b"MPF\0"):
            mpf = content[4:]
        if marker in _TABLES or any(marker == app and content.startswith(tag) for app, tag in _KEPT_APPLICATION_DATA):
            kept.append(data[start:end])
        elif marker == _START_OF_SCAN:
            if not frame_marker:
                raise damaged_file("it does not say its size")
            kept.append(data[start:])
            if frame_marker in _PROGRESSIVE or content[0] < components:
                _check_passes(data.count(b"\xff\xda", start), width * height, components)
            frames = first_directory_value(mpf, _MPF_NUMBER_OF_IMAGES) or 1
            return Header(width, height, b"".join(kept), exif_orientation(exif), frames)
        position = end
    raise damaged_file("its header has too many parts")


def _check_passes(passes: int, pixels: int, components: int) -> None:
    """Refuse a JPEG whose passes would take seconds or whose coefficients would take half a gigabyte."""
    if passes > MAX_PASSES or passes * pixels > MAX_PIXELS_PASSED or components * pixels > MAX_COEFFICIENTS:
        raise UnusableFile(
            f"too large for a JPEG stored in passes: {pixels / 1e6:.1f} megapixels in {passes} passes",
            "Save the photo as an ordinary (baseline, not progressive) JPEG.",
        )


def _read_png_header(data: bytes) -> Header:
    """Walk the chunks of a PNG."""
    if data[12:16] != b"IHDR":
        raise damaged_file("it does not say its size")
    width, height = struct.unpack_from(">II", data, 16)
    orientation: int | None = None
    position = 8
    for _ in range(MAX_CHUNKS):
        length, kind = struct.unpack_from(">I4s", data, position)
        if kind == b"IEND":
            return Header(width, height, data, orientation)
        if kind == b"eXIf":
            orientation = exif_orientation(data[position + 8 : position + 8 + length])
        position += length + 12
    raise damaged_file("it has too many parts")


def _read_webp_header(data: bytes) -> Header:
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


def _read_bmp_header(data: bytes) -> Header:
    """Read the size of a BMP, whose height is negative when its rows run from the top."""
    if len(data) > MAX_PACKED_BMP_BYTES and struct.unpack_from("<I", data, 30)[0] in (1, 2):
        raise UnusableFile("too large for a packed BMP", "Save the photo as JPEG or PNG.")
    if struct.unpack_from("<I", data, 14)[0] == 12:
        width, height = struct.unpack_from("<HH", data, 18)
    else:
        width, height = struct.unpack_from("<ii", data, 18)
    return Header(width, abs(height), data)


def _check_boxes(data: bytes) -> None:
    """Walk the outermost boxes of an AVIF or HEIC file, which say how long the file must be."""
    position = 0
    for _ in range(MAX_CHUNKS):
        if position + 8 > len(data):
            return
        length, kind = struct.unpack_from(">I4s", data, position)
        if not kind.isalnum():  # something else follows the picture
            return
        if length == 1:
            length = struct.unpack_from(">Q", data, position + 8)[0]
        if length == 0:
            return
        if length < 8:
            raise damaged_file()
        position += length
        if position > len(data):
            raise incomplete_file()
    raise damaged_file("it has too many parts")
