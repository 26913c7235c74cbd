import tarfile
from pathlib import Path

import pytest

from defect_app.datasets import data_folder, load_dataset, unpacked
from defect_app.errors import DataUnavailable
from defect_app.settings import DATA_VARIABLE
from tests.datasets.picture_trees import make_tree


def _archive(folder: Path, name: str = "toy.tar", per_class: int = 2) -> Path:
    tree = make_tree(folder / "tree", per_class)
    with tarfile.open(folder / name, "w") as tar:
        tar.add(tree, "toy")
    return folder / name


def test_an_archive_is_unpacked_once(tmp_path: Path) -> None:
    _archive(tmp_path)
    first = unpacked("toy.tar", tmp_path, tmp_path / "cache")
    picture = first / "toy" / "ok" / "000.png"
    stamp = picture.stat().st_mtime_ns
    assert unpacked("toy.tar", tmp_path, tmp_path / "cache") == first
    assert picture.stat().st_mtime_ns == stamp
    assert [f.name for f in (tmp_path / "cache").iterdir()] == [first.name]


def test_a_missing_archive_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DataUnavailable, match=r"casting\.tar\.xz is not in") as caught:
        load_dataset("casting", tmp_path, tmp_path / "cache")
    assert DATA_VARIABLE in caught.value.remedy


def test_without_a_data_folder_the_message_says_how_to_name_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
    with pytest.raises(DataUnavailable, match="not on this machine") as caught:
        data_folder()
    assert caught.value.remedy == "Set DEFECT_APP_DATA to the folder that holds the archives."


def test_a_data_folder_that_does_not_exist_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "nowhere"))
    with pytest.raises(DataUnavailable, match="nowhere does not exist"):
        data_folder()


def test_a_damaged_archive_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "toy.tar").write_bytes(b"no archive at all" * 100)
    with pytest.raises(DataUnavailable, match=r"toy\.tar cannot be unpacked"):
        unpacked("toy.tar", tmp_path, tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_an_archive_cannot_write_outside_its_folder(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "toy.tar", "w") as tar:
        picture = make_tree(tmp_path / "tree", 1) / "ok" / "000.png"
        tar.add(picture, "../outside.png")
    with pytest.raises(DataUnavailable, match="cannot be unpacked"):
        unpacked("toy.tar", tmp_path, tmp_path / "cache")
    assert not (tmp_path / "outside.png").exists()
