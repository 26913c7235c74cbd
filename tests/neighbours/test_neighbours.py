"""The nearest pictures of each class: by hand-made features, from scenes and taught photos, kept and made again."""

import dataclasses
import tarfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from defect_app.catalog import ClassSpec, read_spec, write_spec
from defect_app.catalog.spec import FrameSpec
from defect_app.datasets.dataset import Dataset, Folder
from defect_app.errors import DataUnavailable
from defect_app.inspection import Inspector
from defect_app.inspection.framing import Frame
from defect_app.neighbours import sources
from defect_app.neighbours.bank import features_of, reference_bank
from defect_app.neighbours.nearest import Reference, ReferenceBank, nearest, unit_rows
from defect_app.neighbours.sources import Picture, ReferenceSource, sources_for
from defect_app.teaching.photo_set import PhotoSet, SetPhoto, _write
from defect_app.teaching.request import TaughtClass
from tests.evaluation.caches import rows_of, write_cache
from tests.model_folders import make_model_folder, part_photo
from tests.photo_files import jpeg_bytes

CLASSES = (ClassSpec("defect", "Defective casting", "defect"), ClassSpec("ok", "Good casting", "ok"))


@pytest.fixture
def inspector(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Inspector:
    monkeypatch.setenv("DEFECT_APP_TAUGHT_MODELS", str(tmp_path / "taught"))
    monkeypatch.delenv("DEFECT_APP_DATA", raising=False)
    make_model_folder(tmp_path / "models", classes=CLASSES)
    return Inspector.from_id("tiny", tmp_path / "models")


def a_bank(features: np.ndarray, labels: str) -> ReferenceBank:
    return ReferenceBank(
        tuple(Reference(f"{i}", label, "", b"") for i, label in enumerate(labels)), unit_rows(features)
    )


def drawn(names: dict[str, float], counted: list[str] | None = None, key: str = "made") -> ReferenceSource:
    """Return a source of parts of so much redness, red ones defective; `counted` notes each that is read."""

    def pictures() -> Iterator[Picture]:
        for seed, (name, redness) in enumerate(names.items()):
            if counted is not None:
                counted.append(name)
            data = jpeg_bytes(part_photo(redness, seed))
            yield Picture(name, "defect" if redness > 0 else "ok", "", data)

    return ReferenceSource("Made", "made parts", key, len(names), pictures)


def test_the_nearest_of_each_class_come_by_distance_the_nearest_class_first() -> None:
    angles = np.deg2rad([0, 10, 40, 25, 90, 60, 5])
    features = np.stack([np.cos(angles), np.sin(angles)], axis=1) * np.arange(1, 8)[:, None]  # lengths do not count
    found = nearest(a_bank(features, "abaabbc"), np.array([3.0, 0.0]), of_each=2, classes=2)
    assert [one.label for one in found] == ["a", "c"]
    assert [n.reference.name for n in found[0].neighbours] == ["0", "3"]
    np.testing.assert_allclose([n.distance for n in found[0].neighbours], [0, 2 * np.sin(np.deg2rad(12.5))], atol=1e-6)
    assert [n.reference.name for n in found[1].neighbours] == ["6"]


def test_distances_are_those_of_familiarity(inspector: Inspector) -> None:
    photo = jpeg_bytes(part_photo(0.9, 50))
    features = features_of(inspector, photo, "part.jpg")
    assert inspector.familiarity is not None
    distances = np.sort(np.linalg.norm(inspector.familiarity.references - unit_rows(features[None]), axis=1))
    judged = inspector.inspect_bytes(photo, "part.jpg")
    assert judged.familiarity.distance == pytest.approx(distances[2], abs=1e-5)


def test_a_red_part_is_nearest_to_red_parts_and_a_copy_of_itself_at_distance_zero(
    inspector: Inspector, tmp_path: Path
) -> None:
    source = drawn({"red": 1.1, "darker red": 0.8, "green": -1.1, "darker green": -0.8})
    bank = reference_bank(inspector, source, kept=tmp_path)
    assert [one.label for one in bank.references] == ["defect", "defect", "ok", "ok"]
    features = features_of(inspector, jpeg_bytes(part_photo(1.1, 0)), "part.jpg")
    found = nearest(bank, features)
    assert [one.label for one in found] == ["defect", "ok"]
    assert found[0].neighbours[0].reference.name == "red"
    assert found[0].neighbours[0].distance == pytest.approx(0, abs=1e-5)
    assert found[0].neighbours[1].distance < found[1].neighbours[0].distance


def test_a_part_of_a_photo_is_looked_up_and_not_the_whole(inspector: Inspector) -> None:
    both = np.concatenate([part_photo(-1.1, 1), part_photo(1.1, 2)], axis=1)
    data = jpeg_bytes(both)
    red = features_of(inspector, data, "both.jpg", Frame(96, 0, 96, 96))
    alone = features_of(inspector, jpeg_bytes(part_photo(1.1, 2)), "red.jpg")
    whole = features_of(inspector, data, "both.jpg")
    assert np.linalg.norm(unit_rows(red[None]) - unit_rows(alone[None])) < 0.1
    assert np.linalg.norm(unit_rows(whole[None]) - unit_rows(alone[None])) > 0.3


def test_references_are_seen_in_the_frame_that_the_model_was_taught_in(tmp_path: Path) -> None:
    folder = make_model_folder(tmp_path / "framed", classes=CLASSES)
    spec = dataclasses.replace(read_spec(folder), frame=FrameSpec(0.5, 0.0, 0.5, 1.0))
    write_spec(folder, spec)
    framed = Inspector(spec, folder)
    data = jpeg_bytes(np.concatenate([part_photo(-1.1, 1), part_photo(1.1, 2)], axis=1))
    source = ReferenceSource("Made", "made parts", "framed", 1, lambda: iter([Picture("both.jpg", "defect", "", data)]))
    bank = reference_bank(framed, source, kept=tmp_path)
    red = features_of(framed, data, "both.jpg", Frame(96, 0, 96, 96))
    np.testing.assert_allclose(bank.features[0], unit_rows(red[None])[0], atol=1e-6)
    np.testing.assert_allclose(features_of(framed, data, "both.jpg"), red, atol=1e-6)


def test_a_bank_is_made_once_for_a_version_of_the_model_and_again_where_its_file_is_damaged(
    inspector: Inspector, tmp_path: Path
) -> None:
    read: list[str] = []
    source = drawn({"red": 1.0, "green": -1.0}, read)
    told: list[tuple[int, int]] = []
    kept = tmp_path / "kept"
    first = reference_bank(inspector, source, lambda _, done, n: told.append((done, n)), kept)
    assert told == [(1, 2), (2, 2)]
    again = reference_bank(inspector, source, kept=kept)
    assert read == ["red", "green"]
    np.testing.assert_array_equal(again.features, first.features)
    assert again.references == first.references
    next(kept.glob("*.npz")).write_bytes(b"half a fi")
    assert reference_bank(inspector, source, kept=kept).references == first.references
    assert len(read) == 4
    reference_bank(inspector, dataclasses.replace(source, key="another"), kept=kept)
    assert len(read) == 6


def test_pictures_that_cannot_be_read_are_left_out_and_none_at_all_is_said(
    inspector: Inspector, tmp_path: Path
) -> None:
    def pictures() -> Iterator[Picture]:
        yield Picture("broken.jpg", "ok", "", b"no picture")
        yield Picture("green.jpg", "ok", "", jpeg_bytes(part_photo(-1, 3)))

    source = ReferenceSource("Made", "made parts", "broken", 2, pictures)
    bank = reference_bank(inspector, source, kept=tmp_path)
    assert [one.name for one in bank.references] == ["green.jpg"]
    nothing = ReferenceSource("Made", "made parts", "nothing", 1, lambda: iter(list(pictures())[:1]))
    with pytest.raises(DataUnavailable, match="no picture that can be used"):
        reference_bank(inspector, nothing, kept=tmp_path)


def test_rendered_scenes_are_there_where_the_product_is_rendered_and_are_rendered_once(
    inspector: Inspector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "SCENES", 2)
    found = sources_for(inspector.spec, inspector.folder, tmp_path / "kept")
    assert [source.title for source in found] == ["Rendered scenes"]
    assert "not trained with such" in found[0].words
    pictures = list(found[0].pictures())
    assert {picture.label for picture in pictures} <= {"ok", "defect"}
    monkeypatch.setattr("defect_app.scenes.render", lambda *_: pytest.fail("it was rendered before"))
    assert list(found[0].pictures()) == pictures
    other = dataclasses.replace(inspector.spec, product="bracket")
    assert sources_for(other, inspector.folder) == ()


def test_the_photos_of_a_taught_product_are_its_own(inspector: Inspector, tmp_path: Path) -> None:
    folder = tmp_path / "taught" / ".sets" / "tiny"
    folder.mkdir(parents=True)
    data = jpeg_bytes(part_photo(1.0, 5))
    (folder / ("ab" * 32)).write_bytes(data)
    classes = (TaughtClass("defect", "Defective", "defect"), TaughtClass("ok", "Good", "ok"))
    _write(folder, PhotoSet("tiny", "Tiny", classes, (SetPhoto("a.jpg", "defect", "ab" * 32),)))
    spec = dataclasses.replace(inspector.spec, product="")
    (source,) = sources_for(spec, inspector.folder)
    assert source.words == "the photo that it was taught with"
    assert list(source.pictures()) == [Picture("a.jpg", "defect", "", data)]


def test_training_photos_come_from_the_data_set_without_what_the_model_was_measured_on(
    inspector: Inspector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tmp_path / "made"
    lots = (("train", "bad", "defect"), ("train", "fine", "ok"), ("test", "fine", "ok"))
    for split, name, _ in lots:
        (made / split / name).mkdir(parents=True)
        for seed in range(3):
            photo = jpeg_bytes(part_photo(1.0 if name == "bad" else -1.0, seed))
            (made / split / name / f"{seed}.jpg").write_bytes(photo)
    (tmp_path / "data").mkdir()
    with tarfile.open(tmp_path / "data" / "made.tar", "w") as tar:
        tar.add(made, ".")
    known = Dataset(
        "made", "Made parts", CLASSES,
        tuple(Folder(f"{split}/{name}", label, split) for split, name, label in lots),
        ("made.tar",), "made here", "MIT",
    )  # fmt: skip
    monkeypatch.setenv("DEFECT_APP_DATA", str(tmp_path / "data"))
    monkeypatch.setattr("defect_app.datasets.archives.CACHE_FOLDER", tmp_path / "unpacked")
    monkeypatch.setattr(sources, "get_dataset", lambda _: known)
    rows = rows_of(["ok"], np.array([[0.1, 0.9]]), CLASSES, split="validation").assign(image="train/fine/1.jpg")
    write_cache(inspector.folder, rows)
    spec = dataclasses.replace(inspector.spec, product="", dataset="made")
    (source,) = sources_for(spec, inspector.folder)
    assert source.title == "Training photos"
    assert [picture.name for picture in source.pictures()] == [
        "train/bad/0.jpg", "train/bad/1.jpg", "train/bad/2.jpg", "train/fine/0.jpg", "train/fine/2.jpg",
    ]  # fmt: skip


def test_without_room_to_keep_them_references_are_made_at_each_start(inspector: Inspector, tmp_path: Path) -> None:
    in_the_way = tmp_path / "kept"
    in_the_way.write_bytes(b"")
    counted: list[str] = []
    source = drawn({"red": 1.1, "green": -1.1}, counted)
    for _ in range(2):
        assert len(reference_bank(inspector, source, kept=in_the_way).references) == 2
    assert counted == ["red", "green"] * 2


def test_what_is_no_photo_has_no_neighbours_and_is_none(inspector: Inspector, tmp_path: Path) -> None:
    with pytest.raises(DataUnavailable, match="cannot be used"):
        features_of(inspector, b"no photo", "part.jpg")
    source = ReferenceSource("Made", "made", "none", 1, lambda: iter([Picture("a", "ok", "", b"no photo")]))
    with pytest.raises(DataUnavailable, match="no picture that can be used"):
        reference_bank(inspector, source, kept=tmp_path)
