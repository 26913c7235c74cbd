"""The camera's faults: there, bounded, and the same for a part with and without its defect."""

from typing import Any

import numpy as np
import pytest

from defect_app.scenes.camera import CameraRange, take_photo

STILL = CameraRange(
    tilt=0.0, blur_px=(0.01, 0.01), noise=(0.0, 0.0), vignetting=(0.0, 0.0), warmth=0.0, jpeg_quality=(100, 100)
)
NO_MASK = np.zeros((96, 128), bool)


def _only(**fault: Any) -> CameraRange:
    return CameraRange(**{**vars(STILL), **fault})


def _grey(level: float = 128.0) -> np.ndarray:
    return np.full((96, 128, 3), level, np.float32)


def test_a_faultless_grey_camera_returns_the_picture() -> None:
    photo, mask = take_photo(_grey(), NO_MASK, 1, _only(colour=False))
    assert photo.dtype == np.uint8
    assert np.abs(photo.astype(int) - 128).max() <= 1
    assert not mask.any()


def test_a_grey_camera_makes_three_equal_channels() -> None:
    picture = _grey()
    picture[:, :40, 0] = 250
    photo, _ = take_photo(picture, NO_MASK, 1, CameraRange(colour=False))
    assert np.array_equal(photo[..., 0], photo[..., 1])
    assert np.array_equal(photo[..., 0], photo[..., 2])


def test_a_colour_camera_takes_a_grey_picture_too_and_keeps_red_in_front() -> None:
    assert take_photo(_grey()[..., 0], NO_MASK, 1)[0].shape == (96, 128, 3)
    red = _grey(20)
    red[..., 0] = 200
    photo, _ = take_photo(red, NO_MASK, 1, STILL)
    assert photo[..., 0].mean() > 150
    assert photo[..., 2].mean() < 100


def test_warmth_moves_red_against_blue() -> None:
    balance = []
    for seed in range(20):
        photo, _ = take_photo(_grey(), NO_MASK, seed, _only(warmth=0.2))
        balance.append(photo[..., 0].mean() / photo[..., 2].mean())
    assert min(balance) < 0.9
    assert max(balance) > 1.1


def test_vignetting_darkens_the_corners() -> None:
    photo, _ = take_photo(_grey(), NO_MASK, 1, _only(vignetting=(0.3, 0.3)))
    corners = photo[[0, 0, -1, -1], [0, -1, 0, -1]].mean()
    assert corners < photo[44:52, 60:68].mean() - 20


@pytest.mark.parametrize("colour", [True, False])
def test_noise_has_about_the_wanted_strength_at_mid_grey(colour: bool) -> None:
    photo, _ = take_photo(_grey(), NO_MASK, 1, _only(noise=(4.0, 4.0), colour=colour))
    assert 2.5 < photo[..., 1].astype(float).std() < 6.0


def test_noise_is_the_same_with_and_without_a_defect() -> None:
    bad, mask = _grey(), NO_MASK.copy()
    bad[40:50, 60:70], mask[40:50, 60:70] = 20, True
    noisy = _only(noise=(6.0, 6.0))
    good_photo, _ = take_photo(_grey(), NO_MASK, 9, noisy)
    bad_photo, _ = take_photo(bad, mask, 9, noisy)
    assert np.abs(good_photo[:, :40].astype(int) - bad_photo[:, :40].astype(int)).max() <= 1


def test_blur_softens_an_edge() -> None:
    picture = _grey(50)
    picture[:, 64:] = 200
    sharp, _ = take_photo(picture, NO_MASK, 1, STILL)
    soft, _ = take_photo(picture, NO_MASK, 1, _only(blur_px=(3.0, 3.0)))
    assert np.abs(np.diff(sharp[48, :, 1].astype(int))).max() > 2 * np.abs(np.diff(soft[48, :, 1].astype(int))).max()


def test_perspective_moves_mask_and_picture_together() -> None:
    picture, mask = _grey(200), NO_MASK.copy()
    picture[30:60, 40:90], mask[30:60, 40:90] = 40, True
    for seed in range(5):
        photo, moved = take_photo(picture, mask, seed, _only(tilt=0.1))
        dark = photo[..., 1] < 120
        assert not np.array_equal(moved, mask)
        assert np.count_nonzero(dark & moved) / np.count_nonzero(dark | moved) > 0.9


def test_a_one_pixel_hairline_is_not_broken_by_the_perspective() -> None:
    mask = NO_MASK.copy()
    mask[48, 10:118] = True
    for seed in range(5):
        _, moved = take_photo(_grey(), mask, seed, _only(tilt=0.05))
        assert moved[:, 20:108].any(axis=0).all()


def test_the_jpeg_round_trip_leaves_its_traces() -> None:
    picture = _grey()
    picture[::2, ::2] = 180
    fine, _ = take_photo(picture, NO_MASK, 1, STILL)
    coarse, _ = take_photo(picture, NO_MASK, 1, _only(jpeg_quality=(20, 20)))
    assert np.abs(fine.astype(int) - coarse.astype(int)).mean() > 1
