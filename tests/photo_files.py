"""Makes the photo files that tests need, good and hostile ones; nothing binary is kept in the repository."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pillow_heif
from PIL import Image

Pixels = npt.NDArray[np.uint8]

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"

# XYZ at D50 of the primaries, a row each: of sRGB, and of a wider gamut like Adobe's.
SRGB_PRIMARIES = np.array([[0.43607, 0.22249, 0.01392], [0.38515, 0.71687, 0.09708], [0.14307, 0.06061, 0.71410]])
WIDE_PRIMARIES = np.array([[0.60974, 0.31111, 0.01947], [0.20528, 0.62567, 0.06087], [0.14919, 0.06322, 0.74457]])

# What must be done to upright pixels so that a viewer who obeys the orientation sees them upright again.
_STORED_FROM_UPRIGHT: dict[int, Any] = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a, 1),
    7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
    8: lambda a: np.rot90(a, -1),
}


def photo_pixels(height: int = 96, width: int = 128, seed: int = 0) -> Pixels:
    """Return smooth, asymmetric, photo-like RGB pixels, the same for the same arguments."""
    generator = np.random.default_rng(seed)
    coarse = generator.integers(0, 256, (max(2, height // 16), max(2, width // 16), 3), dtype=np.uint8)
    smooth = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    noise = generator.integers(-4, 5, smooth.shape, dtype=np.int16)
    pixels: Pixels = np.clip(smooth.astype(np.int16) + noise, 0, 255).astype(np.uint8)
    return pixels


def encoded(image: Image.Image | Pixels, format_name: str, **options: Any) -> bytes:
    """Return a picture as a file of a Pillow format ("JPEG", "PNG", "WEBP", "BMP", "AVIF", "HEIF", "TIFF"...)."""
    if format_name == "HEIF":
        pillow_heif.register_heif_opener()
    picture = image if isinstance(image, Image.Image) else Image.fromarray(image)
    buffer = io.BytesIO()
    picture.save(buffer, format_name, **options)
    return buffer.getvalue()


def exif_block(orientation: int) -> bytes:
    """Return an EXIF block that holds an orientation."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif.tobytes()


def stored_pixels(upright: Pixels, orientation: int) -> Pixels:
    """Return pixels as a camera stores them when it notes the orientation instead of turning the picture."""
    return np.ascontiguousarray(_STORED_FROM_UPRIGHT[orientation](upright))


def turned_file(upright: Pixels, orientation: int, format_name: str, **options: Any) -> bytes:
    """Return a file whose pixels are turned and whose EXIF says how to turn them back."""
    return encoded(stored_pixels(upright, orientation), format_name, exif=exif_block(orientation), **options)


def jpeg_bytes(
    pixels: Pixels | None = None, *, orientation: int | None = None, quality: int = 92, **options: Any
) -> bytes:
    """Return a JPEG file of upright pixels, stored turned where an orientation is given."""
    upright = photo_pixels() if pixels is None else pixels
    if orientation is not None:
        return turned_file(upright, orientation, "JPEG", quality=quality, **options)
    return encoded(upright, "JPEG", quality=quality, **options)


def png_bytes(pixels: Pixels | None = None, *, orientation: int | None = None, **options: Any) -> bytes:
    """Return a PNG file of upright pixels, stored turned where an orientation is given."""
    upright = photo_pixels() if pixels is None else pixels
    if orientation is not None:
        return turned_file(upright, orientation, "PNG", **options)
    return encoded(upright, "PNG", **options)


def webp_bytes(pixels: Pixels | None = None, **options: Any) -> bytes:
    """Return a WebP file of pixels."""
    return encoded(photo_pixels() if pixels is None else pixels, "WEBP", **options)


def cmyk_jpeg_bytes(pixels: Pixels | None = None, **options: Any) -> bytes:
    """Return a CMYK JPEG, inverted as Adobe programs write it."""
    picture = Image.fromarray(photo_pixels() if pixels is None else pixels).convert("CMYK")
    return encoded(picture, "JPEG", quality=95, **options)


def ycck_jpeg_bytes(pixels: Pixels | None = None) -> bytes:
    """Return a YCCK JPEG: what Photoshop makes of CMYK.

    Four plain components are written, and the Adobe marker is then set to say that three of them are luma and chroma.
    """
    picture = Image.fromarray(photo_pixels() if pixels is None else pixels).convert("CMYK")
    cyan, magenta, yellow, black = picture.split()
    luma_chroma = Image.merge("RGB", (cyan, magenta, yellow)).convert("YCbCr")
    # Pillow inverts each component that it writes; the file needs luma and chroma as they are, and black inverted.
    plain = [band.point(lambda value: 255 - value) for band in luma_chroma.split()]
    stored = Image.merge("CMYK", (*plain, black))
    file = bytearray(encoded(stored, "JPEG", quality=98, subsampling=0))
    adobe = file.index(b"Adobe")
    file[adobe + 11] = 2
    return bytes(file)


def png_chunk(kind: bytes, content: bytes) -> bytes:
    """Return one PNG chunk with its length and checksum."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_header(width: int, height: int, *, bit_depth: int = 8, colour_type: int = 2) -> bytes:
    """Return a PNG's signature and its header chunk alone."""
    content = struct.pack(">IIBBBBB", width, height, bit_depth, colour_type, 0, 0, 0)
    return PNG_SIGNATURE + png_chunk(b"IHDR", content)


