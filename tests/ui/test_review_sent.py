"""What a browser sends of a review: read strictly, and stored as the photo that was shown."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from defect_app.errors import InvalidReview
from defect_app.inspections import InspectionStore
from defect_app.reviews import Answer, Mark, ReviewStore
from defect_app.reviews.queue import QueuedPart
from defect_app.storage.database import Database
from defect_app.ui.review.sent import Sent, SentEvent, take_sent
from tests.inspections.records import a_new_inspection


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ReviewStore]:
    database = Database(f"sqlite:///{tmp_path / 'records.sqlite'}")
    yield ReviewStore(database)
    database.close()


@pytest.fixture
def shown(store: ReviewStore) -> dict[str, QueuedPart]:
    new = [a_new_inspection(n, verdict="REVIEW") for n in (1, 2)]
    parts = [QueuedPart(one, why="doubtful") for one in InspectionStore(store.database).append(new)]
    scene = QueuedPart(None, scene="scenes/casting/8000001.jpg", why="doubtful")
    return {part.name: part for part in (*parts, scene)}


def events(*entries: dict[str, Any]) -> tuple[SentEvent, ...]:
    sent = Sent.read({"events": [{"token": str(uuid4()), **entry} for entry in entries], "here": [], "tries": 1})
    assert len(sent.events) == len(entries)
    return sent.events


def test_an_answer_is_stored_as_of_the_photo_that_was_shown(store: ReviewStore, shown: dict[str, QueuedPart]) -> None:
    name, part = next(iter(shown.items()))
    box = {"x": 0.75, "y": 0.5, "width": 0.25, "height": 0.2}
    entry = {"name": name, "answer": "defective", "marks": [box], "note": "crack", "blind": True, "seconds": 1.5}
    (event,) = events(entry)
    assert take_sent(store, event, shown, "Ada") is None
    assert part.inspection is not None
    (stored,) = store.of_inspection(part.inspection.id)
    assert (stored.answer, stored.who, stored.note, stored.blind) == (Answer.DEFECTIVE, "Ada", "crack", True)
    assert stored.marks == (Mark(0.75, 0.5, 0.25, 0.2),)


def test_a_seeded_scene_is_answered_apart(store: ReviewStore, shown: dict[str, QueuedPart]) -> None:
    (event,) = events({"name": list(shown)[-1], "answer": "good"})
    take_sent(store, event, shown, "Ada")
    assert [r.scene for r in store.of_scenes("Ada")] == ["scenes/casting/8000001.jpg"]
    assert store.of_model("tiny") == ()


def test_an_answer_is_taken_back_by_its_token(store: ReviewStore, shown: dict[str, QueuedPart]) -> None:
    (answered,) = events({"name": next(iter(shown)), "answer": "good"})
    take_sent(store, answered, shown, "Ada")
    (undone,) = events({"undo": answered.token})
    take_sent(store, undone, shown, "Ada")
    assert store.of_model("tiny") == ()


def test_a_photo_that_is_left_for_later_is_named_and_not_answered(
    store: ReviewStore, shown: dict[str, QueuedPart]
) -> None:
    name, part = next(iter(shown.items()))
    (event,) = events({"later": name})
    assert part.inspection is not None
    assert take_sent(store, event, shown, "Ada") == part.inspection.key
    assert store.of_model("tiny") == ()


def test_a_photo_that_was_not_shown_cannot_be_answered(store: ReviewStore, shown: dict[str, QueuedPart]) -> None:
    for entry in ({"name": "another", "answer": "good"}, {"name": next(iter(shown))}):
        (event,) = events(entry)
        with pytest.raises(InvalidReview, match="not one of those that were shown"):
            take_sent(store, event, shown, "Ada")


@pytest.mark.parametrize(
    "value",
    [
        None,
        "text",
        {"events": [{"token": ""}]},
        {"events": [{"token": "a", "answer": "fine"}]},
        {"events": [{"token": "a", "marks": [{"x": 2, "y": 0, "width": 0, "height": 0}]}]},
        {"events": [{"token": "a"}] * 201},
        {"events": [{"token": "a", "seconds": "NaN"}]},
    ],
    ids=["nothing", "text", "no name", "unknown answer", "mark outside", "too many", "no time"],
)
def test_what_is_of_another_form_is_nothing(value: object) -> None:
    assert Sent.read(value) == Sent()
