"""What a learning curve says in words, and which photos of a set are worth a second look."""

import numpy as np

from defect_app.teaching.grouping import groups_of
from defect_app.teaching.learning_curve import Forecast, LearningCurve
from defect_app.teaching.suspicions import odd_ones


def a_curve(
    *forecasts: Forecast,
    fewer_good: float | None = None,
    fewer_defective: float | None = None,
    full: float | None = None,
) -> LearningCurve:
    figures = (0.7, 0.8, 0.9)
    return LearningCurve(
        "AUC", (2, 4, 8), figures, figures, figures, forecasts, fewer_good, fewer_defective, full
    )  # fmt: skip


def test_more_photos_are_asked_for_where_they_are_likely_to_help() -> None:
    (said,) = a_curve(Forecast(20, 0.93, 0.96)).sentences
    assert said == "20 more photos a class: AUC 0.930 to 0.960 likely."


def test_more_photos_that_would_bring_nothing_are_not_asked_for() -> None:
    (said,) = a_curve(Forecast(20, 0.899, 0.903)).sentences
    assert said == "20 more photos a class would hardly help: AUC 0.899 to 0.903 likely, now 0.900."


def test_the_kind_that_is_missed_most_is_named_and_one_that_is_not_missed_too() -> None:
    said = a_curve(fewer_good=0.899, fewer_defective=0.8, full=0.9).sentences
    assert said == (
        "More good photos would hardly help: half of them do as well.",
        "More defective photos help most: with half of them AUC is 0.800 instead of 0.900.",
    )


def test_where_half_of_either_kind_does_as_well_none_is_said_to_help() -> None:
    said = a_curve(fewer_good=0.9, fewer_defective=0.9, full=0.9).sentences
    assert [sentence.split()[:2] for sentence in said] == [["More", "good"], ["More", "defective"]]


def test_photos_whose_names_tell_one_part_are_one_group_and_so_are_near_copies() -> None:
    names = [f"part{part}_view{view}.jpg" for part in range(6) for view in range(2)]
    pictures = np.random.default_rng(0).uniform(0, 255, (12, 32, 32)).astype(np.float32)
    groups = groups_of(names, pictures)
    assert [int(g) for g in groups[::2]] == [int(g) for g in groups[1::2]]
    assert len(set(groups.tolist())) == 6
    pictures[11] = pictures[0]
    linked = groups_of(names, pictures)
    assert linked[11] == linked[0]
    assert len(set(linked.tolist())) == 5


def test_a_photo_far_from_all_others_is_odd_and_of_a_few_none_is() -> None:
    looks = np.random.default_rng(0).normal(0, 0.01, (12, 6))
    looks[:, 0] += 1
    looks[7] = [0, 0, 0, 0, 0, 1]
    looks /= np.linalg.norm(looks, axis=1, keepdims=True)
    assert odd_ones(looks) == [7]
    assert odd_ones(looks[5:]) == []
