"""Reports with many photos, long lists and photos that are or are not kept."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from defect_app.errors import ModelUnavailable
from defect_app.inspection import Inspected, Inspector
from defect_app.inspection.record import record_of
from defect_app.inspections import InspectionFilter, InspectionStore, StoredInspection
from defect_app.inspections.photo_store import PhotoStore
from defect_app.intake import encode_jpeg
from defect_app.reports.inspections import content, gather, report_bytes, spreadsheet
from defect_app.reports.inspections.pictures import SIDE, picture_of
from defect_app.reviews import Answer, NewReview, ReviewStore
from defect_app.storage.database import Database
from tests.inspections.records import NOON, a_new_inspection, a_record
from tests.model_folders import part_photo
from tests.photo_files import jpeg_bytes, photo_pixels, png_bytes

JPEG = jpeg_bytes(photo_pixels(seed=1))
SMALL = encode_jpeg(part_photo(0.0, 1, size=32))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[InspectionStore]:
    with closing(Database(f"sqlite:///{tmp_path / 'records.sqlite'}")) as database:
        yield InspectionStore(database)


@pytest.fixture(scope="module")
def inspector(tiny_models: Path) -> Inspector:
    return Inspector.from_id("tiny", tiny_models)


@pytest.fixture
def stored(store: InspectionStore, inspector: Inspector) -> tuple[StoredInspection, bytes]:
    """Return a stored red part, larger than a report's picture, and its file."""
    data = png_bytes(part_photo(1.0, 3, size=600))
    result = inspector.inspect_bytes(data, "red.jpg")
    assert isinstance(result, Inspected)
    made = record_of(result, inspector.spec, inspector.model_sha256)
    changed = {name: getattr(made, name) for name in ("sha256", "verdict", "model", "model_sha256", "frame")}
    return store.append([a_new_inspection(1, file="red.jpg", **changed)])[0], data


def test_a_kept_photo_is_shown_small_and_with_its_heat_map(
    stored: tuple[StoredInspection, bytes], inspector: Inspector, tmp_path: Path
) -> None:
    inspection, data = stored
    photos = PhotoStore(tmp_path / "photos")
    photos.keep_photo(inspection.record.sha256, data)
    photos.keep_thumbnail(inspection.record.sha256, SMALL)
    picture = picture_of(inspection, photos, lambda _: inspector)
    assert picture is not None
    shown = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
    # Photos are read no larger than the model needs them.
    side = shown.shape[0]
    assert inspector.least_side <= side <= SIDE
    plain = cv2.resize(part_photo(1.0, 3, size=600)[..., ::-1], (side, side), interpolation=cv2.INTER_AREA)
    assert np.abs(shown.astype(int) - plain).mean() > 5, "the heat map lies over it"


def test_a_method_that_is_asked_for_draws_the_map_else_the_one_of_the_verdict(
    store: InspectionStore, stored: tuple[StoredInspection, bytes], inspector: Inspector, tmp_path: Path
) -> None:
    inspection, data = stored
    photos = PhotoStore(tmp_path / "photos")
    photos.keep_photo(inspection.record.sha256, data)
    as_judged, by_pixels, unknown = (
        picture_of(inspection, photos, lambda _: inspector, method) for method in ("", "smoothgrad", "no-method")
    )
    assert by_pixels != as_judged
    assert unknown == as_judged
    report = gather(store, InspectionFilter(), picture_of=lambda _: by_pixels, made_at=NOON, maps_by="SmoothGrad")
    assert (inspection.record.verdict in ("REVIEW", "REJECT")) == any("SmoothGrad" in line for line in report.sentences)
    assert [one.jpeg for one in report.pictured] in ([], [by_pixels])


def test_where_the_model_is_gone_or_another_the_small_picture_is_shown(
    stored: tuple[StoredInspection, bytes], inspector: Inspector, tmp_path: Path
) -> None:
    inspection, data = stored
    photos = PhotoStore(tmp_path / "photos")
    photos.keep_photo(inspection.record.sha256, data)
    photos.keep_thumbnail(inspection.record.sha256, SMALL)

    def gone(model_id: str) -> Inspector:
        raise ModelUnavailable(f"{model_id} is not here.")

    assert picture_of(inspection, photos, gone) == SMALL
    other = Inspector.from_id("colours", inspector.folder.parent)
    assert picture_of(inspection, photos, lambda _: other) == SMALL


