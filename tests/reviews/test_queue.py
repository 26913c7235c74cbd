"""The queue: doubtful parts first, then the audit, each person's own; known defects laid among them."""

import numpy as np
import pytest

from defect_app.decision import Verdict
from defect_app.inspections import StoredInspection
from defect_app.reviews import ReviewStore
from defect_app.reviews.audits import draw_audit
from defect_app.reviews.queue import Queue, QueuedPart, next_parts, queue_counts, waiting_of_audit
from defect_app.reviews.seeded import seeded_found, seeded_scene, with_seeded
from tests.reviews.answers import DEFECTIVE, GOOD, an_answer, answer_all


def keys(found: tuple[QueuedPart, ...]) -> list[int]:
    return [part.inspection.key for part in found if part.inspection]


def with_verdict(parts: tuple[StoredInspection, ...], verdict: str) -> list[StoredInspection]:
    return [part for part in parts if part.record.verdict == verdict]


def test_doubtful_parts_come_first_and_newest_first_then_the_audit(
    store: ReviewStore, parts: tuple[StoredInspection, ...]
) -> None:
    audit = draw_audit(store.database, "tiny", {Verdict.PASS: 4, Verdict.REJECT: 4}, seed="1")
    found = next_parts(store, "tiny", "Ada", audit=audit, count=30)
    doubtful = [part.key for part in with_verdict(parts, "REVIEW")]
    assert keys(found)[:5] == doubtful[::-1]
    assert [part.why for part in found] == ["doubtful"] * 5 + ["audit"] * 8
    assert {part.sample_id for part in found[5:]} == {audit.samples[0].id, audit.samples[2].id}
    verdicts = [part.inspection.record.verdict for part in found[5:] if part.inspection]
    assert verdicts not in (sorted(verdicts), sorted(verdicts, reverse=True)), "a block of each would tell the verdict"


def test_what_anybody_answered_is_no_longer_doubtful_and_comes_back_when_taken_back(
    store: ReviewStore, parts: tuple[StoredInspection, ...]
) -> None:
    (first, *_) = next_parts(store, "tiny", "Ada", Queue.DOUBTFUL)
    answer = store.add(an_answer(first.inspection))
    assert first not in next_parts(store, "tiny", "Ben", Queue.DOUBTFUL)
    store.withdraw(answer.token, "Ada")
    assert next_parts(store, "tiny", "Ben", Queue.DOUBTFUL)[0] == first


def test_both_persons_look_at_the_audits_parts_and_each_at_theirs_once(
    store: ReviewStore, parts: tuple[StoredInspection, ...]
) -> None:
    audit = draw_audit(store.database, "tiny", {Verdict.PASS: 4}, seed="1")
    for part in next_parts(store, "tiny", "Ada", Queue.AUDIT, audit=audit, count=3):
        store.add(an_answer(part.inspection, sample_id=part.sample_id))
    assert len(waiting_of_audit(store, audit, "Ada")) == 1
    assert len(waiting_of_audit(store, audit, "Ben")) == 4


def test_a_second_look_is_at_what_others_answered(store: ReviewStore, parts: tuple[StoredInspection, ...]) -> None:
    answer_all(store, parts[:3], who="Ada")
    answer_all(store, parts[2:4], who="Ben")
    assert keys(next_parts(store, "tiny", "Ben", Queue.SECOND_LOOK)) == [parts[1].key, parts[0].key]
    counts = queue_counts(store, "tiny", "Ben", None)
    assert (counts.second_look, counts.audit) == (2, 0)


def test_parts_that_are_passed_over_wait(store: ReviewStore, parts: tuple[StoredInspection, ...]) -> None:
    first, second, *_ = keys(next_parts(store, "tiny", "Ada"))
    assert keys(next_parts(store, "tiny", "Ada", passed_over=[first]))[0] == second


def queued(parts: tuple[StoredInspection, ...]) -> list[QueuedPart]:
    return [QueuedPart(part, why="doubtful") for part in parts]


def test_known_defects_lie_among_the_parts_as_often_as_asked(parts: tuple[StoredInspection, ...]) -> None:
    laid = [with_seeded(queued(parts[:1]), "casting", "Ada", n, 0.1) for n in range(2000)]
    share = np.mean([bool(found[0].scene) for found in laid])
    assert 0.07 < share < 0.13
    assert with_seeded(queued(parts), "casting", "Ada", 0, 0.0) == tuple(queued(parts))
    assert with_seeded([], "casting", "Ada", 0, 0.9) == ()


def test_a_known_defect_stays_in_its_place_until_it_is_answered(parts: tuple[StoredInspection, ...]) -> None:
    first = with_seeded(queued(parts), "casting", "Ada", 0, 0.3)
    place = next(i for i, part in enumerate(first) if part.scene)
    rest = [part for part in first[place:] if not part.scene]
    later = with_seeded(rest, "casting", "Ada", place, 0.3)
    assert [part.scene for part in later] == [part.scene for part in first[place:]]


def test_a_seeded_scene_always_has_a_defect() -> None:
    assert all(seeded_scene(f"scenes/casting/{8_000_000 + n}.jpg").mask.any() for n in range(3))
    with pytest.raises(ValueError, match="name of a scene"):
        seeded_scene("photo.jpg")


def test_found_known_defects_are_counted(store: ReviewStore) -> None:
    for n, answer in enumerate((GOOD, DEFECTIVE, DEFECTIVE)):
        store.add(an_answer(None, answer, scene=f"scenes/casting/{8_000_000 + n}.jpg"))
    found = seeded_found(store.of_scenes("Ada"))
    assert (found.count, found.n) == (2, 3)
