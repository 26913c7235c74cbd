"""What headers of BMP, AVIF and HEIC say before a decoder sees the file."""

import struct

import pytest

from defect_app.intake.headers.bmp import MAX_PACKED_BYTES, read_bmp_header
from defect_app.intake.headers.boxes import check_boxes
from defect_app.intake.headers.header import MAX_CHUNKS
from defect_app.intake.photo import UnusableFile


def box(kind: bytes, content: bytes, *, length: int | None = None) -> bytes:
    return struct.pack(">I4s", 8 + len(content) if length is None else length, kind) + content


FILE_TYPE = box(b"ftyp", b"avif")


@pytest.mark.parametrize(
    "data",
    [
        FILE_TYPE + box(b"mdat", b"picture"),
        FILE_TYPE + box(b"mdat", b"to the end of the file", length=0),
        FILE_TYPE + box(b"mdat", struct.pack(">Q", 16 + 7) + b"picture", length=1),
        FILE_TYPE + box(b"mdat", b"picture") + b"\0\0\0\x09\xff\xfe\xfd\xfcx",
        FILE_TYPE + box(b"mdat", b"picture") + b"end",
    ],
    ids=["plain", "the last box has no length", "a length of 64 bits", "something else follows", "a few bytes follow"],
)
def test_boxes_that_reach_to_the_end_are_accepted(data: bytes) -> None:
    check_boxes(data)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (FILE_TYPE + box(b"mdat", b"pict", length=8 + 7), "incomplete file"),
        (FILE_TYPE + box(b"mdat", struct.pack(">Q", 2**60), length=1), "incomplete file"),
        (FILE_TYPE + box(b"mdat", b"", length=1), "incomplete file"),
        (FILE_TYPE + box(b"mdat", b"picture", length=7), "damaged file"),
        (box(b"free", b"") * (MAX_CHUNKS + 1), "too many parts"),
    ],
    ids=["cut off", "cut off, 64 bits", "cut off in its length", "shorter than its own header", "nothing but boxes"],
)
def test_boxes_that_do_not_fit_the_file_are_refused(data: bytes, said: str) -> None:
    with pytest.raises(UnusableFile, match=said):
        check_boxes(data)


def bmp(header: bytes, *, compression: int = 0, size: int = 64) -> bytes:
    data = bytearray(b"BM" + bytes(12) + header)
    data += bytes(max(size, 64) - len(data))
    data[30:34] = struct.pack("<I", compression)
    return bytes(data)


@pytest.mark.parametrize(
    ("header", "size", "bottom_up"),
    [
        (struct.pack("<Iii", 40, 640, 480), (640, 480), True),
        (struct.pack("<Iii", 40, 640, -480), (640, 480), False),
        (struct.pack("<IHH", 12, 300, 200), (300, 200), True),
    ],
    ids=["rows from the bottom", "rows from the top", "OS/2"],
)
def test_the_size_of_a_bmp_is_read_from_either_header(header: bytes, size: tuple[int, int], bottom_up: bool) -> None:
    found = read_bmp_header(bmp(header))
    assert (found.width, found.height) == size
    assert found.bottom_up is bottom_up


@pytest.mark.parametrize("compression", [1, 2])
def test_a_large_bmp_that_is_packed_is_refused_since_it_would_take_seconds(compression: int) -> None:
    header = struct.pack("<Iii", 40, 4000, 3000)
    assert read_bmp_header(bmp(header, compression=compression)).width == 4000
    with pytest.raises(UnusableFile, match="too large for a packed BMP"):
        read_bmp_header(bmp(header, compression=compression, size=MAX_PACKED_BYTES + 1))