def test_where_the_photo_is_gone_the_small_picture_is_shown_or_none(
    stored: tuple[StoredInspection, bytes], inspector: Inspector, tmp_path: Path
) -> None:
    photos = PhotoStore(tmp_path / "photos")
    assert picture_of(stored[0], photos, lambda _: inspector) is None
    photos.keep_thumbnail(stored[0].record.sha256, SMALL)
    assert picture_of(stored[0], photos, lambda _: inspector) == SMALL


def test_a_pdf_with_more_photos_than_a_page_holds_goes_on_and_says_how_many_are_left_out(
    store: InspectionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "MOST_PICTURED", 16)
    store.append([a_new_inspection(n, verdict="REVIEW", part=f"SN-{n}") for n in range(1, 20)])
    report = gather(store, InspectionFilter(), picture_of=lambda _: None, made_at=NOON)
    assert (len(report.pictured), report.not_pictured) == (16, 3)
    with_pictures = gather(store, InspectionFilter(), picture_of=lambda _: JPEG, made_at=NOON)
    few, many = (report_bytes(each, ".pdf", ()) for each in (report, with_pictures))
    assert few.count(b"/Type /Page\n") >= 3
    assert few.count(b"/Subtype /Image") == 0
    assert many.count(b"/Subtype /Image") >= 1
    assert len(few) < len(many)


def test_only_answers_that_differ_from_the_verdict_are_corrections(store: InspectionStore) -> None:
    answered = [
        ("PASS", Answer.GOOD, False),
        ("PASS", Answer.DEFECTIVE, True),
        ("REJECT", Answer.DEFECTIVE, False),
        ("REJECT", Answer.GOOD, True),
        ("REVIEW", Answer.DEFECTIVE, True),
        ("PASS", Answer.UNUSABLE, True),
        ("REJECTED_FILE", Answer.UNUSABLE, False),
        ("REVIEW", Answer.UNSURE, False),
    ]
    stored = store.append([a_new_inspection(n, verdict=verdict) for n, (verdict, _, _) in enumerate(answered, start=1)])
    reviews = ReviewStore(store.database)
    for number, (one, (_, answer, _)) in enumerate(zip(stored, answered, strict=True)):
        reviews.add(NewReview(token=f"t{number}", answer=answer, who="", inspection=one.key))
    report = gather(store, InspectionFilter(), picture_of=lambda _: None, made_at=NOON)
    expected = [a_record(n).file for n, (_, _, corrects) in enumerate(answered, start=1) if corrects]
    assert [one.inspection.record.file for one in report.corrections] == expected
    assert report.corrections[0].words == "Somebody called it defective; the verdict was PASS"


def test_corrections_are_found_however_many_inspections_are_looked_through(
    store: InspectionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "_AT_ONCE", 2)
    stored = store.append([a_new_inspection(n) for n in range(1, 6)])
    for number in (0, 3, 4):
        ReviewStore(store.database).add(
            NewReview(token=f"t{number}", answer=Answer.DEFECTIVE, who="Ada", inspection=stored[number].key)
        )
    report = gather(store, InspectionFilter(), picture_of=lambda _: None, made_at=NOON)
    files = ["part-0001.jpg", "part-0004.jpg", "part-0005.jpg"]
    assert [one.inspection.record.file for one in report.corrections] == files


def test_a_filter_is_said_in_words() -> None:
    assert content.in_words(InspectionFilter()) == "everything that is stored"
    wanted = InspectionFilter(model="casting", verdict="REJECT", who="Ada", until=NOON + timedelta(hours=1))
    said = content.in_words(wanted)
    assert said.startswith("before ")
    assert said.endswith(", model casting, verdict REJECT, for Ada")


def test_a_sheet_that_is_full_says_where_the_rest_is_to_be_had(
    store: InspectionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreadsheet, "MOST_ROWS", 3)
    store.append([a_new_inspection(n) for n in range(1, 7)])
    report = gather(store, InspectionFilter(), picture_of=lambda _: None, made_at=NOON)
    book = zipfile.ZipFile(io.BytesIO(report_bytes(report, ".xlsx", store.oldest_first())))
    with book:
        words = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    assert "part-0003.jpg" in words
    assert "part-0004.jpg" not in words
    assert "More inspections than a sheet holds: export them as CSV." in words
