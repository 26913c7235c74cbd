"""The geometry of bringing a photo to a model's input."""

import cv2
import numpy as np
import pytest

from defect_app.intake import fit_to_input
from tests.intake.expectations import difference
from tests.photo_files import photo_pixels


def quarters(height: int, width: int) -> np.ndarray:
    """Black, red, green and blue quarters: a picture in which every move shows."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2, width // 2 :, 0] = 255
    pixels[height // 2 :, : width // 2, 1] = 255
    pixels[height // 2 :, width // 2 :, 2] = 255
    return pixels


def test_stretch_fills_the_input_and_ignores_the_proportions() -> None:
    result = fit_to_input(quarters(40, 200), height=20, width=20, fit="stretch")
    assert np.array_equal(result, quarters(20, 20))


def test_letterbox_of_a_wide_photo_pads_above_and_below_with_grey_114() -> None:
    result = fit_to_input(quarters(50, 100), height=40, width=40, fit="letterbox")
    assert np.all(result[:10] == 114)
    assert np.all(result[30:] == 114)
    assert difference(result[10:30], quarters(20, 40)) < 8


def test_letterbox_of_a_tall_photo_pads_left_and_right() -> None:
    result = fit_to_input(quarters(100, 50), height=40, width=40, fit="letterbox")
    assert np.all(result[:, :10] == 114)
    assert np.all(result[:, 30:] == 114)
    assert difference(result[:, 10:30], quarters(40, 20)) < 8


def test_letterbox_puts_an_odd_pixel_of_padding_below() -> None:
    result = fit_to_input(quarters(20, 40), height=41, width=40, fit="letterbox")
    assert np.all(result[:10] == 114)
    assert np.array_equal(result[10:30], quarters(20, 40))
    assert np.all(result[30:] == 114)


def test_crop_takes_the_middle_of_a_wide_photo() -> None:
    pixels = np.zeros((40, 100, 3), np.uint8)
    pixels[:, 30:70] = 200
    assert np.all(fit_to_input(pixels, height=20, width=20, fit="crop") == 200)


def test_crop_takes_the_middle_of_a_tall_photo() -> None:
    pixels = np.zeros((100, 40, 3), np.uint8)
    pixels[30:70] = 200
    assert np.all(fit_to_input(pixels, height=40, width=40, fit="crop") == 200)


def test_crop_keeps_the_proportions_of_an_input_that_is_not_square() -> None:
    pixels = np.zeros((60, 60, 3), np.uint8)
    pixels[:, 15:45] = 90
    assert np.all(fit_to_input(pixels, height=80, width=40, fit="crop") == 90)


@pytest.mark.parametrize("fit", ["stretch", "letterbox", "crop"])
@pytest.mark.parametrize("resize", ["area", "bilinear"])
@pytest.mark.parametrize("size", [(32, 5000), (5000, 32), (33, 47), (224, 224), (1000, 10)])
def test_any_photo_comes_out_at_exactly_the_input_size(fit: str, resize: str, size: tuple[int, int]) -> None:
    result = fit_to_input(photo_pixels(*size), height=300, width=224, fit=fit, resize=resize)  # type: ignore[arg-type]
    assert result.shape == (300, 224, 3)
    assert result.dtype == np.uint8
    assert result.flags.c_contiguous


@pytest.mark.parametrize("fit", ["stretch", "letterbox", "crop"])
def test_a_photo_of_the_right_size_passes_unchanged(fit: str) -> None:
    pixels = photo_pixels(64, 48)
    assert np.array_equal(fit_to_input(pixels, height=64, width=48, fit=fit), pixels)  # type: ignore[arg-type]


def test_area_averages_every_pixel_and_bilinear_only_the_nearest() -> None:
    stripes = np.zeros((80, 80, 3), np.uint8)
    stripes[:, ::8] = 240
    assert np.all(fit_to_input(stripes, height=10, width=10, fit="stretch", resize="area") == 30)
    assert np.all(fit_to_input(stripes, height=10, width=10, fit="stretch", resize="bilinear") == 0)


def test_area_averages_the_side_that_shrinks_when_the_other_grows() -> None:
    stripes = np.zeros((10, 80, 3), np.uint8)
    stripes[:, ::8] = 240
    assert np.all(fit_to_input(stripes, height=40, width=10, fit="stretch") == 30)


def test_enlarging_is_bilinear() -> None:
    pixels = photo_pixels(20, 20)
    expected = cv2.resize(pixels, (50, 50), interpolation=cv2.INTER_LINEAR)
    assert np.array_equal(fit_to_input(pixels, height=50, width=50, fit="stretch"), expected)


@pytest.mark.parametrize(
    ("pixels", "changes", "words"),
    [
        (np.zeros((9, 9), np.uint8), {}, "expected uint8 pixels"),
        (np.zeros((9, 9, 3), np.float32), {}, "expected uint8 pixels"),
        (np.zeros((9, 9, 3), np.uint8), {"fit": "squeeze"}, "got 'squeeze'"),
        (np.zeros((9, 9, 3), np.uint8), {"resize": "cubic"}, "got 'cubic'"),
        (np.zeros((9, 9, 3), np.uint8), {"width": 0}, "got 0 x 8"),
    ],
    ids=["grey", "floats", "unknown fit", "unknown resize", "no width"],
)
def test_wrong_arguments_are_named(pixels: np.ndarray, changes: dict[str, object], words: str) -> None:
    arguments = {"height": 8, "width": 8, "fit": "stretch", **changes}
    with pytest.raises(ValueError, match=words):
        fit_to_input(pixels, **arguments)  # type: ignore[arg-type]
