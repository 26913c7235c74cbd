"""Serial numbers in a photo itself: QR and Data Matrix codes and barcodes, read by zxing-cpp."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from defect_app.intake import Photo, read_photo

CODE_SIDE = 1500
"""The photo is decoded with at least half so many pixels on its longer side: codes are small."""
MOST_CHARACTERS = 200


def code_in(pixels: npt.NDArray[np.uint8]) -> str:
    """Return what the topmost code in a picture says; empty where there is none.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (height, width, 3)
        RGB, upright.
    """
    # Imported here: only who asks for codes needs the library.
    import zxingcpp

    found = zxingcpp.read_barcodes(np.ascontiguousarray(pixels))
    codes = [code for code in found if code.valid and code.text.strip()]
    codes.sort(key=lambda code: (code.position.top_left.y, code.position.top_left.x))
    return codes[0].text.strip()[:MOST_CHARACTERS] if codes else ""


def code_in_file(photo: Photo, data: bytes) -> str:
    """Return what the topmost code in a photo says, decoded larger where the pixels at hand are a reduced copy.

    Parameters
    ----------
    photo : Photo
        As it was judged.
    data : bytes
        The file.
    """
    pixels = photo.pixels
    if max(pixels.shape[:2]) < min(CODE_SIDE, max(photo.width, photo.height)):
        larger = read_photo(data, photo.name, least_side=CODE_SIDE // 2)
        pixels = larger.pixels if isinstance(larger, Photo) else pixels
    return code_in(pixels)
