"""Reads the header of a PNG, and leaves out the chunks that a decoder does not need."""

import struct
from typing import Final

from defect_app.intake.headers.header import MAX_CHUNKS, Header, damaged_file
from defect_app.intake.orientation import exif_orientation

# Chunks that are not picture data; real files have some twenty, and each repeat costs the decoder time.
MAX_OTHER_CHUNKS: Final = 1_000
MAX_REPEATS: Final = 16
_DECODED: Final = frozenset((b"IHDR", b"PLTE", b"IDAT", b"acTL", b"fcTL", b"fdAT", b"zTXt", b"tEXt", b"iTXt"))
_ONCE: Final = frozenset((b"tRNS", b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"cICP", b"sBIT", b"eXIf"))
_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def read_png_header(data: bytes) -> Header:
    """Walk the chunks of a PNG, and leave out the texts and repeats that a decoder does not need."""
    if data[12:16] != b"IHDR":
        raise damaged_file("it does not say its size")
    width, height, bits, colour_type = struct.unpack_from(">IIBB", data, 16)
    found: dict[bytes, bytes] = {}
    kept, position, others, repeats = [data[:8]], 8, 0, 0
    for _ in range(MAX_CHUNKS):
        length, kind = struct.unpack_from(">I4s", data, position)
        chunk = data[position : position + length + 12]
        if kind == b"IEND":
            kept.append(chunk)
            return Header(
                width, height, b"".join(kept), bits=bits,
                orientation=exif_orientation(found[b"eXIf"]) if b"eXIf" in found else None,
                channels=_CHANNELS.get(colour_type, 0) if bits > 8 else 0,
                significant_bits=max(found[b"sBIT"], default=None) if b"sBIT" in found else None,
                code_points=(found[b"cICP"][0], found[b"cICP"][1]) if len(found.get(b"cICP", b"")) == 4 else None,
            )  # fmt: skip
        if kind not in (b"IDAT", b"fdAT", b"fcTL"):
            others, repeats = others + 1, repeats + (kind in found)
            if others > MAX_OTHER_CHUNKS or repeats > MAX_REPEATS:
                raise damaged_file("it has too many parts")
        if kind in _DECODED or (kind in _ONCE and kind not in found):
            kept.append(chunk)
        if kind in _ONCE:
            found.setdefault(kind, data[position + 8 : position + 8 + length])
        position += length + 12
    raise damaged_file("it has too many parts")
