"""Audits: drawn once, at random and repeatably, and counted no further than somebody looked."""

import pytest

from defect_app.decision import Verdict
from defect_app.errors import InvalidReview
from defect_app.inspections import InspectionStore, StoredInspection
from defect_app.reviews import Answer, ReviewStore
from defect_app.reviews.audits import Audit, draw_audit, latest_audit, line_audit
from defect_app.reviews.queue import stored_inspections
from tests.inspections.records import a_new_inspection
from tests.reviews.answers import DEFECTIVE, GOOD, UNSURE, an_answer

SIZES = {Verdict.PASS: 8, Verdict.REVIEW: 100, Verdict.REJECT: 3}


@pytest.fixture
def audit(store: ReviewStore, parts: tuple[StoredInspection, ...]) -> Audit:
    return draw_audit(store.database, "tiny", SIZES, who="Ada", seed="17")


def look(store: ReviewStore, audit: Audit, verdict: Verdict, answers: dict[int, Answer]) -> None:
    """Answer parts of a sample by their places in the draw, as they come through the audit's queue."""
    sample = next(s for s in audit.samples if s.verdict == verdict)
    for place, answer in answers.items():
        key = sample.inspections[place]
        store.add(an_answer(None, inspection=key, answer=answer, sample_id=sample.id))


def test_each_verdict_has_its_sample_and_what_it_was_drawn_from(
    audit: Audit, parts: tuple[StoredInspection, ...]
) -> None:
    verdict_of = {part.key: part.record.verdict for part in parts}
    assert [(s.verdict, s.population, len(s.inspections)) for s in audit.samples] == [
        ("PASS", 20, 8),
        ("REVIEW", 5, 5),
        ("REJECT", 5, 3),
    ]
    for sample in audit.samples:
        assert {verdict_of[key] for key in sample.inspections} == {sample.verdict}
        assert len(set(sample.inspections)) == len(sample.inspections)


def test_a_draw_is_kept_and_can_be_repeated(store: ReviewStore, audit: Audit) -> None:
    assert latest_audit(store.database, "tiny") == audit
    again = draw_audit(store.database, "tiny", SIZES, seed="17")
    assert [s.inspections for s in again.samples] == [s.inspections for s in audit.samples]
    other = draw_audit(store.database, "tiny", SIZES)
    assert [s.inspections for s in other.samples] != [s.inspections for s in audit.samples]
    assert latest_audit(store.database, "tiny") == other
    assert latest_audit(store.database, "other") is None


def test_every_part_is_drawn_equally_often(store: ReviewStore, parts: tuple[StoredInspection, ...]) -> None:
    times = dict.fromkeys((p.key for p in parts if p.record.verdict == "REJECT"), 0)
    for seed in range(50):
        for key in draw_audit(store.database, "tiny", {Verdict.REJECT: 1}, seed=str(seed)).samples[2].inspections:
            times[key] += 1
    assert sum(times.values()) == 50
    assert 2 <= min(times.values()) <= max(times.values()) <= 20


def test_photos_that_are_kept_whole_are_drawn_first_and_then_others(store: ReviewStore) -> None:
    # The first digits of a content decide: one in ten is kept whole.
    new = [a_new_inspection(n, sha256=f"{n % 10:x}fffffff{n:056x}") for n in range(1, 41)]
    InspectionStore(store.database).append([*new, a_new_inspection(41, sha256=f"0123{41:060x}")])
    sample = draw_audit(store.database, "tiny", {Verdict.PASS: 10}).samples[0]
    stored = stored_inspections(store.database, sample.inspections)
    digits = [stored[key].record.sha256[0] for key in sample.inspections]
    assert (sample.population, digits[:5]) == (41, ["0"] * 5)
    assert len(set(sample.inspections)) == 10
    assert "0" not in digits[5:]


def test_repeated_photos_and_other_models_are_not_drawn(store: ReviewStore) -> None:
    new = [a_new_inspection(1), a_new_inspection(2, duplicate_of="part-0001.jpg"), a_new_inspection(3, model="other")]
    InspectionStore(store.database).append(new)
    audit = draw_audit(store.database, "tiny", {Verdict.PASS: 10})
    assert [s.population for s in audit.samples] == [1, 0, 0]


def test_nothing_was_looked_at_yet(store: ReviewStore, audit: Audit) -> None:
    found = line_audit(store, audit)
    assert (found.passed.population, found.passed.looked_at) == (20, 0)
    assert found.escapes_sentence.startswith("Nobody has looked")


def test_parts_count_as_far_as_somebody_looked_and_those_between_are_undecided(
    store: ReviewStore, audit: Audit
) -> None:
    look(store, audit, Verdict.PASS, {0: GOOD, 1: DEFECTIVE, 2: UNSURE, 4: GOOD})
    found = line_audit(store, audit).passed
    assert (found.looked_at, found.defective, found.undecided) == (5, 1, 2)


def test_answers_that_came_by_another_way_extend_no_random_sample(store: ReviewStore, audit: Audit) -> None:
    sample = audit.samples[0]
    store.add(an_answer(None, inspection=sample.inspections[7], answer=DEFECTIVE))
    assert line_audit(store, audit).passed.looked_at == 0
    look(store, audit, Verdict.PASS, {0: GOOD})
    assert line_audit(store, audit).passed.looked_at == 1


def test_a_stratum_that_was_looked_at_whole_counts_whichever_way_answers_came(store: ReviewStore, audit: Audit) -> None:
    for key in audit.samples[1].inspections:
        store.add(an_answer(None, inspection=key, answer=DEFECTIVE))
    found = line_audit(store, audit).reviewed
    assert (found.population, found.looked_at, found.defective, found.undecided) == (5, 5, 5, 0)


def test_parts_on_which_persons_disagree_are_undecided(store: ReviewStore, audit: Audit) -> None:
    look(store, audit, Verdict.REJECT, {0: DEFECTIVE, 1: DEFECTIVE})
    store.add(an_answer(None, inspection=audit.samples[2].inspections[1], answer=GOOD, who="Ben"))
    found = line_audit(store, audit).rejected
    assert (found.looked_at, found.defective, found.undecided) == (2, 1, 1)


def test_rates_of_the_line_follow(store: ReviewStore, audit: Audit) -> None:
    look(store, audit, Verdict.PASS, {place: GOOD for place in range(7)} | {7: DEFECTIVE})
    look(store, audit, Verdict.REVIEW, {place: GOOD for place in range(4)} | {4: DEFECTIVE})
    look(store, audit, Verdict.REJECT, {0: DEFECTIVE, 1: DEFECTIVE, 2: GOOD})
    found = line_audit(store, audit)
    defective = 20 / 8 + 1 + 5 * 2 / 3
    assert found.escape_rate.value == pytest.approx(20 / 8 / defective)
    assert found.false_reject_rate.value == pytest.approx((5 / 3) / (30 - defective))


def test_an_audit_of_nothing_is_refused(store: ReviewStore) -> None:
    with pytest.raises(InvalidReview, match="no stored inspections"):
        draw_audit(store.database, "tiny", SIZES)
    with pytest.raises(InvalidReview, match="from 0 to"):
        draw_audit(store.database, "tiny", {Verdict.PASS: -1})
