from collections.abc import Callable, Sequence

import numpy as np
import pytest

from defect_app.datasets.twins import connected_groups, thumbnail, twin_pairs
from tests.datasets.picture_trees import spotted_picture


def _pairs(pictures: Sequence[np.ndarray], least: float = 0.99) -> set[frozenset[int]]:
    first, second = twin_pairs(np.stack([thumbnail(p) for p in pictures]), least)
    return {frozenset(pair) for pair in zip(first.tolist(), second.tolist(), strict=True)}


@pytest.mark.parametrize(
    "turned",
    [
        pytest.param(lambda p: p, id="a copy"),
        pytest.param(lambda p: p[:, ::-1], id="mirrored"),
        pytest.param(np.rot90, id="turned by 90 degrees"),
        pytest.param(lambda p: np.rot90(p, 3)[::-1], id="turned by 270 degrees and flipped"),
        pytest.param(lambda p: np.clip(p.astype(int) + 9, 0, 255).astype(np.uint8), id="brighter"),
    ],
)
def test_a_changed_copy_is_a_twin(turned: Callable[[np.ndarray], np.ndarray]) -> None:
    original, other = spotted_picture(1, defect=True), spotted_picture(2, defect=True)
    assert _pairs([original, other, np.ascontiguousarray(turned(original))]) == {frozenset({0, 2})}


def test_different_pictures_are_no_twins() -> None:
    assert _pairs([spotted_picture(seed, defect=False) for seed in range(12)]) == set()


def test_plain_pictures_are_no_twins_because_of_their_noise() -> None:
    rng = np.random.default_rng(0)
    plain = [(np.full((64, 64, 3), 128) + rng.integers(0, 2, (64, 64, 3))).astype(np.uint8) for _ in range(2)]
    assert _pairs(plain) == set()


def test_twins_of_a_twin_fall_into_one_group() -> None:
    groups = connected_groups(5, np.array([0, 1]), np.array([1, 4]))
    assert groups[0] == groups[1] == groups[4]
    assert len(set(groups.tolist())) == 3
