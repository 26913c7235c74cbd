"""Frames as shares of a photo: the same part of a photo of any size, never beyond it."""

import pytest

from defect_app.inspection.framing import FixedFrame, Frame
from defect_app.inspection.framing.fixed_frame import decoded_side


@pytest.mark.parametrize(
    ("width", "height", "frame"),
    [(400, 200, Frame(100, 100, 200, 50)), (40, 20, Frame(10, 10, 20, 5)), (1, 1, Frame(0, 0, 1, 1))],
    ids=["a photo", "a smaller copy of it", "a single pixel"],
)
def test_it_is_the_same_part_of_a_photo_of_any_size(width: int, height: int, frame: Frame) -> None:
    assert FixedFrame(0.25, 0.5, 0.5, 0.25).in_photo(width, height) == frame


def test_a_frame_in_pixels_comes_back() -> None:
    frame = Frame(30, 40, 200, 100)
    assert FixedFrame.of(frame, 640, 480).in_photo(640, 480) == frame


@pytest.mark.parametrize(
    "sides",
    [(-0.1, 0, 0.5, 0.5), (0.6, 0, 0.5, 0.5), (0, 0, 0.001, 0.5), (0, 0, float("nan"), 0.5)],
    ids=["left of the photo", "beyond its right edge", "nothing", "no number"],
)
def test_what_is_no_part_of_a_photo_is_no_frame(sides: tuple[float, float, float, float]) -> None:
    with pytest.raises(ValueError, match="expected a frame within the photo"):
        FixedFrame(*sides)


def test_what_was_drawn_beyond_the_photo_is_cut_to_it() -> None:
    assert FixedFrame.clamped(-0.5, 0.5, 2, 2) == FixedFrame(0, 0.5, 1, 0.5)
    assert FixedFrame.clamped(5, 5, 1, 1).width == pytest.approx(0.01)


def test_a_grid_has_a_frame_for_each_part_of_a_tray_row_by_row() -> None:
    cells = FixedFrame(0, 0, 1, 0.5).divided(1, 2)
    assert cells == (FixedFrame(0, 0, 0.5, 0.5), FixedFrame(0.5, 0, 0.5, 0.5))


def test_a_reduced_decode_leaves_the_smallest_frame_the_pixels_that_a_model_needs() -> None:
    assert decoded_side(224, ()) == 224
    assert decoded_side(224, [FixedFrame(0, 0, 1, 1), FixedFrame(0, 0, 0.25, 0.5)]) == 896
