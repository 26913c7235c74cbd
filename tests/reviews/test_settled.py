"""What a part is by what persons say, and how far they agree."""

import pytest

from defect_app.inspections import StoredInspection
from defect_app.reviews import ReviewStore
from defect_app.reviews.settled import reviewed_parts, reviewer_agreement
from tests.reviews.answers import DEFECTIVE, GOOD, UNSURE, UNUSABLE, answer_all


def test_the_last_answer_of_each_person_counts(store: ReviewStore, parts: tuple[StoredInspection, ...]) -> None:
    answer_all(store, parts[:1], GOOD, "Ada")
    answer_all(store, parts[:1], GOOD, "Ben")
    answer_all(store, parts[:1], DEFECTIVE, "Ada")
    (part,) = reviewed_parts(store.of_model("tiny"))
    assert {r.who: r.answer for r in part.reviews} == {"Ben": GOOD, "Ada": DEFECTIVE}
    assert part.disputed
    assert part.settled is None


def test_whoever_decides_outweighs_whoever_does_not_know(
    store: ReviewStore, parts: tuple[StoredInspection, ...]
) -> None:
    answer_all(store, parts[:1], UNSURE, "Ada")
    assert reviewed_parts(store.of_model("tiny"))[0].settled is UNSURE
    answer_all(store, parts[:1], DEFECTIVE, "Ben")
    answer_all(store, parts[:1], UNUSABLE, "Cleo")
    assert reviewed_parts(store.of_model("tiny"))[0].settled is DEFECTIVE


def test_persons_are_compared_on_the_parts_that_both_reviewed(
    store: ReviewStore, parts: tuple[StoredInspection, ...]
) -> None:
    answer_all(store, parts[:10], GOOD, "Ada")
    answer_all(store, parts[10:20], DEFECTIVE, "Ada")
    answer_all(store, parts[1:10], GOOD, "Ben")
    answer_all(store, (*parts[:1], *parts[10:20]), DEFECTIVE, "Ben")
    answer_all(store, parts[20:], GOOD, "Cleo")
    found = reviewer_agreement(reviewed_parts(store.of_model("tiny")))
    assert [(p.first, p.second, p.kappa.n) for p in found.pairs] == [("Ada", "Ben", 20)]
    assert found.pairs[0].kappa.value == pytest.approx(0.9)
    assert found.among_all.n == 20
