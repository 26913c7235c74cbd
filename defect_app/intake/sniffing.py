"""Tells what a file is from its first bytes, never from its name."""

import re

from defect_app.intake.photo import UnusableFile

ACCEPTED_FORMATS = ("JPEG", "PNG", "WebP", "BMP", "AVIF", "HEIC", "TIFF")
ACCEPTED_IN_WORDS = "JPEG, PNG, WebP, BMP, AVIF, HEIC and baseline TIFF"

_HEIC_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"))
_AVIF_BRANDS = frozenset((b"avif", b"avis"))
_OPEN_BRANDS = frozenset((b"mif1", b"msf1"))

# Pictures that other programs read. They stay shut here because their decoders are where the security holes were.
_OTHER_PICTURES: tuple[tuple[bytes, str], ...] = (
    (b"GIF8", "a GIF picture"),
    (b"II+\0", "a BigTIFF picture"),
    (b"MM\0+", "a BigTIFF picture"),
    (b"8BPS", "a Photoshop picture"),
    (b"%!PS", "an EPS or PostScript drawing"),
    (b"\xc5\xd0\xd3\xc6", "an EPS drawing"),
    (b"%PDF", "a PDF document"),
    (b"SIMPLE  =", "a FITS picture"),
    (b"\0\0\1\0", "an icon file"),
    (b"\0\0\2\0", "a cursor file"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"DDS ", "a DDS texture"),
    (b"icns", "an icon file"),
    (b"qoif", "a QOI picture"),
    (b"FUJIFILMCCD-RAW", "a camera raw picture"),
)
_OTHER_FILES: tuple[tuple[bytes, str], ...] = (
    (b"PK\3\4", "a ZIP archive"),
    (b"PK\5\6", "a ZIP archive"),
    (b"\x1f\x8b", "a compressed archive"),
    (b"Rar!", "a compressed archive"),
    (b"7z\xbc\xaf", "a compressed archive"),
    (b"\x1aE\xdf\xa3", "a video"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
)
_SVG = re.compile(rb"<svg[\s>]", re.IGNORECASE)
_HTML = re.compile(rb"<(!doctype html|html|head|body|script)[\s>]", re.IGNORECASE)
_SNIFFED_BYTES = 4096


def sniff_format(data: bytes) -> str:
    """Return the format of a file that may be opened, by its content.

    Parameters
    ----------
    data : bytes
        The whole file.

    Returns
    -------
    str
        One of `ACCEPTED_FORMATS`.

    Raises
    ------
    UnusableFile
        The file is empty, a picture of another kind, or no picture at all.
    """
    if not data:
        raise UnusableFile("empty file", "Copy the photo again: nothing of it arrived.")
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WebP"
    if data.startswith(b"BM") and int.from_bytes(data[14:18], "little") in (12, 40, 52, 56, 64, 108, 124):
        return "BMP"
    if data.startswith((b"II*\0", b"MM\0*")):
        return "TIFF"
    if data[4:8] == b"ftyp":
        return _sniff_boxed_format(data)
    raise _foreign_file(data)


def other_format(what: str) -> UnusableFile:
    """Return the error for a picture or document of a kind that is not accepted."""
    return UnusableFile(
        f"{what}; accepted are {ACCEPTED_IN_WORDS}", "Save or export the photo as JPEG or PNG and add that file."
    )


def _sniff_boxed_format(data: bytes) -> str:
    """Tell AVIF from HEIC by the brands in the first box; other brands are videos and camera raw files."""
    end = min(int.from_bytes(data[:4], "big"), 512, len(data))
    major, compatible = data[8:12], {data[at : at + 4] for at in range(16, end - 3, 4)}
    if major in _HEIC_BRANDS:
        return "HEIC"
    if major in _AVIF_BRANDS:
        return "AVIF"
    if major in _OPEN_BRANDS:
        return "AVIF" if compatible & _AVIF_BRANDS else "HEIC"
    raise other_format("a video or another file of the MP4 family")


def _foreign_file(data: bytes) -> UnusableFile:
    """Name a file that is not accepted as well as its first bytes allow."""
    for magic, what in _OTHER_PICTURES:
        if data.startswith(magic):
            return other_format(what)
    head = data[:_SNIFFED_BYTES]
    if _SVG.search(head):
        return other_format("an SVG drawing")
    if b"%PDF-" in head[:1024]:
        return other_format("a PDF document")
    remedy = f"Add a photo: {ACCEPTED_IN_WORDS} are accepted."
    for magic, what in _OTHER_FILES:
        if data.startswith(magic):
            return UnusableFile(f"not a photo but {what}", remedy)
    if _HTML.search(head):
        return UnusableFile("not a photo but a web page", remedy)
    return UnusableFile("not a photo", remedy)
