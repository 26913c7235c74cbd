"""Familiarity: near photos are known, far ones are not, and memory survives the disk bit for bit."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from defect_app.errors import ModelUnavailable
from defect_app.familiarity import FamiliarityModel, measure_quality
from defect_app.familiarity.model import MOST_REFERENCES
from tests.model_folders import part_photo

DIRECTION = np.random.default_rng(0).normal(size=64)
PIXELS = part_photo(0.2, seed=1, size=32)


def near(n: int, seed: int) -> np.ndarray:
    return DIRECTION + 0.3 * np.random.default_rng(seed).normal(size=(n, 64))


@pytest.fixture(scope="module")
def model() -> FamiliarityModel:
    qualities = [measure_quality(part_photo(0, seed, size=32)) for seed in range(40)]
    return FamiliarityModel.fit(near(200, 1), near(100, 2), qualities)


def test_photos_like_the_training_photos_are_familiar(model: FamiliarityModel) -> None:
    assert np.mean(model.distances(near(300, 3)) <= model.limit) > 0.99
    assert model.assess(near(1, 4)[0], PIXELS).familiar


@pytest.mark.parametrize(
    "features",
    [-DIRECTION, np.random.default_rng(9).normal(size=64), np.eye(64)[3], np.zeros(64)],
    ids=["the opposite", "something random", "one channel alone", "no feature at all"],
)
def test_hostile_32_photos_far_from_training_are_unfamiliar(model: FamiliarityModel, features: np.ndarray) -> None:
    known = model.assess(features, PIXELS)
    assert not known.familiar
    assert known.distance > known.limit


def test_features_that_are_not_numbers_are_unfamiliar(model: FamiliarityModel) -> None:
    assert not model.assess(np.full(64, np.nan), PIXELS).familiar


def test_the_limit_scales_with_the_slack_and_holds_for_the_held_out_photos() -> None:
    held_out = near(100, 2)
    strict, loose = (
        FamiliarityModel.fit(near(200, 1), held_out, [measure_quality(PIXELS)] * 3, slack=s) for s in (1.0, 1.25)
    )
    assert loose.limit == pytest.approx(1.25 * strict.limit)
    assert np.mean(strict.distances(held_out) <= strict.limit) >= 0.99


def far(n: int, seed: int, share: float) -> np.ndarray:
    other = np.random.default_rng(5).normal(size=64)
    return share * DIRECTION + (1 - share) * other + 0.3 * np.random.default_rng(seed).normal(size=(n, 64))


@pytest.mark.parametrize("share", [0.0, 0.5, 0.75])
def test_photos_of_other_things_draw_the_limit_between_them_and_the_held_out_photos(share: float) -> None:
    qualities = [measure_quality(PIXELS)] * 3
    alone = FamiliarityModel.fit(near(200, 1), near(100, 2), qualities, slack=4.0)
    warned = FamiliarityModel.fit(
        near(200, 1), near(100, 2), qualities, slack=4.0, out_of_distribution=far(60, 3, share)
    )
    assert warned.limit < alone.limit
    assert np.mean(warned.distances(near(300, 4)) <= warned.limit) > 0.98
    assert np.mean(warned.distances(far(300, 5, share)) > warned.limit) > 0.9


def test_other_things_that_look_alike_do_not_make_ordinary_photos_unfamiliar() -> None:
    qualities = [measure_quality(PIXELS)] * 3
    model = FamiliarityModel.fit(near(200, 1), near(100, 2), qualities, out_of_distribution=near(60, 3))
    assert np.mean(model.distances(near(100, 2)) <= model.limit) >= 0.98


def test_brightness_of_features_does_not_matter(model: FamiliarityModel) -> None:
    features = near(5, 6)
    np.testing.assert_allclose(model.distances(features), model.distances(features * 7), atol=1e-6)


def test_one_odd_training_photo_vouches_for_nothing() -> None:
    odd = -DIRECTION
    with_odd = np.vstack([near(50, 1), odd])
    model = FamiliarityModel.fit(with_odd, near(50, 2), [measure_quality(PIXELS)] * 3)
    assert not model.assess(odd, PIXELS).familiar


def test_save_and_load_give_identical_distances(model: FamiliarityModel, tmp_path: Path) -> None:
    path = tmp_path / "familiarity.npz"
    model.save(path)
    loaded = FamiliarityModel.load(path)
    features = near(50, 5)
    assert loaded.distances(features).tobytes() == model.distances(features).tobytes()
    assert (loaded.limit, loaded.quality) == (model.limit, model.quality)


def test_at_most_600_references_stay_and_the_seed_chooses_them() -> None:
    many, held_out, qualities = near(MOST_REFERENCES + 300, 1), near(20, 2), [measure_quality(PIXELS)] * 3
    first, again, other = (FamiliarityModel.fit(many, held_out, qualities, seed=s) for s in (0, 0, 1))
    assert len(first.references) == MOST_REFERENCES
    np.testing.assert_array_equal(first.references, again.references)
    assert not np.array_equal(first.references, other.references)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_fewer_training_photos_than_neighbours_still_work(n: int) -> None:
    model = FamiliarityModel.fit(near(n, 1), near(5, 2), [measure_quality(PIXELS)])
    assert np.isfinite(model.limit)
    assert model.assess(near(1, 3)[0], PIXELS).distance >= 0


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 not really", b"\x93NUMPY"], ids=["empty", "half a ZIP", "no ZIP"]
)
def test_a_damaged_file_is_unavailable(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "familiarity.npz"
    path.write_bytes(content)
    with pytest.raises(ModelUnavailable, match=r"familiarity\.npz"):
        FamiliarityModel.load(path)


def test_a_file_that_lacks_a_part_is_unavailable(tmp_path: Path, model: FamiliarityModel) -> None:
    path = tmp_path / "familiarity.npz"
    np.savez(path, references=model.references)
    with pytest.raises(ModelUnavailable, match=r"familiarity\.npz"):
        FamiliarityModel.load(path)
    with pytest.raises(ModelUnavailable, match=r"absent\.npz"):
        FamiliarityModel.load(tmp_path / "absent.npz")


def test_pickled_objects_are_not_loaded(tmp_path: Path, model: FamiliarityModel) -> None:
    path = tmp_path / "familiarity.npz"
    np.savez(path, references=np.array([{"a": 1}], dtype=object), limit=0.1, quality=np.zeros(4))
    with pytest.raises(ModelUnavailable):
        FamiliarityModel.load(path)


def test_a_poor_photo_is_reported_beside_its_familiarity(model: FamiliarityModel) -> None:
    strict = replace(model, quality=replace(model.quality, least_sharpness=99))
    known = strict.assess(near(1, 4)[0], PIXELS)
    assert known.familiar
    assert known.quality_problems == ("it is blurred",)
