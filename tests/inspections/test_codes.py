"""Serial numbers read from codes in photos."""

import numpy as np
import pytest
import zxingcpp

from defect_app.inspections.codes import code_in, code_in_file
from defect_app.intake import Photo, read_photo
from tests.photo_files import png_bytes


def with_code(kind: str, text: str, scale: int = 5) -> np.ndarray:
    """Return a grey photo with a code on it."""
    code = np.array(zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind)).to_image(scale=scale))
    photo = np.full((700, 1600, 3), 150, np.uint8)
    photo[100 : 100 + code.shape[0], 200 : 200 + code.shape[1]] = code[..., None]
    return photo


@pytest.mark.parametrize("kind", ["QRCode", "DataMatrix", "Code128"])
def test_a_code_is_read(kind: str) -> None:
    assert code_in(with_code(kind, "SN-0017")) == "SN-0017"


def test_a_photo_without_a_code_has_none() -> None:
    assert code_in(np.full((300, 300, 3), 90, np.uint8)) == ""


def test_the_file_is_decoded_larger_where_the_model_needs_few_pixels() -> None:
    data = png_bytes(with_code("DataMatrix", "SN-9"))
    photo = read_photo(data, "part.png", least_side=64)
    assert isinstance(photo, Photo)
    assert code_in_file(photo, data) == "SN-9"
