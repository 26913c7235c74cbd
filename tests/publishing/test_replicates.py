"""Folds and repeats: in which order they are trained, and what they are called."""

from defect_app.publishing.replicates import Replicate, replicates_of


def test_the_folds_come_first_and_then_the_repeats() -> None:
    assert replicates_of(2, 1) == (Replicate(0, 0), Replicate(1, 0), Replicate(-1, 1))
    assert replicates_of(0, 0) == ()


def test_people_count_folds_from_one_and_files_from_zero() -> None:
    assert [r.words for r in replicates_of(2, 1)] == ["fold 1", "fold 2", "repeat 1"]
    assert [r.stem for r in replicates_of(2, 1)] == ["fold-0", "fold-1", "run-1"]
