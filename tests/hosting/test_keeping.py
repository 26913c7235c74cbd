"""A batch that is kept: every verdict is stored while it runs, photos as policy says, none lost where that fails."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from defect_app.errors import RecordsUnavailable
from defect_app.hosting.batch import Batch
from defect_app.hosting.corrected_photos import keep_if_corrected
from defect_app.hosting.keeping import Keeping, Origin
from defect_app.hosting.original_files import OriginalFiles
from defect_app.inspection import Inspector
from defect_app.inspections import InspectionFilter, InspectionStore, KeptPhoto, Source
from defect_app.inspections.photo_store import PhotoHistory, PhotoStore
from defect_app.inspections.recorder import Recorder
from defect_app.intake import PhotoFile
from defect_app.reviews import Answer, NewReview, ReviewStore
from defect_app.storage.database import Database
from tests.model_folders import part_photo
from tests.operating_points import a_point
from tests.photo_files import jpeg_bytes


@pytest.fixture(scope="module")
def inspector(tiny_models: Path) -> Inspector:
    return Inspector.from_id("tiny", tiny_models)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[InspectionStore]:
    database = Database(f"sqlite:///{tmp_path / 'records.sqlite'}")
    yield InspectionStore(database)
    database.close()


FILES = {
    "red.jpg": jpeg_bytes(part_photo(1.2)),
    "green.jpg": jpeg_bytes(part_photo(-1.2)),
    "strange.jpg": jpeg_bytes(part_photo(0.0, blueness=2.0)),
    "bad.jpg": b"no photo",
    "again.jpg": jpeg_bytes(part_photo(1.2)),
}


def files() -> list[PhotoFile]:
    return [PhotoFile.of_bytes(name, partial(bytes, data)) for name, data in FILES.items()]


def test_each_verdict_of_a_batch_is_stored_with_door_and_person_and_its_entry_says_the_id(
    inspector: Inspector, store: InspectionStore, tmp_path: Path
) -> None:
    photos = PhotoStore(tmp_path / "photos")
    with Recorder(lambda: store) as recorder:
        batch = Batch(inspector, keeping=Keeping(recorder, Origin(Source.PAGE, who="Ada"), photos=photos))
        batch.add(files())
        batch.wait(300)
    stored = list(store.oldest_first(InspectionFilter(source=Source.PAGE, who="Ada")))
    assert [one.record.file for one in stored] == list(FILES)
    assert [one.record for one in stored] == [entry.record for entry in batch.entries]
    assert (batch.storing.stored, batch.storing.failed, batch.storing.problem) == (5, 0, "")
    assert batch.storing.on_the_way == 0
    kept = {one.record.file: one.photo for one in stored}
    assert kept["red.jpg"] is kept["again.jpg"] is kept["green.jpg"] is KeptPhoto.THUMBNAIL
    assert (kept["strange.jpg"], kept["bad.jpg"]) == (KeptPhoto.FULL, KeptPhoto.NONE)
    strange = stored[2].record.sha256
    assert photos.photo(strange) == FILES["strange.jpg"]
    assert photos.photo(stored[0].record.sha256) is None
    assert photos.thumbnail(stored[0].record.sha256)


def test_a_database_that_fails_loses_no_verdict_and_what_failed_can_be_stored_later(
    inspector: Inspector, store: InspectionStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("defect_app.inspections.recorder.TRY_AGAIN_S", 0.0)
    full = True

    def opened() -> InspectionStore:
        if full:
            raise RecordsUnavailable("The records cannot be written: the disk is full.", "Make room.")
        return store

    with Recorder(opened) as recorder:
        batch = Batch(inspector, keeping=Keeping(recorder, Origin(Source.PAGE), photos=PhotoStore(tmp_path / "photos")))
        batch.add(files())
        batch.wait(300)
    assert [entry.record.verdict for entry in batch.entries][:2] == ["REJECT", "PASS"]
    assert batch.storing.failed == 5
    assert "the disk is full" in batch.storing.problem
    full = False
    with Recorder(opened) as recorder:
        assert batch.keeping is not None
        batch.keeping._recorder = recorder
        batch.storing.try_again()
    assert (batch.storing.stored, batch.storing.failed) == (5, 0)
    assert len(list(store.oldest_first())) == 5


def test_a_photo_that_cannot_be_kept_is_said_and_its_verdict_is_stored(
    inspector: Inspector, store: InspectionStore, tmp_path: Path
) -> None:
    (tmp_path / "photos").write_text("in the way")
    with Recorder(lambda: store) as recorder:
        batch = Batch(inspector, keeping=Keeping(recorder, Origin(Source.PAGE), photos=PhotoStore(tmp_path / "photos")))
        batch.add(files())
        batch.wait(300)
    assert "Photos cannot be kept" in batch.storing.problem
    assert {one.photo for one in store.oldest_first()} == {KeptPhoto.NONE}
    assert batch.storing.stored == 5


def test_the_stored_verdict_is_the_one_at_the_time_of_judging(
    inspector: Inspector, store: InspectionStore, tmp_path: Path
) -> None:
    with Recorder(lambda: store) as recorder:
        batch = Batch(inspector, keeping=Keeping(recorder, Origin(Source.PAGE), photos=PhotoStore(tmp_path / "photos")))
        batch.add(files()[1:2])
        batch.wait(300)
    batch.apply(a_point("strict", 0.0, 0.0))
    assert batch.entries[0].record.verdict == "REJECT"
    assert batch.entries[0].record.id is None
    assert [one.record.verdict for one in store.oldest_first()] == ["PASS"]


def test_a_corrected_photo_is_kept_whole_while_the_page_still_has_its_file(
    inspector: Inspector, store: InspectionStore, tmp_path: Path
) -> None:
    photos, reviews = PhotoStore(tmp_path / "photos"), ReviewStore(store.database)
    with Recorder(lambda: store) as recorder:
        batch = Batch(inspector, keeping=Keeping(recorder, Origin(Source.PAGE), photos=photos))
        batch.add(files())
        batch.wait(300)
    red, green = list(store.oldest_first())[:2]
    assert (red.record.verdict, green.record.verdict) == ("REJECT", "PASS")
    for answer, one, corrects in (
        (Answer.DEFECTIVE, red, False),
        (Answer.GOOD, red, True),
        (Answer.GOOD, green, False),
    ):
        review = reviews.add(NewReview(token=f"{answer} {one.id[:8]}", answer=answer, who="Ada", inspection=one.key))
        assert keep_if_corrected(store.database, review, one, photos=photos) is corrects
    assert photos.photo(red.record.sha256) == FILES["red.jpg"]
    assert photos.photo(green.record.sha256) is None
    (event,) = PhotoHistory(store.database).of(red.record.sha256)
    assert "kept by Ada" in event.sentence
    assert "its verdict REJECT was corrected" in event.sentence
    wrong = reviews.add(NewReview(token="t", answer=Answer.DEFECTIVE, who="Ada", inspection=green.key))
    assert not keep_if_corrected(store.database, wrong, green, photos=photos, held=OriginalFiles())
