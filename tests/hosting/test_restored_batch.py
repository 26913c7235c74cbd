"""A batch that comes back from the records: its verdicts, the pictures that are kept, and what is added to it."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from defect_app.decision import InspectionThresholds
from defect_app.hosting.batch import Batch
from defect_app.hosting.keeping import Keeping, Origin
from defect_app.hosting.restored_batch import RESTORED, restored_entries
from defect_app.inspection import Inspected, Inspector
from defect_app.inspection.framing import FixedFrame
from defect_app.inspections import InspectionFilter, InspectionStore, Source, StoredInspection
from defect_app.inspections.photo_store import PhotoStore
from defect_app.inspections.recorder import Recorder
from defect_app.intake import PhotoFile, Rejection
from defect_app.storage.database import Database
from tests.model_folders import part_photo
from tests.photo_files import jpeg_bytes
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def inspector(tiny_models: Path) -> Inspector:
    return Inspector.from_id("tiny", tiny_models)


@pytest.fixture
def photos(tmp_path: Path) -> PhotoStore:
    return PhotoStore(tmp_path / "photos")


@pytest.fixture
def stored(tmp_path: Path, inspector: Inspector, photos: PhotoStore) -> tuple[StoredInspection, ...]:
    """Judge and store a good, a defective and an undecided part, a part in a frame, and a file that is no photo."""
    store = InspectionStore(Database(f"sqlite:///{tmp_path / 'records.sqlite'}"))
    recorder = Recorder(lambda: store)
    keeping = Keeping(recorder, Origin(Source.PAGE, batch="morning"), photos=photos, policy="doubtful")
    batch = Batch(inspector, keeping=keeping)
    pixels = {"good.jpg": part_photo(-1.2), "bad.jpg": part_photo(1.2), "grey.jpg": part_photo(0.0)}
    files = {name: jpeg_bytes(drawn) for name, drawn in pixels.items()} | {"text.jpg": b"no photo"}
    batch.add([PhotoFile.of_bytes(name, partial(bytes, data)) for name, data in files.items()])
    batch.wait(300)
    assert batch.judge_frames(1, [FixedFrame(0, 0, 1, 0.9)])
    wait_until(lambda: batch.storing.stored == 5, "all five to be stored")
    recorder.close()
    found = tuple(store.oldest_first(InspectionFilter(batch="morning")))
    store.database.close()
    return found


def test_verdicts_come_back_as_they_were_with_what_is_kept_of_their_photos(
    inspector: Inspector, photos: PhotoStore, stored: tuple[StoredInspection, ...]
) -> None:
    entries = restored_entries(stored, inspector.spec, inspector.default_point, photos)
    assert [(e.number, e.record.file, e.record.verdict) for e in entries] == [
        (1, "good.jpg", "PASS"),
        (2, "bad.jpg", "REJECT"),
        (3, "grey.jpg", "REVIEW"),
        (4, "text.jpg", "REJECTED_FILE"),
        (5, "good.jpg", "PASS"),
    ]
    assert [e.record for e in entries] == [one.record for one in stored]
    assert isinstance(entries[3].result, Rejection)
    framed = entries[4].result
    assert isinstance(framed, Inspected)
    assert framed.frame == stored[4].record.frame
    assert framed.photo.notes == (RESTORED,)
    # Of the doubtful one the whole photo is kept, of the others the small picture.
    assert len(entries[2].shown_jpeg) > 0
    assert entries[2].shown_jpeg != entries[2].thumbnail_jpeg
    assert entries[0].shown_jpeg == entries[0].thumbnail_jpeg != b""


def test_they_are_judged_at_the_point_in_use_and_those_of_another_version_of_the_model_stay_away(
    inspector: Inspector, photos: PhotoStore, stored: tuple[StoredInspection, ...]
) -> None:
    strict = inspector.default_point.moved(InspectionThresholds(0.0, 0.001))
    verdicts = [e.record.verdict for e in restored_entries(stored, inspector.spec, strict, photos)]
    assert "PASS" not in verdicts
    other = [replace(one, record=replace(one.record, model_sha256="0" * 64)) for one in stored]
    left = restored_entries(other, inspector.spec, inspector.default_point, photos)
    assert [e.record.verdict for e in left] == ["REJECTED_FILE"]


def test_what_is_added_goes_on_after_them(
    inspector: Inspector, photos: PhotoStore, stored: tuple[StoredInspection, ...]
) -> None:
    batch = Batch(inspector)
    assert batch.restore(restored_entries(stored, inspector.spec, inspector.default_point, photos))
    batch.add([PhotoFile.of_bytes("next.jpg", lambda: jpeg_bytes(part_photo(-1.0)))])
    batch.wait(300)
    assert (batch.entries[-1].number, batch.entries[-1].record.verdict) == (6, "PASS")
    assert not batch.restore(())
