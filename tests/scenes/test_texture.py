"""The drawing blocks: steps, grain, outlines, thin lines and places in words."""

import numpy as np
import pytest

from defect_app.scenes.texture import grain, line_ink, place_in_words, ragged_outline, soft_step


def test_soft_step_rises_from_nought_to_one_and_falls_when_turned_round() -> None:
    values = np.array([0.0, 1.0, 2.0, 3.0, 4.0])
    assert soft_step(values, 1, 3).tolist() == [0, 0, 0.5, 1, 1]
    assert soft_step(values, 3, 1).tolist() == [1, 1, 0.5, 0, 0]


@pytest.mark.parametrize("scale", [0.5, 2.0, 30.0, (1.0, 40.0)])
def test_grain_has_the_wanted_shape_mean_and_spread(scale: float | tuple[float, float]) -> None:
    noise = grain(np.random.default_rng(1), (200, 130), scale)
    assert noise.shape == (200, 130)
    assert noise.mean() == pytest.approx(0, abs=1e-3)
    assert noise.std() == pytest.approx(1, abs=1e-3)


def test_coarser_grain_changes_less_from_pixel_to_pixel() -> None:
    steps = [np.abs(np.diff(grain(np.random.default_rng(1), (256, 256), scale))).mean() for scale in (1, 3, 10, 30)]
    assert steps == sorted(steps, reverse=True)


def test_wrapping_grain_runs_on_from_the_last_row_to_the_first() -> None:
    for scale in (4.0, 20.0):
        noise = grain(np.random.default_rng(2), (512, 40), (1.0, scale), wraps=True)
        inner = np.abs(np.diff(noise, axis=0)).mean(axis=1)
        assert np.abs(noise[0] - noise[-1]).mean() < inner.max() * 1.5


def test_a_ragged_outline_is_a_circle_at_nought_and_never_collapses() -> None:
    direction = np.linspace(-np.pi, np.pi, 90)
    assert ragged_outline(np.random.default_rng(1), direction, 0.0).tolist() == [1.0] * 90
    for seed in range(30):
        assert ragged_outline(np.random.default_rng(seed), direction, 0.9).min() >= 0.3


def test_line_ink_covers_as_much_as_the_line_is_wide() -> None:
    points = np.array([[5.0, 20.3], [45.0, 24.0]])
    for width in (0.5, 1.0, 2.0, 4.5):
        ink = line_ink((50, 50), points, np.array([width]))
        assert ink[:, 15:35].sum(axis=0).mean() == pytest.approx(width, rel=0.05)


def test_a_line_thinner_than_a_pixel_is_fainter() -> None:
    points = np.array([[5.0, 20.0], [45.0, 20.0]])
    thin, full = (line_ink((50, 50), points, np.array([width])).max() for width in (0.4, 1.0))
    assert 0.2 < thin < 0.5 < full


def test_line_ink_ignores_what_lies_outside_the_picture() -> None:
    outside = np.array([[-60.0, -40.0], [-20.0, -30.0], [-20.0, 900.0]])
    assert not line_ink((50, 50), outside, np.array([2.0, 2.0])).any()
    crossing = np.array([[-30.0, 25.0], [80.0, 25.0]])
    assert line_ink((50, 50), crossing, np.array([2.0]))[25].min() > 0.5


@pytest.mark.parametrize(
    ("x", "y", "words"), [(1, 1, "upper left"), (50, 50, "centre"), (99, 50, "right"), (50, 100, "lower")]
)
def test_places_are_said_in_words(x: float, y: float, words: str) -> None:
    assert place_in_words(x, y, 100, 100) == words
