"""Which seeds are rendered for what: ranges that never meet, so that no scene serves two purposes."""

from __future__ import annotations

from defect_app.errors import DefectLensError

MOST_IN_TRAINING = 10_000
"""Scenes of one training set: each seed of training has so many of its own."""

_TRAINING_FROM = 1_000_000
_EVALUATION_FROM = 5_000_000
_OUT_OF_DISTRIBUTION_FROM = 6_000_000
_EXAM_FROM = 7_000_000
PARTS_IN_EXAM = 12
MOST_EXAMS = 80_000
"""Of `PARTS_IN_EXAM` scenes each: they end before those of the review."""
_REVIEW_FROM = 8_000_000
MOST_IN_REVIEW = 1_000_000
"""Scenes with a known defect that may be laid among the parts that persons review."""
_EXPLANATION_FROM = 9_000_000
_LATER_TRAINING_FROM = 10_000_000
"""For the seeds of training whose scenes would reach those that are evaluated."""


def training_seeds(training_seed: int, count: int) -> range:
    """Return the scene seeds of a training set, other ones for each seed of training.

    Raises
    ------
    DefectLensError
        If there are more than `MOST_IN_TRAINING`.
    """
    if count > MOST_IN_TRAINING:
        raise DefectLensError(f"Expected at most {MOST_IN_TRAINING:,} scenes in a training set, got {count:,}.")
    first = _TRAINING_FROM + MOST_IN_TRAINING * training_seed
    if first >= _EVALUATION_FROM:
        first += _LATER_TRAINING_FROM - _EVALUATION_FROM
    return range(first, first + count)


def evaluation_seeds(count: int) -> range:
    """Return the seeds of the scenes that are evaluated, the same ones for every seed of training."""
    return range(_EVALUATION_FROM, _EVALUATION_FROM + count)


def out_of_distribution_seeds(count: int) -> range:
    """Return the seeds of the scenes of other products that set a model's familiarity limit."""
    return range(_OUT_OF_DISTRIBUTION_FROM, _OUT_OF_DISTRIBUTION_FROM + count)


def explanation_seeds(count: int) -> range:
    """Return the seeds of the defective scenes that heat maps are measured on."""
    return range(_EXPLANATION_FROM, _EXPLANATION_FROM + count)


def review_seed(number: int) -> int:
    """Return the seed of a scene that is laid among the parts under review; numbers beyond `MOST_IN_REVIEW` recur."""
    return _REVIEW_FROM + number % MOST_IN_REVIEW


def exam_seed(exam: int, place: int) -> int:
    """Return the seed of a scene of an inspector's exam; exams beyond `MOST_EXAMS` recur."""
    return _EXAM_FROM + PARTS_IN_EXAM * (exam % MOST_EXAMS) + place
