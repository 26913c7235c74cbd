import hashlib
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from defect_app.datasets import LoadedDataset, content_digest, load_dataset, load_folder, picture_bytes
from defect_app.errors import DataUnavailable
from tests.datasets.picture_trees import make_tree, spotted_picture, write_picture


def test_a_plain_tree_is_split_alike_every_time_and_anywhere(tmp_path: Path) -> None:
    make_tree(tmp_path / "a" / "parts")
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    first, second = load_folder(tmp_path / "a" / "parts"), load_folder(tmp_path / "b" / "parts")
    assert [(p.image, p.split) for p in first.pictures] == [(p.image, p.split) for p in second.pictures]
    assert content_digest(first) == content_digest(second)


def test_a_plain_tree_has_three_splits_with_both_classes_and_known_roles(tmp_path: Path) -> None:
    loaded = load_folder(make_tree(tmp_path / "parts"))
    counts = Counter((p.split, p.label) for p in loaded.pictures)
    for label in ("ok", "defect"):
        assert counts["test", label] == 6
        assert counts["validation", label] == 3
        assert counts["train", label] == 21
    assert {c.name: c.role for c in loaded.classes} == {"ok": "ok", "defect": "defect"}


def test_turned_copies_never_lie_on_two_sides(tmp_path: Path) -> None:
    root = make_tree(tmp_path / "parts", 20)
    for index in range(20):
        original = spotted_picture(1000 + index, defect=True)
        write_picture(root / "defect" / f"turned_{index:03d}.png", np.rot90(original, index % 4 + 1))
    loaded = load_folder(root)
    splits = {p.path.name: p.split for p in loaded.pictures if p.label == "defect"}
    assert len(set(splits.values())) == 3
    assert all(splits[f"{i:03d}.png"] == splits[f"turned_{i:03d}.png"] for i in range(20))


def test_twins_with_different_labels_stay_in_training(tmp_path: Path) -> None:
    root = make_tree(tmp_path / "parts", 0)
    for index in range(40):
        pixels = spotted_picture(index, defect=False)
        write_picture(root / "ok" / f"{index:03d}.png", pixels)
        scratched = pixels.copy()
        scratched[30:32, 30:32] -= 30
        write_picture(root / "defect" / f"{index:03d}.png", scratched)
    for index in range(100, 140):
        write_picture(root / "ok" / f"{index:03d}.png", spotted_picture(index, defect=False))
        write_picture(root / "defect" / f"{index:03d}.png", spotted_picture(1000 + index, defect=True))
    in_validation = {p.path.stem for p in load_folder(root).of_split("validation")}
    assert in_validation
    assert all(int(stem) >= 100 for stem in in_validation)


@pytest.fixture
def officially_split(tmp_path: Path) -> LoadedDataset:
    """Make a set with ``train`` and ``test``; test picture 0 is a training picture, 1 a turned one, 2 is new."""
    root = tmp_path / "parts"
    make_tree(root / "train", 20)
    copied, turned, new = (spotted_picture(s, defect=False) for s in (0, 1, 500))
    for index, pixels in enumerate((copied, np.rot90(turned), new)):
        write_picture(root / "test" / "ok" / f"t{index}.png", np.ascontiguousarray(pixels))
    write_picture(root / "test" / "defect" / "t3.png", spotted_picture(600, defect=True))
    return load_folder(root)


def test_the_official_test_split_is_kept(officially_split: LoadedDataset) -> None:
    assert {p.image for p in officially_split.of_split("test")} == {f"test/ok/t{i}.png" for i in range(3)} | {
        "test/defect/t3.png"
    }


def test_a_training_picture_identical_to_a_test_picture_is_excluded(officially_split: LoadedDataset) -> None:
    assert [p.image for p in officially_split.of_split("excluded")] == ["train/ok/000.png"]


def test_test_pictures_with_a_copy_or_a_near_copy_in_training_are_marked(officially_split: LoadedDataset) -> None:
    leaked = {p.image: p.leaked for p in officially_split.of_split("test")}
    assert leaked == {
        "test/ok/t0.png": True,
        "test/ok/t1.png": True,
        "test/ok/t2.png": False,
        "test/defect/t3.png": False,
    }


def test_the_hash_is_that_of_the_bytes_that_a_user_would_hand_in(tmp_path: Path) -> None:
    picture = load_folder(make_tree(tmp_path / "parts", 10)).pictures[0]
    assert picture.sha256 == hashlib.sha256(picture_bytes(picture)).hexdigest()


def test_a_file_that_is_no_picture_is_named(tmp_path: Path) -> None:
    root = make_tree(tmp_path / "parts", 10)
    (root / "ok" / "broken.png").write_bytes(b"nothing")
    with pytest.raises(DataUnavailable, match=r"ok/broken\.png cannot be read"):
        load_folder(root)


@pytest.mark.parametrize("missing", ["no folder", "one class", "an empty class"])
def test_a_tree_that_cannot_be_trained_on_says_so(tmp_path: Path, missing: str) -> None:
    root = tmp_path / "parts"
    if missing != "no folder":
        make_tree(root, 3)
        shutil.rmtree(root / "defect")
    if missing == "an empty class":
        (root / "defect").mkdir()
    with pytest.raises(DataUnavailable):
        load_folder(root)


@pytest.mark.data
@pytest.mark.thorough
@pytest.mark.timeout(600)
def test_the_casting_set_is_as_described(castings: LoadedDataset) -> None:
    counts = Counter((p.split, p.label) for p in castings.pictures)
    assert counts["test", "ok"] == 262
    assert counts["test", "defect"] == 453
    assert sum(n for (split, _), n in counts.items() if split == "excluded") == 64
    share = sum(n for (split, _), n in counts.items() if split == "validation") / (7348 - 715)
    assert 0.1 <= share <= 0.125
    sides: dict[int, set[str]] = {}
    for picture in castings.pictures:
        if picture.split in ("train", "validation"):
            sides.setdefault(picture.group, set()).add(picture.split)
    assert all(len(splits) == 1 for splits in sides.values())


@pytest.mark.data
def test_the_imagenet_sample_has_a_thousand_classes_of_unique_names() -> None:
    loaded = load_dataset("imagenet_sample")
    names = loaded.class_names
    assert len(names) == len({n.lower() for n in names}) == 1000
    assert (names[0], names[999]) == ("tench", "toilet_tissue")
    assert Counter(p.split for p in loaded.pictures) == {"train": 400, "validation": 100, "test": 500}
    assert {p.label for p in loaded.pictures} == set(names)
