import numpy as np
import pytest

from defect_app.training.sampling import sampled_indices, without_surplus_copies

LABELS = np.array(["ok"] * 9 + ["defect"] * 2 + ["strange"] * 4)


def _counts(indices: np.ndarray) -> dict[str, int]:
    return dict(zip(*np.unique(LABELS[indices], return_counts=True), strict=True))


def test_over_sampling_repeats_rare_pictures_evenly_and_loses_none() -> None:
    indices = sampled_indices(LABELS, "over", seed=0)
    assert _counts(indices) == {"ok": 9, "defect": 9, "strange": 9}
    assert set(indices) == set(range(15))
    times = np.bincount(indices)
    for name in ("ok", "defect", "strange"):
        assert np.ptp(times[name == LABELS]) <= 1


def test_under_sampling_leaves_out_of_the_frequent_ones_without_repeating() -> None:
    indices = sampled_indices(LABELS, "under", seed=0)
    assert _counts(indices) == {"ok": 2, "defect": 2, "strange": 2}
    assert len(set(indices)) == 6


def test_another_seed_chooses_other_pictures() -> None:
    assert not np.array_equal(sampled_indices(LABELS, "under", 0), sampled_indices(LABELS, "under", 1))
    assert np.array_equal(sampled_indices(LABELS, "under", 1), sampled_indices(LABELS, "under", 1))


@pytest.mark.parametrize("labels", [LABELS, np.array([], str)])
def test_without_sampling_everything_stays(labels: np.ndarray) -> None:
    assert list(sampled_indices(labels, "none", 0)) == list(range(len(labels)))


def test_of_a_part_with_many_copies_so_many_stay_and_every_fold_keeps_the_same_ones() -> None:
    groups, digests = [7, 7, 3, 7, 9], ["c", "a", "x", "b", "y"]
    assert without_surplus_copies(groups, digests, 2).tolist() == [1, 2, 3, 4]
    assert without_surplus_copies(groups[::-1], digests[::-1], 2).tolist() == [0, 1, 2, 3]
    assert without_surplus_copies(groups, digests, 0).tolist() == [0, 1, 2, 3, 4]
