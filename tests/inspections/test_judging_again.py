"""Stored inspections judged again, from their stored scores: as the model would with the photo at hand."""

from pathlib import Path

from defect_app.decision import InspectionThresholds
from defect_app.inspection import Inspected, Inspector
from defect_app.inspection.record import record_of
from defect_app.inspections import Evidence, InspectionStore, NewInspection, Source, StoredInspection
from defect_app.inspections.judging_again import judged_again, verdict_changes
from defect_app.storage.database import Database
from tests.inspections.records import NOON, a_new_inspection
from tests.model_folders import part_photo
from tests.photo_files import jpeg_bytes


def stored_photos(url: str, inspector: Inspector) -> tuple[list[Inspected], tuple[StoredInspection, ...]]:
    results: list[Inspected] = []
    for n, redness in enumerate((-1.2, -0.2, 0.0, 0.3, 1.2)):
        result = inspector.inspect_bytes(jpeg_bytes(part_photo(redness, n)), f"{n}.jpg")
        assert isinstance(result, Inspected)
        results.append(result)
    database = Database(url)
    stored = InspectionStore(database).append(
        [
            NewInspection(
                record=record_of(r, inspector.spec, inspector.model_sha256), evidence=Evidence.of(r), judged_at=NOON,
                source=Source.CLI, batch="b",
            )
            for r in results
        ]
    )  # fmt: skip
    found = tuple(one for new in stored if (one := InspectionStore(database).find(new.id)))
    database.close()
    return results, found


def test_another_point_gives_what_the_model_gives_with_the_photo(url: str, tiny_models: Path) -> None:
    inspector = Inspector.from_id("tiny", tiny_models)
    _, stored = stored_photos(url, inspector)
    for review_at, reject_at in ((0.0, 0.0), (0.5, 0.5), (0.2, 0.9), (1.0, 1.0)):
        point = inspector.default_point.moved(InspectionThresholds(review_at, reject_at))
        for n, (one, redness) in enumerate(zip(stored, (-1.2, -0.2, 0.0, 0.3, 1.2), strict=True)):
            fresh = inspector.inspect_bytes(jpeg_bytes(part_photo(redness, n)), f"{n}.jpg", point)
            assert isinstance(fresh, Inspected)
            assert judged_again(one, inspector.spec, point) == fresh.judgement


def test_changes_are_counted_and_what_another_version_judged_is_left_out(url: str, tiny_models: Path) -> None:
    inspector = Inspector.from_id("tiny", tiny_models)
    _, stored = stored_photos(url, inspector)
    database = Database(url)
    (foreign,) = InspectionStore(database).append([a_new_inspection(1)])
    database.close()
    strict = inspector.default_point.moved(InspectionThresholds(0.0, 0.0))
    found = verdict_changes([*stored, foreign], inspector.spec, strict)
    rejected = sum(one.record.verdict == "REJECT" for one in stored)
    assert (found.judged, found.left_out) == (5, 1)
    assert sum(found.changes.values()) == len(found.changed) > 0
    assert len(found.changed) <= 5 - rejected
