"""Frames: geometry in pixels, cutting out, and heat maps laid over the whole photo."""

from __future__ import annotations

import numpy as np
import pytest

from defect_app.engine import ActivationMap
from defect_app.inspection.framing import Frame, Region, cut_out, overlap, resized_frame
from defect_app.inspection.framing.frame import cut_with_surroundings
from defect_app.inspection.framing.heat import in_whole_photo

PHOTO = np.arange(6 * 8 * 3, dtype=np.uint8).reshape(6, 8, 3)


@pytest.mark.parametrize(
    ("region", "frame"),
    [
        (Region(1.4, 2.6, 3.0, 2.0), (1, 3, 3, 2)),
        (Region(-5, -5, 8, 8), (0, 0, 3, 3)),
        (Region(6, 4, 50, 50), (6, 4, 2, 2)),
        (Region(100, 100, 5, 5), (7, 5, 1, 1)),
        (Region(2, 2, 0.1, 0.1), (2, 2, 1, 1)),
    ],
    ids=["inside", "over the upper left", "over the lower right", "beyond the photo", "smaller than a pixel"],
)
def test_a_region_becomes_whole_pixels_of_the_photo_and_never_none(region: Region, frame: tuple[int, ...]) -> None:
    assert region.within(8, 6) == frame
    assert cut_out(PHOTO, region.within(8, 6)).size > 0


def test_a_region_is_scaled_about_its_centre_and_moved_by_shares_of_its_sides() -> None:
    assert Region(10, 20, 100, 50).scaled(0.5) == (35, 32.5, 50, 25)
    moved = Region(10, 20, 100, 50).moved(0.1, -0.2, np.log(1.5), np.log(0.5))
    assert moved == pytest.approx((-5, 22.5, 150, 25))


def test_overlap_is_intersection_over_union() -> None:
    assert overlap(Region(0, 0, 4, 4), Region(0, 0, 4, 4)) == 1
    assert overlap(Region(0, 0, 4, 4), Region(2, 0, 4, 4)) == pytest.approx(8 / 24)
    assert overlap(Region(0, 0, 4, 4), Region(9, 9, 4, 4)) == 0


def test_a_frame_of_a_reduced_photo_is_that_of_the_original() -> None:
    assert resized_frame(Frame(10, 20, 30, 40), picture=(100, 100), to=(400, 200)) == (40, 40, 120, 80)
    assert resized_frame(Frame(0, 0, 4000, 3000), picture=(4000, 3000), to=(1000, 750)) == (0, 0, 1000, 750)


def test_beyond_the_photo_its_edge_goes_on() -> None:
    assert (cut_with_surroundings(PHOTO, Region(2, 1, 3, 2)) == PHOTO[1:3, 2:5]).all()
    cut = cut_with_surroundings(PHOTO, Region(-2, -1, 4, 3))
    assert cut.shape == (3, 4, 3)
    assert (cut[1:, 2:] == PHOTO[:2, :2]).all()
    assert (cut[0, 0] == PHOTO[0, 0]).all()
    assert cut_with_surroundings(PHOTO, Region(40, 40, 3, 3)).shape[0] >= 1


def test_the_heat_of_a_frame_lies_in_it_and_nowhere_else() -> None:
    heat = ActivationMap(np.ones((4, 4), np.float32), "defect", has_evidence=True)
    whole = in_whole_photo(heat, Frame(100, 50, 200, 100), width=400, height=200)
    assert whole.values.shape == (64, 128)
    assert whole.values[16:48, 32:96].min() == 1
    assert whole.values.sum() == 32 * 64
    assert in_whole_photo(heat, Frame(0, 0, 400, 200), width=400, height=200) is heat
