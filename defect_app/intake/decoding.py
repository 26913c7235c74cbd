"""Decodes an opened photo with the library that tells most of it: damage in JPEG, deep colours in PNG and TIFF."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from defect_app.intake.deep_pictures import bits_in_use, depth_in_words, to_eight_bits
from defect_app.intake.headers import Header, damaged_file, incomplete_file
from defect_app.intake.jpeg_decoding import decode_jpeg
from defect_app.intake.opening import OpenedPhoto, inflated_text

_JPEG_COLOURS: Final = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}


def decode(opened: OpenedPhoto) -> tuple[Image.Image, list[str]]:
    """Decode the first frame, at the scale to which the photo was opened.

    Returns
    -------
    image : PIL.Image.Image
        Decoded, of any mode, with the file's colour information.
    notes : list of str
        What was done, in plain words.

    Raises
    ------
    UnusableFile
        If the file is cut off or damaged; decoders may raise anything else.
    """
    image, header = opened.image, opened.header
    if header is not None and image.format == "JPEG":
        pixels = _jpeg_pixels(image, header)
        if pixels is not None:
            return _with_info(pixels, image), []
    elif header is not None and header.has_deep_colours:
        deep, note = _deep_colours(header)
        return _with_info(deep, image), [note]
    _load(image)
    if image.format == "BMP" and image.mode == "RGBA" and image.getchannel("A").getextrema() == (0, 0):
        image = image.convert("RGB")  # the fourth byte is mostly left at zero by programs that mean no transparency
    return image, []


def _jpeg_pixels(image: Image.Image, header: Header) -> npt.NDArray[np.uint8] | None:
    is_reduced = image.size != (header.width, header.height)
    pixels = decode_jpeg(header.body, _JPEG_COLOURS[image.mode], least_size=image.size if is_reduced else None)
    if pixels is None:
        return None
    if image.mode == "CMYK":
        return 255 - pixels  # Adobe's programs, which alone write them, store them inverted
    return pixels[..., 0] if image.mode == "L" else pixels


def _deep_colours(header: Header) -> tuple[npt.NDArray[np.uint8], str]:
    """Decode a picture of 16 bits in several channels, of which Pillow would keep the upper eight alone."""
    values = cv2.imdecode(np.frombuffer(header.body, np.uint8), cv2.IMREAD_UNCHANGED)
    if values is None or values.dtype != np.uint16 or values.ndim != 3:
        raise damaged_file()
    bits = bits_in_use(int(values[..., :3].max()), header.significant_bits)
    pixels = to_eight_bits(values[..., :3].astype(np.uint16), bits)[..., ::-1]
    if values.shape[2] == 4:
        pixels = np.dstack([pixels, to_eight_bits(values[..., 3].astype(np.uint16), 16)])
    return np.ascontiguousarray(pixels), depth_in_words(bits)


def _with_info(pixels: npt.NDArray[np.uint8], opened: Image.Image) -> Image.Image:
    """Make a picture of pixels that carries the colour information of the file."""
    mode = "CMYK" if opened.mode == "CMYK" else None
    image = Image.fromarray(pixels) if mode is None else Image.frombuffer(mode, opened.size, pixels.tobytes())
    image.info = {name: value for name, value in opened.info.items() if name != "transparency"}
    image.format = opened.format
    return image


def _load(image: Image.Image) -> None:
    try:
        image.load()
    except (OSError, EOFError, SyntaxError) as error:
        if "truncated" in str(error).lower() or isinstance(error, EOFError):
            raise incomplete_file() from None
        raise
    except ValueError as error:
        raise inflated_text(error) or error from None
