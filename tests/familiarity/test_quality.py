"""Photo quality: blur, darkness, brightness and glare, in words, against the training photos."""

import cv2
import numpy as np
import pytest

from defect_app.familiarity import PhotoQuality, measure_quality
from defect_app.familiarity.quality import fit_limits
from tests.model_folders import part_photo

GOOD = part_photo(0, seed=100, size=64)
LIMITS = fit_limits([measure_quality(part_photo(0, seed, size=64)) for seed in range(60)])


def with_glare(pixels: np.ndarray) -> np.ndarray:
    glaring = (pixels * 0.92).astype(np.uint8)
    cv2.circle(glaring, (32, 32), 10, (255, 255, 255), -1)
    return glaring


@pytest.mark.parametrize(
    ("pixels", "problems"),
    [
        (GOOD, ()),
        (cv2.GaussianBlur(GOOD, (0, 0), 6), ("it is blurred",)),
        ((GOOD * 0.15).astype(np.uint8), ("it is too dark",)),
        (np.clip(GOOD.astype(int) + 90, 0, 255).astype(np.uint8), ("it is too bright",)),
        (with_glare(GOOD), ("it has glare",)),
        (np.zeros_like(GOOD), ("it is blurred", "it is too dark")),
        (np.full_like(GOOD, 255), ("it is blurred", "it is too bright")),
    ],
    ids=["good", "blurred", "dark", "bright", "glare", "black", "white"],
)
def test_each_fault_is_named_in_words(pixels: np.ndarray, problems: tuple[str, ...]) -> None:
    found = LIMITS.problems(measure_quality(pixels))
    assert set(problems) <= set(found)
    assert bool(found) == bool(problems)
    if problems == () or len(problems) == 2:
        assert found == problems


def test_other_photos_of_the_same_kind_have_no_problem() -> None:
    assert [LIMITS.problems(measure_quality(part_photo(0, seed, size=64))) for seed in range(200, 240)] == [()] * 40


def test_measures_of_a_known_picture() -> None:
    half_white = np.zeros((10, 10, 3), np.uint8)
    half_white[:5] = 255
    quality = measure_quality(half_white)
    assert quality.brightness == pytest.approx(127.5)
    assert quality.glare == pytest.approx(0.5)
    assert measure_quality(np.full((10, 10, 3), 77, np.uint8)) == PhotoQuality(0.0, 77.0, 0.0)


def test_limits_from_identical_photos_still_let_that_photo_through() -> None:
    quality = measure_quality(GOOD)
    assert fit_limits([quality] * 5).problems(quality) == ()
