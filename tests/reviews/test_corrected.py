"""Settled parts, handed on to evaluations and to teaching."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from defect_app.catalog import ModelSpec, read_spec
from defect_app.evaluation.added_pictures import with_pictures
from defect_app.evaluation.opening import open_evaluation
from defect_app.evaluation.selection import Selection, available, select
from defect_app.inspections import InspectionStore, StoredInspection
from defect_app.inspections.photo_store import PhotoStore
from defect_app.intake import content_hash
from defect_app.reviews import Mark, ReviewStore
from defect_app.reviews.corrected import count_settled, labelled_photos, line_pictures
from tests.evaluation.caches import rows_of, write_cache
from tests.inspections.records import a_new_inspection
from tests.model_folders import INSPECTION_CLASSES, make_model_folder
from tests.reviews.answers import DEFECTIVE, GOOD, UNSURE, answer_all

NAMES = [c.name for c in INSPECTION_CLASSES]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = make_model_folder(tmp_path_factory.mktemp("models"), "tiny")
    p = np.linspace(0, 1, 40)
    write_cache(made, rows_of([NAMES[i % 2] for i in range(40)], np.stack([p, 1 - p], axis=1), INSPECTION_CLASSES))
    return made


@pytest.fixture(scope="module")
def spec(folder: Path) -> ModelSpec:
    return read_spec(folder)


@pytest.fixture
def judged(store: ReviewStore, spec: ModelSpec) -> tuple[StoredInspection, ...]:
    """Store six parts that this version of the model judged, and one that another did."""
    new = [
        a_new_inspection(
            n, p={NAMES[0]: n / 10, NAMES[1]: 1 - n / 10}, model_sha256=spec.identity if n < 7 else "ab" * 32,
            verdict="PASS" if n < 4 else "REJECT", sha256=content_hash(b"%d" % n),
        )
        for n in range(1, 8)
    ]  # fmt: skip
    return InspectionStore(store.database).append(new)


def test_settled_parts_of_this_version_are_a_split_beside_the_evaluation(
    store: ReviewStore, judged: tuple[StoredInspection, ...], folder: Path, spec: ModelSpec
) -> None:
    answer_all(store, judged[:3], GOOD)
    answer_all(store, (judged[4], judged[6]), DEFECTIVE)
    answer_all(store, judged[5:6], UNSURE)
    line = line_pictures(store, spec)
    assert line is not None
    since = judged[0].judged_at
    assert line.split.title == f"The line, since {since.day} {since:%b %Y}"
    opened = open_evaluation(folder, spec)
    joined = with_pictures(opened, line, spec)
    assert [s.split for s in available(joined)] == ["test", "line"]
    selected = select(joined, Selection("line"))
    assert sorted(zip(selected.pictures["image"], selected.is_defective, strict=True)) == [
        ("part-0001.jpg", False),
        ("part-0002.jpg", False),
        ("part-0003.jpg", False),
        ("part-0005.jpg", True),
    ]
    assert selected.words == "4 parts of the line, as persons settled them"
    np.testing.assert_array_equal(select(joined, Selection()).p_defect, select(opened, Selection()).p_defect)


def test_parts_on_which_persons_disagree_are_left_out_until_they_agree(
    store: ReviewStore, judged: tuple[StoredInspection, ...], spec: ModelSpec
) -> None:
    answer_all(store, judged[:2], GOOD)
    answer_all(store, judged[:1], DEFECTIVE, "Ben")
    first = line_pictures(store, spec)
    assert first is not None
    assert first.rows["image"].tolist() == ["part-0002.jpg"]
    answer_all(store, judged[:1], GOOD, "Ben")
    second = line_pictures(store, spec)
    assert second is not None
    assert len(second.rows) == 2
    assert second.digest != first.digest


def test_nothing_settled_and_a_model_of_many_classes_have_no_such_split(
    store: ReviewStore, judged: tuple[StoredInspection, ...], spec: ModelSpec
) -> None:
    assert line_pictures(store, spec) is None
    answer_all(store, judged[:2], GOOD)
    many = replace(spec, classes=(*spec.classes, replace(spec.classes[0], name="other")))
    assert line_pictures(store, many) is None


def test_settled_photos_that_are_kept_are_handed_on_to_teaching_once(
    store: ReviewStore, judged: tuple[StoredInspection, ...], tmp_path: Path
) -> None:
    photos = PhotoStore(tmp_path)
    for n in (1, 5, 6):
        photos.keep_photo(content_hash(b"%d" % n), b"%d" % n)
    answer_all(store, judged[:2], DEFECTIVE, marks=(Mark(0.5, 0.5),))
    answer_all(store, judged[4:5], GOOD)
    answer_all(store, judged[5:6], UNSURE)
    found = {photo.file.name: photo for photo in labelled_photos(store, "tiny", photos)}
    assert {name: (p.label, p.against_model) for name, p in found.items()} == {
        "part-0001.jpg": (DEFECTIVE, True),
        "part-0005.jpg": (GOOD, True),
    }
    assert found["part-0001.jpg"].marks == (Mark(0.5, 0.5),)
    with found["part-0001.jpg"].file.open() as stream:
        assert stream.read() == b"1"


def test_settled_photos_are_counted_with_those_against_the_model_and_those_that_are_kept_whole(
    store: ReviewStore, judged: tuple[StoredInspection, ...], tmp_path: Path
) -> None:
    photos = PhotoStore(tmp_path / "photos")
    assert count_settled(store, "tiny", photos).photos == 0
    answer_all(store, judged[:2], GOOD)
    answer_all(store, judged[2:3], DEFECTIVE)
    answer_all(store, judged[4:5], UNSURE)
    for number in (1, 3):
        photos.keep_photo(content_hash(b"%d" % number), b"%d" % number)
    found = count_settled(store, "tiny", photos)
    assert (found.photos, found.kept, found.against_model) == (3, 2, 1)
    assert found.sentence == "3 photos settled by persons, 1 against the model; 2 kept whole, to be taught with."
    assert found.kept == len(labelled_photos(store, "tiny", photos))
