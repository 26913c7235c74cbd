import numpy as np
import pytest

from defect_app.datasets.splits import assign_folds, carve_out, first_share

CONTENT = [f"hash-{i}" for i in range(200)]
LABELS = ["ok" if i % 4 else "defect" for i in range(200)]
SINGLES = list(range(200))


def test_the_same_content_is_chosen_again_whatever_the_order() -> None:
    chosen = carve_out(CONTENT, LABELS, SINGLES, 0.2, "salt")
    names = {c for c, is_chosen in zip(CONTENT, chosen, strict=True) if is_chosen}
    backwards = carve_out(CONTENT[::-1], LABELS[::-1], SINGLES[::-1], 0.2, "salt")
    assert {c for c, is_chosen in zip(CONTENT[::-1], backwards, strict=True) if is_chosen} == names


def test_each_class_gives_its_share() -> None:
    chosen = carve_out(CONTENT, LABELS, SINGLES, 0.2)
    labels = np.array(LABELS)
    assert chosen[labels == "ok"].sum() == 30
    assert chosen[labels == "defect"].sum() == 10


def test_another_salt_chooses_others() -> None:
    assert (carve_out(CONTENT, LABELS, SINGLES, 0.2, "a") != carve_out(CONTENT, LABELS, SINGLES, 0.2, "b")).any()


def test_groups_are_taken_whole() -> None:
    groups = [i // 3 for i in range(200)]
    chosen = carve_out(CONTENT, LABELS, groups, 0.3)
    assert chosen.any()
    for group in set(groups):
        assert len({bool(c) for c, g in zip(chosen, groups, strict=True) if g == group}) == 1


def test_a_group_that_would_be_most_of_the_share_stays_in_training() -> None:
    labels = ["ok"] * 100
    groups = [0] * 15 + list(range(1, 86))
    chosen = carve_out(CONTENT[:100], labels, groups, 0.2)
    assert not chosen[:15].any()
    assert chosen.sum() == 20


@pytest.mark.parametrize("n_folds", [2, 5])
def test_folds_hold_like_numbers_of_each_class_and_no_group_in_parts(n_folds: int) -> None:
    groups = [i // 2 for i in range(200)]
    folds = assign_folds(CONTENT, LABELS, groups, n_folds)
    assert sorted(set(folds.tolist())) == list(range(n_folds))
    labels = np.array(LABELS)
    for name in ("ok", "defect"):
        counts = np.bincount(folds[labels == name], minlength=n_folds)
        assert counts.max() - counts.min() <= 6, name
    assert all(folds[i] == folds[i + 1] for i in range(0, 200, 2))


def test_large_groups_of_different_classes_go_to_different_folds() -> None:
    labels = ["ok"] * 40 + ["defect"] * 30 + ["ok", "defect"] * 10
    folds = assign_folds(CONTENT[:90], labels, [0] * 40 + [1] * 30 + list(range(2, 22)), 5)
    assert folds[0] != folds[40]


def test_a_share_by_content_has_the_asked_size() -> None:
    assert first_share(CONTENT, 0.5).sum() == 100
    assert first_share(CONTENT, 0.0).sum() == 0
