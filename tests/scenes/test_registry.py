"""What holds for the scenes of every product."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial

import cv2
import numpy as np
import pytest

from defect_app import scenes
from defect_app.errors import DefectLensError
from defect_app.scenes import PRODUCTS, Scene
from tests.scenes.rendered import rendered
from tests.thorough import represented_by
from tests.timing import quiet_ms

KINDS = [(product, kind) for product in PRODUCTS for kind in scenes.defects(product)]
SEEDS = range(70_000, 70_040)
FEW_SEEDS = (11, 12, 13, 14)
BY_FORTY = represented_by(("metal", "phone"), PRODUCTS)
"""With two classes and with three: what a seed gives is chosen by one function for all products."""

# The first test of a product waits for its forty scenes.
pytestmark = pytest.mark.timeout(600)


@dataclass(frozen=True)
class Summary:
    """What the tests keep of a scene: forty photos of four products would fill some hundred megabytes."""

    label: str
    what: str
    photo_hash: int
    mask_hash: int
    has_mask: bool


def _summary(product: str, seed: int) -> Summary:
    scene = scenes.render(product, seed)
    photo_hash, mask_hash = hash(scene.photo.tobytes()), hash(scene.mask.tobytes())
    return Summary(scene.label, scene.what, photo_hash, mask_hash, bool(scene.mask.any()))


@cache
def _forty(product: str) -> list[Summary]:
    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(lambda seed: _summary(product, seed), SEEDS))


def _difference(one: Scene, other: Scene) -> np.ndarray:
    difference: np.ndarray = np.abs(one.photo.astype(np.int16) - other.photo.astype(np.int16)).max(axis=2)
    return difference


@pytest.mark.parametrize("product", PRODUCTS)
def test_the_same_seed_gives_the_same_scene_also_in_another_thread(product: str) -> None:
    for seed in SEEDS[:2]:
        with ThreadPoolExecutor(1) as thread:
            assert thread.submit(_summary, product, seed).result() == _summary(product, seed)


@pytest.mark.parametrize("product", PRODUCTS)
def test_another_seed_gives_another_photo(product: str) -> None:
    assert not np.array_equal(scenes.render(product, 1, False).photo, scenes.render(product, 2, False).photo)


@pytest.mark.parametrize("product", PRODUCTS)
def test_photo_and_mask_have_the_promised_types_and_one_size(product: str) -> None:
    scene = scenes.render(product, 3, True)
    height, width = scene.mask.shape
    assert scene.photo.dtype == np.uint8
    assert scene.photo.shape == (height, width, 3)
    assert scene.mask.dtype == bool
    assert max(height, width) >= 480
    assert min(height, width) >= 224


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_good_part_has_an_empty_mask_and_the_first_label(product: str) -> None:
    scene = scenes.render(product, 4, False)
    assert not scene.mask.any()
    assert scene.label == scenes.labels(product)[0]


@pytest.mark.parametrize(("product", "kind"), KINDS)
def test_every_defect_changes_the_photo_inside_its_mask_and_nowhere_else(product: str, kind: str) -> None:
    for seed in FEW_SEEDS:
        good, bad = rendered(product, seed, False), rendered(product, seed, kind)
        assert bad.mask.any()
        # Blur carries a change a few pixels on, and JPEG spreads it over the blocks that it touches.
        near = cv2.dilate(bad.mask.astype(np.uint8), np.ones((33, 33), np.uint8)) > 0
        changed = _difference(good, bad)
        assert changed[~near].max(initial=0) <= 16
        assert np.mean(changed[~near] > 6) < 0.001


@pytest.mark.parametrize(("product", "kind"), KINDS)
def test_every_defect_can_be_seen_and_leaves_the_part_recognisable(product: str, kind: str) -> None:
    for seed in FEW_SEEDS:
        good, bad = rendered(product, seed, False), rendered(product, seed, kind)
        visible = _difference(good, bad) > 10
        assert np.count_nonzero(visible & bad.mask) >= 12, f"seed {seed} shows nothing"
        assert bad.mask.mean() < 0.6, f"seed {seed} covers the picture"


@pytest.mark.parametrize(("product", "kind"), KINDS)
def test_every_defect_is_named_in_words(product: str, kind: str) -> None:
    scene = rendered(product, FEW_SEEDS[0], kind)
    assert scene.what
    assert "_" not in scene.what
    assert scene.what != rendered(product, FEW_SEEDS[0], False).what


@pytest.mark.parametrize("product", BY_FORTY)
def test_forty_seeds_are_balanced_over_the_classes(product: str) -> None:
    names = scenes.labels(product)
    counts = Counter(scene.label for scene in _forty(product))
    assert set(counts) == set(names)
    fair = len(SEEDS) / len(names)
    # Three and a half standard deviations of a fair draw.
    slack = 3.5 * np.sqrt(fair * (1 - 1 / len(names)))
    assert all(abs(counts[name] - fair) <= slack for name in names), counts


@pytest.mark.parametrize("product", BY_FORTY)
def test_among_forty_seeds_the_worst_class_always_has_a_mask(product: str) -> None:
    worst = scenes.labels(product)[-1]
    assert all(scene.has_mask for scene in _forty(product) if scene.label == worst)


@pytest.mark.parametrize("product", BY_FORTY)
def test_among_forty_seeds_every_kind_of_defect_comes_up(product: str) -> None:
    first = scenes.labels(product)[0]
    seen = {scene.what.split(",")[0] for scene in _forty(product) if scene.label != first}
    assert len(seen) >= len(scenes.defects(product))


@pytest.mark.parametrize("product", PRODUCTS)
def test_true_always_gives_a_defect(product: str) -> None:
    for seed in range(3):
        assert scenes.render(product, seed, True).mask.any()


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_scene_of_512_by_512_pixels_takes_under_100_ms_on_one_core(product: str) -> None:
    scale = 512 * 512 / scenes.render(product, 0, True).mask.size
    times_ms = [quiet_ms(partial(scenes.render, product, seed, True)) * scale for seed in range(8)]
    # Below the median: some kinds of defect take twice as long as the others.
    assert np.percentile(times_ms, 40) < 100, times_ms


def test_an_unknown_product_is_refused_with_the_known_ones() -> None:
    with pytest.raises(DefectLensError, match="expected one of casting, box, metal, phone"):
        scenes.render("teapot", 1)


@pytest.mark.parametrize("product", PRODUCTS)
def test_an_unknown_defect_is_refused_with_the_known_ones(product: str) -> None:
    with pytest.raises(DefectLensError, match=scenes.defects(product)[0]):
        scenes.render(product, 1, "gremlins")


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_negative_seed_is_refused(product: str) -> None:
    with pytest.raises(DefectLensError, match="seed of 0 or above, got -1"):
        scenes.render(product, -1)
