"""What is particular to castings: size, grey, a bright disc on a grey table, defects on the metal."""

import cv2
import numpy as np
import pytest

from defect_app import scenes


@pytest.mark.parametrize("seed", range(5))
def test_a_casting_is_a_grey_square_of_512_pixels(seed: int) -> None:
    photo = scenes.render("casting", seed).photo
    assert photo.shape == (512, 512, 3)
    assert np.array_equal(photo[..., 0], photo[..., 2])


@pytest.mark.parametrize("seed", range(5))
def test_the_whole_disc_lies_in_the_picture_with_a_dark_bowl(seed: int) -> None:
    grey = scenes.render("casting", seed, False).photo[..., 0]
    bowl = cv2.morphologyEx((grey < 60).astype(np.uint8), cv2.MORPH_OPEN, np.ones((15, 15), np.uint8))
    rows, columns = np.nonzero(bowl[80:-80, 80:-80])
    assert 0.02 < len(rows) / grey.size < 0.25
    assert abs(rows.mean() + 80 - 256) < 90
    assert abs(columns.mean() + 80 - 256) < 90


@pytest.mark.parametrize("kind", ["blow_hole", "shrinkage"])
def test_holes_are_darker_than_the_metal_that_they_replace(kind: str) -> None:
    for seed in range(40, 45):
        good, bad = scenes.render("casting", seed, False), scenes.render("casting", seed, kind)
        core = cv2.erode(bad.mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        assert bad.photo[core].mean() < good.photo[core].mean() - 20


@pytest.mark.parametrize("kind", ["burr", "pinched_edge"])
def test_rim_defects_lie_far_from_the_hub(kind: str) -> None:
    for seed in range(50, 55):
        rows, columns = np.nonzero(scenes.render("casting", seed, kind).mask)
        assert np.hypot(rows - 256, columns - 256).min() > 100


def test_what_says_defect_and_place() -> None:
    assert scenes.render("casting", 60, "burr").what.startswith("burr on the rim, ")
    assert scenes.render("casting", 60, False).what == "no defect"
