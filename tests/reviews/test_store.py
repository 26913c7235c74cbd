"""Reviews: kept as they were given, once, corrected and taken back by further rows alone."""

import threading

import pytest
from sqlalchemy import func, select

from defect_app.errors import InvalidReview
from defect_app.inspections import StoredInspection
from defect_app.reviews import Answer, Mark, ReviewStore
from defect_app.storage.audit import AuditTrail
from defect_app.storage.tables import reviews
from tests.reviews.answers import DEFECTIVE, GOOD, UNSURE, an_answer


def rows(store: ReviewStore) -> int:
    with store.database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(reviews)).scalar_one())


def test_an_answer_comes_back_as_it_was_given(store: ReviewStore, parts: tuple[StoredInspection, ...]) -> None:
    marks = (Mark(0.1, 0.2), Mark(0.5, 0.5, 0.25, 0.125))
    new = an_answer(parts[0], DEFECTIVE, marks=marks, note="crack at\nthe rim", blind=True, seconds=2.5)
    stored = store.add(new)
    assert store.of_inspection(parts[0].id) == (stored,)
    for name in ("token", "answer", "who", "inspection", "marks", "note", "blind", "seconds"):
        assert getattr(stored, name) == getattr(new, name)


def test_an_answer_that_is_sent_twice_is_stored_once(store: ReviewStore, parts: tuple[StoredInspection, ...]) -> None:
    new = an_answer(parts[0])
    assert store.add(new) == store.add(new)
    assert rows(store) == 1


def test_a_correction_and_an_undo_are_rows_and_the_answer_before_counts_again(
    store: ReviewStore, parts: tuple[StoredInspection, ...]
) -> None:
    first, second = an_answer(parts[0], GOOD), an_answer(parts[0], DEFECTIVE)
    store.add(first)
    store.add(second)
    assert [r.answer for r in store.of_inspection(parts[0].id)] == [GOOD, DEFECTIVE]
    assert store.withdraw(second.token, "Ada")
    assert [r.answer for r in store.of_inspection(parts[0].id)] == [GOOD]
    assert rows(store) == 3
    assert not store.withdraw(second.token, "Ada")
    assert rows(store) == 3


def test_nobody_takes_back_what_another_person_said(store: ReviewStore, parts: tuple[StoredInspection, ...]) -> None:
    new = an_answer(parts[0], who="Ada")
    store.add(new)
    assert not store.withdraw(new.token, "Ben")
    assert len(store.of_inspection(parts[0].id)) == 1


def test_an_answer_that_was_taken_back_and_is_sent_again_stays_taken_back(
    store: ReviewStore, parts: tuple[StoredInspection, ...]
) -> None:
    new = an_answer(parts[0])
    store.add(new)
    store.withdraw(new.token, "Ada")
    store.add(new)
    assert store.of_inspection(parts[0].id) == ()


def test_answers_of_two_persons_at_once_are_both_kept(store: ReviewStore, parts: tuple[StoredInspection, ...]) -> None:
    def answer(who: str) -> None:
        for part in parts[:10]:
            store.add(an_answer(part, who=who))

    threads = [threading.Thread(target=answer, args=(who,)) for who in ("Ada", "Ben", "Cleo")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {p.id: len(store.of_inspection(p.id)) for p in parts[:10]} == {p.id: 3 for p in parts[:10]}
    assert AuditTrail(store.database).verify().problem == ""


def test_the_audit_trail_names_answer_person_and_inspection(
    store: ReviewStore, parts: tuple[StoredInspection, ...]
) -> None:
    new = an_answer(parts[3], UNSURE, who="Ben")
    store.add(new)
    store.withdraw(new.token, "Ben")
    entries = list(AuditTrail(store.database).entries())[-2:]
    assert [(e.action, e.who, e.subject) for e in entries] == [
        ("reviewed", "Ben", parts[3].id),
        ("review withdrawn", "Ben", parts[3].id),
    ]
    assert '"answer": "unsure"' in entries[0].details


def test_seeded_scenes_are_no_answers_on_the_line(store: ReviewStore, parts: tuple[StoredInspection, ...]) -> None:
    store.add(an_answer(None, scene="scenes/casting/8000001.jpg"))
    store.add(an_answer(parts[0]))
    assert [r.inspection for r in store.of_model("tiny")] == [parts[0].key]
    assert [r.scene for r in store.of_scenes("Ada")] == ["scenes/casting/8000001.jpg"]
    assert store.of_scenes("Ben") == ()


def test_what_cannot_be_kept_is_refused_with_its_reason(
    store: ReviewStore, parts: tuple[StoredInspection, ...]
) -> None:
    for new, said in (
        (an_answer(None), "one inspection or of one seeded scene"),
        (an_answer(parts[0], scene="scenes/casting/1.jpg"), "one inspection or of one seeded scene"),
        (an_answer(parts[0], token=""), "name of its own"),
        (an_answer(parts[0], who="a" * 81), "81 characters"),
        (an_answer(parts[0], note="\0"), "cannot be shown"),
        (an_answer(parts[0], inspection=17), "not in the records"),
        (an_answer(parts[0], marks=(Mark(0, 0),) * 51), "51 marks"),
    ):
        with pytest.raises(InvalidReview, match=said):
            store.add(new)
    assert rows(store) == 0


@pytest.mark.parametrize("place", [(-0.1, 0, 0, 0), (0.9, 0, 0.2, 0), (0, float("nan"), 0, 0), (0, 0, 0, -0.1)])
def test_a_mark_outside_the_photo_is_none(place: tuple[float, float, float, float]) -> None:
    with pytest.raises(ValueError, match="inside the photo"):
        Mark(*place)


def test_only_good_and_defective_decide() -> None:
    assert [answer for answer in Answer if answer.decides] == [GOOD, DEFECTIVE]
