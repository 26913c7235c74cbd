"""Pulling: archives appear whole or not at all, and every failure comes with a way out."""

import importlib
import re
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from defect_app.cli import main
from defect_app.datasets import archives, cifar10, load_dataset, picture_bytes, pull_dataset
from defect_app.errors import DataUnavailable
from defect_app.intake import Photo, read_photo
from tests.datasets.cifar10_archives import N_TEST, N_TRAIN, Arrays, publish_archive, random_arrays
from tests.datasets.picture_trees import spotted_picture, write_picture

pull_module = importlib.import_module("defect_app.datasets.pull")


@pytest.fixture
def cifar(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Arrays:
    """Let CIFAR-10 come from an archive of the authors' layout on this machine."""
    arrays = random_arrays()
    publish_archive(monkeypatch, tmp_path_factory.mktemp("authors") / "cifar-10-binary.tar.gz", *arrays)
    return arrays


def test_cifar10_comes_back_from_the_registry_pixel_by_pixel(cifar: Arrays, tmp_path: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    archive = pull_dataset("cifar10", tmp_path, progress=lambda *step: steps.append(step))
    assert archive == tmp_path / "cifar10.tar"
    assert steps[0][0].startswith("Downloading")
    assert steps[-1] == ("Packing pictures", N_TRAIN + N_TEST, N_TRAIN + N_TEST)
    loaded = load_dataset("cifar10", tmp_path, tmp_path / "cache")
    test = {p.tile: p for p in loaded.of_split("test")}
    assert len(loaded.pictures) == N_TRAIN + N_TEST
    assert len(test) == N_TEST
    names = loaded.class_names
    for tile in (0, 37, N_TEST - 1):
        assert test[tile].label == names[cifar[1].labels[tile]]
        photo = read_photo(picture_bytes(test[tile]), "tile")
        assert isinstance(photo, Photo)
        np.testing.assert_array_equal(photo.pixels, cifar[1].pictures[tile])


def test_the_lossy_test_pictures_are_folders_of_jpegs(cifar: Arrays, tmp_path: Path) -> None:
    pull_dataset("cifar10_test", tmp_path)
    loaded = load_dataset("cifar10_test", tmp_path, tmp_path / "cache")
    assert len(loaded.of_split("test")) == N_TEST


def test_what_is_there_already_stays_and_nothing_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pull_module, "fetch_cifar10", lambda *arguments: pytest.fail("fetched"))
    (tmp_path / "cifar10.tar").write_bytes(b"mine")
    assert pull_dataset("cifar10", tmp_path).read_bytes() == b"mine"


def test_the_casting_set_is_taken_out_of_however_many_folders_wrap_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, data = tmp_path / "kaggle", tmp_path / "data"
    data.mkdir()
    for start, (split, name) in enumerate(product(("train", "test"), ("ok_front", "def_front"))):
        for seed in range(6):
            picture = spotted_picture(100 * start + seed, defect=name == "def_front")
            write_picture(source / "v1" / "casting_data" / "casting_data" / split / name / f"{seed}.jpeg", picture)
    write_picture(source / "v1" / "casting_512x512" / "ok_front" / "0.jpeg", spotted_picture(0, defect=False))
    monkeypatch.setattr(pull_module, "_kaggle_folder", lambda handle: source)
    pull_dataset("casting", data)
    assert len(load_dataset("casting", data, tmp_path / "cache").pictures) == 24


def test_a_casting_set_of_another_layout_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kaggle" / "parts").mkdir(parents=True)
    (tmp_path / "data").mkdir()
    monkeypatch.setattr(pull_module, "_kaggle_folder", lambda handle: tmp_path / "kaggle")
    with pytest.raises(DataUnavailable, match="another layout than casting_data"):
        pull_dataset("casting", tmp_path / "data")


@pytest.mark.parametrize("broken", ["unreachable", "interrupted"])
def test_a_failure_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cifar: Arrays, broken: str
) -> None:
    if broken == "unreachable":
        monkeypatch.setattr(cifar10, "URL", (tmp_path / "nowhere" / "archive").as_uri())

    def interrupt(words: str, done: int, total: int) -> None:
        if words == "Packing pictures":
            raise KeyboardInterrupt

    with pytest.raises((DataUnavailable, KeyboardInterrupt)):
        pull_dataset("cifar10", tmp_path, progress=interrupt)
    assert list(tmp_path.iterdir()) == []


def test_the_command_says_in_a_line_what_cannot_be_reached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import kagglehub

    def refuse(handle: str) -> str:
        raise OSError("Name or service not known\nTraceback and more")

    monkeypatch.setattr(kagglehub, "dataset_download", refuse)
    assert main(["data", "pull", "casting", "--data", str(tmp_path)]) == 2
    message = capsys.readouterr().err
    assert "cannot be fetched from Kaggle: Name or service not known." in message
    assert "Traceback" not in message
    assert list(tmp_path.iterdir()) == []


def test_the_command_pulls_a_set_and_says_where_it_is(
    cifar: Arrays, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["data", "pull", "cifar10", "--data", str(tmp_path)]) == 0
    assert str(tmp_path / "cifar10.tar") in capsys.readouterr().err.replace("\n", "")


def test_verify_reports_what_lies_in_two_splits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    train, test = random_arrays()
    test.pictures[7] = train.pictures[1000]
    publish_archive(monkeypatch, tmp_path / "authors.tar.gz", train, test)
    pull_dataset("cifar10", tmp_path)
    monkeypatch.setattr(archives, "CACHE_FOLDER", tmp_path / "cache")
    report = tmp_path / "report.csv"
    assert main(["data", "verify", "cifar10", "--data", str(tmp_path), "--report", str(report)]) == 0
    table = capsys.readouterr().out
    assert re.search(r"excluded and test +│ +1 +│ +- ", table)
    assert "cifar10/test_00/007" in table
    assert "cifar10/train_01/000" in report.read_text(encoding="utf-8")


def test_a_set_that_no_program_may_fetch_comes_with_its_source(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["data", "pull", "metal_cracks", "--data", str(tmp_path)]) == 2
    message = capsys.readouterr().err
    assert "KolektorSDD" in message
    assert "metal_cracks.tar" in message
    assert main(["data", "pull", "nothing", "--data", str(tmp_path)]) == 2
    assert "no data set called 'nothing'" in capsys.readouterr().err
