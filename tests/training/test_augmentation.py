import numpy as np
import pytest

from defect_app.catalog import InputSpec
from defect_app.training.augmentation import augment
from defect_app.training.degradation import degrade
from defect_app.training.recipe import AugmentationEntries
from tests.datasets.picture_trees import spotted_picture

PICTURE = spotted_picture(3, defect=True)


def _changed(entries, seed=0):
    return augment(PICTURE, entries, np.random.default_rng(seed))


def test_with_all_switched_off_the_picture_stays_as_it_is():
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
        AugmentationEntries(noise=20),
    ],
    ids=lambda e: next(n for n, v in vars(e).items() if n != "share" and v and v != "reflect"),
)
def test_each_change_alone_changes_the_picture_and_keeps_its_form(entries):
    changed = [_changed(entries, seed) for seed in range(4)]
    assert any((c != PICTURE).any() for c in changed)
    assert all(c.shape == PICTURE.shape and c.dtype == np.uint8 for c in changed)


def test_a_flip_mirrors_exactly_or_leaves_alone():
    seen = {(_changed(AugmentationEntries(flip_horizontal=True), s) == PICTURE[:, ::-1]).all() for s in range(20)}
    assert seen == {True, False}


def test_the_share_says_how_many_are_changed():
    entries = AugmentationEntries(share=0.25, brightness=0.5)
    changed = sum((_changed(entries, seed) != PICTURE).any() for seed in range(400))
    assert 70 <= changed <= 130


def test_the_same_seed_gives_the_same_change():
    entries = AugmentationEntries(rotation_degrees=90, noise=9, brightness=0.2)
    assert (_changed(entries, 5) == _changed(entries, 5)).all()
    assert (_changed(entries, 5) != _changed(entries, 6)).any()


def test_a_degraded_picture_has_the_input_size_shows_the_same_and_differs():
    size = InputSpec(64, 64, "crop", "area")
    degraded = degrade(PICTURE, size, np.random.default_rng(1))
    assert degraded.shape == (64, 64, 3)
    assert degraded.dtype == np.uint8
    correlation = np.corrcoef(degraded[..., 1].ravel(), PICTURE[..., 1].ravel())[0, 1]
    assert 0.7 < correlation < 0.9999
    assert (degrade(PICTURE, size, np.random.default_rng(1)) == degraded).all()
