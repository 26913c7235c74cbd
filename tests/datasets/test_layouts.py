"""Layouts of their own: what is missing in an archive is named, with what to do."""

import json
from pathlib import Path

import pytest

from defect_app.catalog import ClassSpec
from defect_app.datasets import Folder
from defect_app.datasets.layouts import list_folders, list_imagenet, list_mosaics, mosaic_tile
from defect_app.errors import DataUnavailable
from tests.datasets.picture_trees import spotted_picture, write_picture


def imagenet(root: Path, photo: str = "n01440764_tench.JPEG") -> tuple[Path, Path]:
    """Write an index of two classes, and one photo."""
    index = {"0": ["n01440764", "tench"], "1": ["n01443537", "goldfish"]}
    (root / "weights" / "mobilenetv2").mkdir(parents=True)
    (root / "weights" / "mobilenetv2" / "imagenet_class_index.json").write_text(json.dumps(index), encoding="utf-8")
    (root / "photos" / "imagenet_samples").mkdir(parents=True)
    (root / "photos" / "imagenet_samples" / photo).write_bytes(b"")
    return root / "photos", root / "weights"


def test_imagenets_classes_come_from_the_archives_own_index(tmp_path: Path) -> None:
    classes, listed = list_imagenet(*imagenet(tmp_path))
    assert len(classes) == 2
    assert [picture.label for picture, _ in listed] == [classes[0].name]


def test_a_missing_index_of_classes_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataUnavailable, match="list of ImageNet classes cannot be read"):
        list_imagenet(tmp_path, tmp_path)


def test_a_photo_of_no_class_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataUnavailable, match=r"n99999999_odd\.JPEG is of none of the ImageNet classes"):
        list_imagenet(*imagenet(tmp_path, "n99999999_odd.JPEG"))


@pytest.mark.parametrize("labels", [None, "x\n", "7\n"], ids=["no file", "no number", "no such class"])
def test_labels_that_cannot_be_read_are_named(tmp_path: Path, labels: str | None) -> None:
    (tmp_path / "cifar10").mkdir()
    if labels is not None:
        (tmp_path / "cifar10" / "labels_train.txt").write_text(labels)
    with pytest.raises(DataUnavailable, match=r"labels_train\.txt cannot be read"):
        list_mosaics(tmp_path, (ClassSpec("cat", "Cat"),))


def test_a_mosaic_that_is_no_picture_is_named(tmp_path: Path) -> None:
    (tmp_path / "train_00.png").write_bytes(b"no picture")
    with pytest.raises(DataUnavailable, match=r"train_00\.png cannot be read"):
        mosaic_tile(tmp_path / "train_00.png", 0)


def test_a_mask_belongs_to_its_picture_and_is_none_itself(tmp_path: Path) -> None:
    for name in ("1.png", "1_mask.png", "2.png"):
        write_picture(tmp_path / "bad" / name, spotted_picture(1, defect=True))
    (tmp_path / "bad" / "notes.txt").write_text("not a picture")
    listed = list_folders(tmp_path, (Folder("bad", "defect"), Folder("missing", "ok")))
    assert [(p.image, p.mask is not None) for p, _ in listed] == [("bad/1.png", True), ("bad/2.png", False)]
