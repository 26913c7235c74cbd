"""Reads the first page of a baseline TIFF's directory, and refuses every other kind before a decoder sees it."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from defect_app.intake.headers.header import Header, damaged_file, incomplete_file
from defect_app.intake.photo import UnusableFile

MAX_ENTRIES: Final = 256
MAX_STRIPS: Final = 100_000
MAX_PAGES: Final = 10_000
_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_FORMATS: Final = {1: "B", 3: "H", 4: "I"}
_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC = 256, 257, 258, 259, 262
_STRIP_OFFSETS, _ORIENTATION, _SAMPLES, _STRIP_BYTES, _PLANES = 273, 274, 277, 279, 284
_TILE_WIDTH, _TILE_OFFSETS, _EXTRA_SAMPLES, _SAMPLE_FORMAT = 322, 324, 338, 339
_COMPRESSIONS: Final = {1: "none", 5: "LZW", 8: "deflate", 32946: "deflate"}
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB = 0, 1, 2
_REMEDY: Final = "Save the photo as a plain TIFF (grey or RGB, 8 or 16 bits, in strips), as PNG or as JPEG."


@dataclass(frozen=True)
class _Directory:
    """One page: whole-number values by tag, and where the next page begins (0 for none)."""

    values: dict[int, tuple[int, ...]]
    next_offset: int

    def one(self, tag: int, otherwise: int | None = None) -> int:
        """Return the first value of a tag."""
        found = self.values.get(tag)
        if not found:
            if otherwise is None:
                raise damaged_file("it does not say its size or form")
            return otherwise
        return found[0]


def read_tiff_header(data: bytes) -> Header:
    """Read and check the directory of the first page.

    Raises
    ------
    UnusableFile
        If the file is no baseline TIFF of grey or RGB in 8 or 16 bits, or is cut off.
    struct.error
        If a number lies beyond the end of the file.
    """
    order = "<" if data[:2] == b"II" else ">"
    first = _directory(data, order, struct.unpack_from(order + "I", data, 4)[0])
    _check_kind(first)
    _check_strips(first, len(data))
    bits = first.one(_BITS)
    return Header(
        first.one(_WIDTH),
        first.one(_HEIGHT),
        data,
        orientation=1 if first.one(_ORIENTATION, 1) not in range(1, 9) else first.one(_ORIENTATION, 1),
        frames=_pages(data, order, first),
        bits=bits,
        white_is_zero=first.one(_PHOTOMETRIC) == _WHITE_IS_ZERO,
        channels=first.one(_SAMPLES, 1),
    )


def _directory(data: bytes, order: str, start: int) -> _Directory:
    if start < 8 or start + 2 > len(data):
        raise incomplete_file()
    count = struct.unpack_from(order + "H", data, start)[0]
    if not 0 < count <= MAX_ENTRIES:
        raise damaged_file("its directory has no entries, or too many")
    values: dict[int, tuple[int, ...]] = {}
    for at in range(start + 2, start + 2 + 12 * count, 12):
        tag, kind, length = struct.unpack_from(order + "HHI", data, at)
        letter = _FORMATS.get(kind)
        if letter is None:
            continue
        if length > MAX_STRIPS:
            raise damaged_file("an entry of its directory is too long")
        size = _SIZES[kind] * length
        where = at + 8 if size <= 4 else struct.unpack_from(order + "I", data, at + 8)[0]
        if where + size > len(data):
            raise incomplete_file()
        values.setdefault(tag, struct.unpack_from(f"{order}{length}{letter}", data, where))
    return _Directory(values, struct.unpack_from(order + "I", data, start + 2 + 12 * count)[0])


def _check_kind(page: _Directory) -> None:
    samples, bits = page.one(_SAMPLES, 1), page.values.get(_BITS, (1,))
    photometric = page.one(_PHOTOMETRIC)
    is_grey = photometric in (_WHITE_IS_ZERO, _BLACK_IS_ZERO) and samples == 1
    compression = page.one(_COMPRESSION, 1)
    checks = (
        (_TILE_WIDTH in page.values or _TILE_OFFSETS in page.values, "a tiled TIFF"),
        (compression not in _COMPRESSIONS, f"a TIFF of compression {compression}"),
        (not is_grey and not (photometric == _RGB and samples == 3), "a TIFF that is neither grey nor RGB"),
        (len(bits) != samples or set(bits) not in ({8}, {16}), "a TIFF of other than 8 or 16 bits"),
        (any(form != 1 for form in page.values.get(_SAMPLE_FORMAT, (1,))), "a TIFF of signed or decimal numbers"),
        (samples > 1 and page.one(_PLANES, 1) != 1, "a TIFF with a plane for each colour"),
        (_EXTRA_SAMPLES in page.values, "a TIFF with additional channels"),
    )
    for is_wrong, what in checks:
        if is_wrong:
            raise UnusableFile(f"not a baseline TIFF: {what}", _REMEDY)


def _check_strips(page: _Directory, file_bytes: int) -> None:
    offsets, lengths = page.values.get(_STRIP_OFFSETS, ()), page.values.get(_STRIP_BYTES, ())
    if not offsets or len(offsets) != len(lengths):
        raise damaged_file("it does not say where its rows are")
    if any(offset + length > file_bytes for offset, length in zip(offsets, lengths, strict=True)):
        raise incomplete_file()
    if page.one(_COMPRESSION, 1) == 1:
        needed = page.one(_WIDTH) * page.one(_HEIGHT) * sum(page.values[_BITS]) // 8
        if sum(lengths) < needed:
            raise incomplete_file()


def _pages(data: bytes, order: str, first: _Directory) -> int:
    pages, following, seen = 1, first.next_offset, set[int]()
    while following and following not in seen and pages < MAX_PAGES:
        seen.add(following)
        if following + 2 > len(data):
            break
        count = struct.unpack_from(order + "H", data, following)[0]
        end = following + 2 + 12 * count
        if end + 4 > len(data):
            break
        pages, following = pages + 1, struct.unpack_from(order + "I", data, end)[0]
    return pages
