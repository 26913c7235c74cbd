"""Training windows: how well each lies, and the step from it to the frame, on a map that shows a white part."""

from collections.abc import Sequence

import numpy as np
import pytest

from defect_app.inspection.framing import Region
from defect_app.publishing.framing import Backgrounds, Composition
from defect_app.publishing.framing.windows import (
    BACKGROUND_WINDOWS,
    BEST_WINDOWS,
    FINE_JITTERS,
    OTHER_WINDOWS,
    WindowShape,
    coarse_examples,
    fine_examples,
    step_between,
)

STRIDE = 8
SHAPE = WindowShape(4, 6, STRIDE)


def whiteness(pixels: np.ndarray) -> np.ndarray:
    """Return a map of one channel: the share of white of each cell."""
    rows, columns = pixels.shape[0] // STRIDE, pixels.shape[1] // STRIDE
    cells = pixels[: rows * STRIDE, : columns * STRIDE].reshape(rows, STRIDE, columns, STRIDE, 3)
    return np.asarray((cells > 250).mean(axis=(1, 3, 4))[..., None], np.float32)


def white_parts(n: int) -> list[Composition]:
    """Return photos that are black but for a part of the window's proportions, at places and sizes by chance."""
    rng = np.random.default_rng(7)
    made = []
    for _ in range(n):
        pixels: np.ndarray = np.zeros((300, 400, 3), np.uint8)
        height = int(rng.integers(60, 140))
        frame = Region(int(rng.integers(20, 180)), int(rng.integers(20, 150)), height * 3 // 2, height)
        x, y, width, height = map(int, frame)
        pixels[y : y + height, x : x + width] = 255
        made.append(Composition(pixels, frame, width / 400))
    return made


def leaning(features: np.ndarray, shape: WindowShape) -> np.ndarray:
    """Return how much more white lies to the right than to the left, and below than above, shape (n, 2)."""
    maps = features.reshape(len(features), shape.rows, shape.columns)
    across = maps[..., shape.columns // 2 :].mean(axis=(1, 2)) - maps[..., : shape.columns // 2].mean(axis=(1, 2))
    down = maps[:, shape.rows // 2 :].mean(axis=(1, 2)) - maps[:, : shape.rows // 2].mean(axis=(1, 2))
    return np.stack([across, down], axis=1)


def correlation(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.corrcoef(one, other)[0, 1])


@pytest.mark.parametrize(
    ("place", "frame"),
    [
        (Region(10, 20, 40, 30), Region(10, 20, 40, 30)),
        (Region(10, 20, 40, 30), Region(30, 10, 80, 15)),
        (Region(0, 0, 7, 9), Region(-5, 100, 1, 2)),
    ],
    ids=["already there", "aside and of other sides", "far away"],
)
def test_the_step_from_a_place_leads_to_the_frame(place: Region, frame: Region) -> None:
    assert place.moved(*step_between(place, frame)) == pytest.approx(frame)


def test_a_place_that_lies_right_needs_no_step() -> None:
    assert step_between(Region(3, 4, 5, 6), Region(3, 4, 5, 6)) == (0, 0, 0, 0)


def test_windows_are_as_many_as_wanted_and_each_second_photo_adds_some_of_a_background(grounds: Backgrounds) -> None:
    taken = coarse_examples(np.random.default_rng(0), whiteness, SHAPE, white_parts(3), grounds)
    n = 3 * (BEST_WINDOWS + OTHER_WINDOWS) + 2 * BACKGROUND_WINDOWS
    assert taken.features.shape == (n, SHAPE.rows * SHAPE.columns)
    assert taken.overlaps.shape == (n,)
    assert taken.steps.shape == (n, 4)


def test_the_overlap_tells_how_much_of_the_part_a_window_holds(grounds: Backgrounds) -> None:
    taken = coarse_examples(np.random.default_rng(0), whiteness, SHAPE, white_parts(30), grounds)
    of_parts = taken.overlaps > 0
    white = taken.features.mean(axis=1)
    assert correlation(taken.overlaps[of_parts], white[of_parts]) > 0.85
    best = taken.overlaps > 0.7
    assert best.sum() > 30
    assert white[best].min() > 0.6
    background = (taken.overlaps == 0) & (taken.steps == 0).all(axis=1)
    assert background.sum() == 15 * BACKGROUND_WINDOWS


def test_the_step_leads_to_where_the_part_is_seen(grounds: Backgrounds) -> None:
    taken = coarse_examples(np.random.default_rng(0), whiteness, SHAPE, white_parts(30), grounds)
    good = taken.overlaps > 0.45
    seen = leaning(taken.features[good], SHAPE)
    assert correlation(taken.steps[good, 0], seen[:, 0]) > 0.8
    assert correlation(taken.steps[good, 1], seen[:, 1]) > 0.8
    # A part that is smaller than the window leaves black in it.
    assert correlation(taken.steps[good, 2], taken.features[good].mean(axis=1)) > 0.3


def test_a_photo_smaller_than_a_window_is_filled_up_and_gives_its_only_one(grounds: Backgrounds) -> None:
    part: Sequence[Composition] = [Composition(np.full((30, 200, 3), 255, np.uint8), Region(0, 0, 200, 30), 1.0)]
    taken = coarse_examples(np.random.default_rng(2), whiteness, SHAPE, part, grounds)
    of_part = taken.overlaps > 0
    assert of_part.any()
    assert taken.features[of_part].max() == 1
    assert (taken.steps[of_part, 3] < 0).all(), "the frame is flatter than the window"


def test_frames_that_lie_a_little_off_lead_back_by_what_is_seen_around_them() -> None:
    larger = WindowShape(2 * SHAPE.rows + 2, 2 * SHAPE.columns + 2, STRIDE)
    taken = fine_examples(np.random.default_rng(0), whiteness, larger, white_parts(20))
    n = 20 * len(FINE_JITTERS)
    assert taken.features.shape == (n, larger.rows * larger.columns)
    assert (taken.overlaps == 1).all()
    assert np.abs(taken.steps).max() < 0.25
    seen = leaning(taken.features, larger)
    assert correlation(taken.steps[:, 0], seen[:, 0]) > 0.9
    assert correlation(taken.steps[:, 1], seen[:, 1]) > 0.9
    # Frames that are too small see no black around the part.
    white = taken.features.mean(axis=1)
    assert correlation(taken.steps[:, 2] + taken.steps[:, 3], white) > 0.9
