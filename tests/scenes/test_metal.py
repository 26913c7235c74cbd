"""What is particular to metal surfaces: the tall format, and cracks that are thin, dark and run in from an edge."""

import cv2
import numpy as np
import pytest

from defect_app import scenes

CRACKS = scenes.defects("metal")


def test_a_surface_is_grey_in_the_tall_format_of_the_crack_set() -> None:
    photo = scenes.render("metal", 1).photo
    assert photo.shape == (640, 256, 3)
    assert np.array_equal(photo[..., 0], photo[..., 2])


def _core(mask: np.ndarray) -> np.ndarray:
    return cv2.erode(mask.astype(np.uint8), np.ones((2, 2), np.uint8)) > 0


@pytest.mark.parametrize("kind", CRACKS)
def test_a_crack_is_thin_dark_and_enters_from_an_edge(kind: str) -> None:
    for seed in range(6):
        good, bad = scenes.render("metal", seed, False), scenes.render("metal", seed, kind)
        assert bad.photo[_core(bad.mask)].mean() < good.photo[_core(bad.mask)].mean() - 20
        assert 0.0005 < bad.mask.mean() < 0.03
        assert bad.mask[:, :6].any() or bad.mask[:, -6:].any()


def test_an_open_crack_is_wider_and_darker_than_a_hairline_one() -> None:
    def strength(kind: str) -> float:
        total = 0.0
        for seed in range(8):
            good, bad = scenes.render("metal", seed, False), scenes.render("metal", seed, kind)
            total += float((good.photo.astype(float) - bad.photo)[bad.mask].sum())
        return total

    assert strength("open_crack") > 2 * strength("hairline_crack")
