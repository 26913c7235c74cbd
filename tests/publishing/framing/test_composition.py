"""Compositions: the part lies where its frame says, as large as its share says, and nowhere else."""

import cv2
import numpy as np
import pytest

from defect_app.inspection.framing import Frame, cut_out
from defect_app.publishing.framing import Backgrounds, Composition, compose
from defect_app.publishing.framing.composition import PROPORTIONS, SHORTEST_PX, TALLEST_PX

SEEDS = range(6)
MAGENTA = np.full((80, 120, 3), (255, 0, 255), np.uint8)


def is_magenta(pixels: np.ndarray) -> np.ndarray:
    """Return where no drawn ground ever is: red and blue high, green low; a JPEG spreads colours by a few pixels."""
    return np.asarray((pixels[..., 0] > 180) & (pixels[..., 2] > 180) & (pixels[..., 1] < 90))


def composed(seed: int, grounds: Backgrounds, *, is_round: bool = False, part: np.ndarray = MAGENTA) -> Composition:
    return compose(np.random.default_rng(seed), part, grounds, least_share=0.3, most_share=0.6, is_round=is_round)


def whole(composition: Composition) -> Frame:
    return Frame(*map(int, composition.frame))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_part_fills_its_frame_and_nothing_beyond(seed: int, grounds: Backgrounds) -> None:
    composition = composed(seed, grounds)
    x, y, width, height = whole(composition)
    inner = composition.pixels[y + 8 : y + height - 8, x + 8 : x + width - 8]
    assert is_magenta(inner).mean() > 0.99
    outside = is_magenta(composition.pixels)
    outside[max(0, y - 8) : y + height + 8, max(0, x - 8) : x + width + 8] = False
    assert not outside.any()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_frame_keeps_the_parts_proportions_and_has_the_share_of_what_fits(seed: int, grounds: Backgrounds) -> None:
    composition = composed(seed, grounds)
    tall, wide = composition.pixels.shape[:2]
    frame = composition.frame
    assert SHORTEST_PX <= tall < TALLEST_PX
    assert min(abs(wide / tall - proportion) for proportion in PROPORTIONS) < 0.01
    assert 0.3 <= composition.share <= 0.6
    assert max(frame.height / tall, frame.width / wide) == pytest.approx(composition.share, abs=0.01)
    assert frame.width / frame.height == pytest.approx(120 / 80, rel=0.02)
    assert frame.x >= 0
    assert frame.y >= 0
    assert frame.x + frame.width <= wide
    assert frame.y + frame.height <= tall


@pytest.mark.parametrize("seed", SEEDS)
def test_around_a_round_part_the_background_reaches_into_the_corners_of_its_frame(
    seed: int, grounds: Backgrounds
) -> None:
    composition = composed(seed, grounds, is_round=True)
    seen = is_magenta(cut_out(composition.pixels, whole(composition)))
    assert seen.mean() == pytest.approx(np.pi / 4 * 0.97**2, abs=0.03)
    corners = [
        seen[rows, columns] for rows in (slice(0, 8), slice(-8, None)) for columns in (slice(0, 8), slice(-8, None))
    ]
    assert not np.any(corners)


def test_what_is_on_the_part_stays_where_it_is_on_it(grounds: Backgrounds) -> None:
    marked = np.full((120, 120, 3), 230, np.uint8)
    cv2.circle(marked, (90, 30), 12, (0, 0, 0), -1)
    composition = composed(3, grounds, part=marked)
    seen = cv2.resize(cut_out(composition.pixels, whole(composition)), (120, 120), interpolation=cv2.INTER_AREA)
    dark = np.argwhere(seen[12:-12, 12:-12].max(axis=-1) < 80) + 12
    assert dark.mean(axis=0) == pytest.approx((30, 90), abs=1.5)


def test_a_part_is_never_smaller_than_sixteen_pixels(grounds: Backgrounds) -> None:
    tiny = compose(np.random.default_rng(0), MAGENTA, grounds, least_share=0.001, most_share=0.002)
    assert tiny.frame[2:] == (16, 16)


def test_the_same_seed_gives_the_same_photo_to_the_bit(grounds: Backgrounds) -> None:
    one, again, other = (composed(seed, grounds) for seed in (4, 4, 5))
    assert one.frame == again.frame
    assert (one.pixels == again.pixels).all()
    assert one.frame != other.frame
