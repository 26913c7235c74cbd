"""Agreement studies: kept with their reference, judged in an order of one's own, analysed with the model beside."""

import pytest

from defect_app.errors import InvalidReview
from defect_app.evaluation.appraisers import Call, agreement_analysis
from defect_app.inspections import StoredInspection
from defect_app.reviews import ReviewStore
from defect_app.reviews.queue import next_of_studies
from defect_app.reviews.settled import ReviewedPart, reviewed_parts
from defect_app.reviews.studies import (
    Study,
    begin_study,
    choose_parts,
    find_study,
    next_of_study,
    studies_of,
    study_appraisers,
)
from tests.reviews.answers import DEFECTIVE, GOOD, UNSURE, an_answer, answer_all


@pytest.fixture
def reviewed(store: ReviewStore, parts: tuple[StoredInspection, ...]) -> tuple[ReviewedPart, ...]:
    """Settle ten parts as good and four as defective; one more nobody knows."""
    answer_all(store, parts[:10], GOOD)
    answer_all(store, parts[10:14], DEFECTIVE)
    answer_all(store, parts[14:15], UNSURE)
    return reviewed_parts(store.of_model("tiny"))


@pytest.fixture
def study(store: ReviewStore, reviewed: tuple[ReviewedPart, ...]) -> Study:
    return begin_study(store.database, "Line 3", "tiny", choose_parts(reviewed, 8, seed=1), 2, "Ada")


def judge(store: ReviewStore, study: Study, who: str, wrong: int = 0) -> None:
    """Have a person judge everything rightly but for the first `wrong` parts of each trial."""
    reference = {part.inspection: part.reference for part in study.parts}
    for trial, key in next_of_study(study, store.of_study(study.id), who):
        place = study.order(who, trial).index(key)
        flipped = DEFECTIVE if reference[key] is GOOD else GOOD
        answer = flipped if place < wrong else reference[key]
        store.add(an_answer(None, answer, who, inspection=key, study_id=study.id, trial=trial))


def test_half_of_the_chosen_parts_are_defective_as_far_as_there_are_so_many(
    reviewed: tuple[ReviewedPart, ...],
) -> None:
    for count, good, defective in ((6, 3, 3), (8, 4, 4), (12, 8, 4), (30, 10, 4)):
        answers = [part.settled for part in choose_parts(reviewed, count, seed=3)]
        assert (answers.count(GOOD), answers.count(DEFECTIVE)) == (good, defective)


def test_a_study_is_kept_with_its_reference(
    store: ReviewStore, study: Study, parts: tuple[StoredInspection, ...]
) -> None:
    assert find_study(store.database, study.id) == study
    assert studies_of(store.database, "tiny") == (study,)
    verdict_of = {part.key: part.record.verdict for part in parts}
    assert all(part.verdict == verdict_of[part.inspection] for part in study.parts)
    assert sorted(study.reference) == [Call.GOOD] * 4 + [Call.DEFECTIVE] * 4


def test_each_appraiser_meets_every_part_once_a_trial_in_an_order_of_their_own(
    store: ReviewStore, study: Study
) -> None:
    met = next_of_study(study, (), "Ada")
    assert [trial for trial, _ in met] == [1] * 8 + [2] * 8
    assert {key for _, key in met[:8]} == {part.inspection for part in study.parts}
    assert len({study.order(who, trial) for who in ("Ada", "Ben") for trial in (1, 2)}) == 4
    first = next_of_studies(store, study, "Ben", count=3)
    assert [part.inspection.key for part in first if part.inspection] == list(study.order("Ben", 1)[:3])
    assert {(part.study_id, part.trial, part.why) for part in first} == {(study.id, 1, "study")}


def test_the_analysis_has_persons_and_model_beside_each_other(store: ReviewStore, study: Study) -> None:
    judge(store, study, "Ada")
    judge(store, study, "Ben", wrong=2)
    assert next_of_study(study, store.of_study(study.id), "Ben") == ()
    people = study_appraisers(study, store.of_study(study.id))
    found = agreement_analysis(study.reference, (*people, study.model_as_appraiser))
    assert [figures.name for figures in found.appraisers] == ["Ada", "Ben", "the model"]
    ada, ben, model = found.appraisers
    assert (ada.effectiveness.count, ada.miss.count + ada.false_alarm.count) == (8, 0)
    assert ben.miss.count + ben.false_alarm.count == 4
    expected = [Call.UNDECIDED if p.verdict == "REVIEW" else int(p.verdict == "REJECT") for p in study.parts]
    assert study.model_as_appraiser.answers[:, 0].tolist() == expected
    assert model.within is None


def test_answers_of_a_study_do_not_count_for_the_line(store: ReviewStore, study: Study) -> None:
    before = store.of_model("tiny")
    judge(store, study, "Ben", wrong=8)
    assert store.of_model("tiny") == before


def test_a_study_of_parts_that_are_not_settled_is_refused(
    store: ReviewStore, reviewed: tuple[ReviewedPart, ...]
) -> None:
    unknown = [part for part in reviewed if part.settled is UNSURE]
    for parts, trials, said in (
        (unknown, 2, "neither good nor defective"),
        ([], 2, "from 1 to"),
        (reviewed, 0, "trials"),
    ):
        with pytest.raises(InvalidReview, match=said):
            begin_study(store.database, "", "tiny", parts, trials)
