import numpy as np
import pytest

from defect_app.catalog import InputSpec
from defect_app.recipes.entries import AugmentationEntries
from defect_app.training.augmentation import augment
from defect_app.training.degradation import degrade
from tests.datasets.picture_trees import spotted_picture

PICTURE = spotted_picture(3, defect=True)


def _changed(entries: AugmentationEntries, seed: int = 0) -> np.ndarray:
    return augment(PICTURE, entries, np.random.default_rng(seed))


def test_with_all_switched_off_the_picture_stays_as_it_is() -> None:
    for seed in range(8):
        assert (_changed(AugmentationEntries(), seed) == PICTURE).all()


@pytest.mark.parametrize(
    "entries",
    [
        AugmentationEntries(rotation_degrees=180),
        AugmentationEntries(zoom=0.2),
        AugmentationEntries(shift=0.2),
        AugmentationEntries(shear=0.3),
        AugmentationEntries(brightness=0.3),
        AugmentationEntries(contrast=0.5),
        AugmentationEntries(blur_px=3),
        AugmentationEntries(sharpen=2),
        AugmentationEntries(noise=20),
        AugmentationEntries(shear_degrees=20),
        AugmentationEntries(crop=0.4),
        AugmentationEntries(brightness_range=(0.5, 1.5)),
        AugmentationEntries(contrast_range=(0.5, 1.5)),
    ],
    ids=lambda e: next(n for n, v in vars(e).items() if n != "share" and v and v != "reflect"),
)
def test_each_change_alone_changes_the_picture_and_keeps_its_form(entries: AugmentationEntries) -> None:
    changed = [_changed(entries, seed) for seed in range(4)]
    assert any((c != PICTURE).any() for c in changed)
    assert all(c.shape == PICTURE.shape and c.dtype == np.uint8 for c in changed)


def test_a_constant_fill_is_black_where_an_edge_would_be_drawn_out() -> None:
    white = np.full((32, 32, 3), 255, np.uint8)
    filled = {
        fill: augment(white, AugmentationEntries(shift=0.4, fill=fill), np.random.default_rng(0))
        for fill in ("constant", "edge", "reflect")
    }
    assert 0.05 < (filled["constant"] == 0).mean() < 0.7
    assert (filled["edge"] == 255).all()
    assert (filled["reflect"] == 255).all()


def test_a_crop_shows_a_part_of_the_picture_enlarged_with_nothing_from_outside() -> None:
    ramp = np.repeat(np.tile(np.linspace(40, 200, 64, dtype=np.uint8), (64, 1))[..., None], 3, axis=2)
    for seed in range(20):
        cropped = augment(ramp, AugmentationEntries(crop=0.5, fill="constant"), np.random.default_rng(seed))
        seen = np.ptp(cropped[32, :, 0].astype(int))
        assert 75 <= seen <= 160, "between half and all of the ramp"
        assert cropped.min() >= 39


def test_brightness_factors_multiply_every_level_alike() -> None:
    flat = np.full((8, 8, 3), 100, np.uint8)
    levels = [
        augment(flat, AugmentationEntries(brightness_range=(0.9, 1.1)), np.random.default_rng(s))[0, 0, 0]
        for s in range(200)
    ]
    assert min(levels) in (90, 91)
    assert max(levels) in (109, 110)


def test_contrast_factors_leave_the_mean() -> None:
    entries = AugmentationEntries(contrast_range=(0.75, 1.25))
    # Without the black blot: what would fall below black is cut off there.
    picture = spotted_picture(3, defect=False)
    spreads = [augment(picture, entries, np.random.default_rng(seed)).astype(float) for seed in range(40)]
    assert max(abs(changed.mean() - picture.mean()) for changed in spreads) < 3
    gains = [changed.std() / picture.std() for changed in spreads]
    assert 0.7 < min(gains) < 0.85
    assert 1.1 < max(gains) < 1.3


def test_a_hue_turns_colours_and_leaves_grey() -> None:
    red = np.full((8, 8, 3), (200, 40, 40), np.uint8)
    turned = [augment(red, AugmentationEntries(hue=0.5), np.random.default_rng(s))[0, 0] for s in range(30)]
    assert {int(np.argmax(colour)) for colour in turned} == {0, 1, 2}
    assert all(abs(int(colour.max()) - 200) <= 2 and abs(int(colour.min()) - 40) <= 2 for colour in turned)
    grey = np.full((8, 8, 3), 120, np.uint8)
    assert (augment(grey, AugmentationEntries(hue=0.5), np.random.default_rng(1)) == 120).all()


def test_saturation_moves_colours_away_from_grey_or_towards_it() -> None:
    red = np.full((8, 8, 3), (150, 90, 90), np.uint8)
    assert np.ptp(augment(red, AugmentationEntries(saturation_range=(0, 0)), np.random.default_rng(0))[0, 0]) == 0
    assert np.ptp(augment(red, AugmentationEntries(saturation_range=(1.5, 1.5)), np.random.default_rng(0))[0, 0]) == 90


def test_a_flip_mirrors_exactly_or_leaves_alone() -> None:
    seen = {(_changed(AugmentationEntries(flip_horizontal=True), s) == PICTURE[:, ::-1]).all() for s in range(20)}
    assert seen == {True, False}


def test_the_share_says_how_many_are_changed() -> None:
    entries = AugmentationEntries(share=0.25, brightness=0.5)
    changed = sum((_changed(entries, seed) != PICTURE).any() for seed in range(400))
    assert 70 <= changed <= 130


def test_the_same_seed_gives_the_same_change() -> None:
    entries = AugmentationEntries(rotation_degrees=90, noise=9, brightness=0.2)
    assert (_changed(entries, 5) == _changed(entries, 5)).all()
    assert (_changed(entries, 5) != _changed(entries, 6)).any()


def test_a_degraded_picture_has_the_input_size_shows_the_same_and_differs() -> None:
    size = InputSpec(64, 64, "crop", "area")
    degraded = degrade(PICTURE, size, np.random.default_rng(1))
    assert degraded.shape == (64, 64, 3)
    assert degraded.dtype == np.uint8
    correlation = np.corrcoef(degraded[..., 1].ravel(), PICTURE[..., 1].ravel())[0, 1]
    assert 0.7 < correlation < 0.9999
    assert (degrade(PICTURE, size, np.random.default_rng(1)) == degraded).all()