def huge_png_header(width: int = 50_000, height: int = 50_000, *, bit_depth: int = 1, colour_type: int = 0) -> bytes:
    """Return a complete, tiny PNG file that claims a huge size."""
    start = png_header(width, height, bit_depth=bit_depth, colour_type=colour_type)
    return start + png_chunk(b"IDAT", zlib.compress(bytes(1000))) + png_chunk(b"IEND", b"")


def black_png_bytes(width: int, height: int) -> bytes:
    """Return a valid grey PNG of any size, all black, without holding its pixels."""
    packer = zlib.compressobj(1)
    rows = b"".join(packer.compress(bytes(width + 1)) for _ in range(height)) + packer.flush()
    return png_header(width, height, colour_type=0) + png_chunk(b"IDAT", rows) + png_chunk(b"IEND", b"")


def png_with_chunks(chunks: Iterable[bytes], pixels: Pixels | None = None) -> bytes:
    """Return a PNG file with chunks put in right after its header."""
    file = png_bytes(pixels)
    return file[:33] + b"".join(chunks) + file[33:]


def text_bomb_png(unpacked_bytes: int = 60_000_000) -> bytes:
    """Return a PNG whose compressed text chunk unpacks to a great size."""
    return png_with_chunks([png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"a" * unpacked_bytes, 9))])


def deep_grey_png_bytes(values: npt.NDArray[np.uint16]) -> bytes:
    """Return a 16-bit grey PNG."""
    return encoded(Image.fromarray(values), "PNG")


def animation_bytes(format_name: str, frames: list[Pixels]) -> bytes:
    """Return an animated "WEBP", "PNG" or "AVIF", or a "MPO" burst, losslessly where the format can."""
    pictures = [Image.fromarray(frame) for frame in frames]
    options: dict[str, Any] = {"save_all": True, "append_images": pictures[1:]}
    if format_name == "WEBP":
        options["lossless"] = True
    return encoded(pictures[0], format_name, **options)


def with_last_pass_repeated(progressive_jpeg: bytes, times: int) -> bytes:
    """Return a progressive JPEG with its last pass repeated, which keeps a decoder busy for nothing."""
    last = progressive_jpeg.rindex(b"\xff\xda")
    return progressive_jpeg[:-2] + progressive_jpeg[last:-2] * times + b"\xff\xd9"


def zip_bytes() -> bytes:
    """Return a ZIP archive with one small text file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("read.txt", "nothing to see")
    return buffer.getvalue()


def foreign_files() -> dict[str, bytes]:
    """Return files of picture kinds that are not accepted, by a name for each."""
    pixels = photo_pixels()
    fits = b"".join(card.ljust(80).encode() for card in ("SIMPLE  =                    T", "BITPIX  = 8", "END"))
    return {
        "BigTIFF": encoded(pixels, "TIFF", big_tiff=True),
        "EPS": encoded(pixels, "EPS"),
        "PSD": b"8BPS\0\1" + bytes(200),
        "PDF": encoded(pixels, "PDF"),
        "FITS": fits.ljust(2880),
        "ICO": encoded(pixels, "ICO"),
        "SVG": b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "GIF": encoded(pixels, "GIF"),
        "JPEG 2000": encoded(pixels, "JPEG2000"),
        "video": b"\0\0\0\x18ftypisom\0\0\0\0isomavc1" + bytes(200),
    }


def icc_profile_bytes(*, gamma: float, primaries: npt.NDArray[np.float64] | None = None) -> bytes:
    """Return an ICC profile with one gamma: for RGB where the primaries are given, else for grey.

    Parameters
    ----------
    gamma : float
        Exponent from stored values to light.
    primaries : numpy.ndarray, optional
        Shape (3, 3): XYZ (D50) of red, green and blue, a row each.
    """

    def fixed(values: Iterable[float]) -> bytes:
        return b"".join(struct.pack(">i", round(value * 65536)) for value in values)

    def xyz(values: Iterable[float]) -> bytes:
        return b"XYZ \0\0\0\0" + fixed(values)

    name = b"Test profile\0"
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(name)) + name + bytes(78),
        b"cprt": b"text\0\0\0\0none\0",
        b"wtpt": xyz((0.9642, 1.0, 0.8249)),
    }
    if primaries is None:
        tags[b"kTRC"] = curve
    else:
        for colour, row in zip((b"r", b"g", b"b"), primaries, strict=True):
            tags[colour + b"XYZ"] = xyz(row)
            tags[colour + b"TRC"] = curve
    table, body, offset = struct.pack(">I", len(tags)), b"", 132 + 12 * len(tags)
    for tag, content in tags.items():
        table += tag + struct.pack(">II", offset + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    space = b"GRAY" if primaries is None else b"RGB "
    rest = b"mntr" + space + b"XYZ " + bytes(12) + b"acsp" + bytes(28) + fixed((0.9642, 1.0, 0.8249)) + bytes(48)
    header = struct.pack(">I4sI", 128 + len(table) + len(body), bytes(4), 0x02100000) + rest
    return header + table + body
