"""Pulling: archives appear whole or not at all, and every failure is told with a way out."""

import importlib
import re
from itertools import product

import numpy as np
import pytest

from defect_app.cli import main
from defect_app.datasets import archives, load_dataset, picture_bytes, pull_dataset
from defect_app.errors import DataUnavailable
from defect_app.intake import read_photo
from tests.datasets.picture_trees import spotted_picture, write_picture

pull_module = importlib.import_module("defect_app.datasets.pull")
N_TRAIN, N_TEST = 1040, 60


@pytest.fixture
def cifar(monkeypatch):
    """Stand in for what Keras would fetch: noise, each class in turn."""
    rng = np.random.default_rng(0)
    arrays = tuple(
        (rng.integers(0, 256, (n, 32, 32, 3), np.uint8), np.arange(n, dtype=np.uint8) % 10) for n in (N_TRAIN, N_TEST)
    )
    monkeypatch.setattr(pull_module, "_cifar10_arrays", lambda: arrays)
    return arrays


def test_cifar10_comes_back_from_the_registry_pixel_by_pixel(cifar, tmp_path):
    told = []
    archive = pull_dataset("cifar10", tmp_path, progress=lambda done, total: told.append((done, total)))
    assert archive == tmp_path / "cifar10.tar"
    assert told[-1] == (N_TRAIN + N_TEST, N_TRAIN + N_TEST)
    loaded = load_dataset("cifar10", tmp_path, tmp_path / "cache")
    test = {p.tile: p for p in loaded.of_split("test")}
    assert len(loaded.pictures) == N_TRAIN + N_TEST
    assert len(test) == N_TEST
    names = loaded.class_names
    for tile in (0, 37, N_TEST - 1):
        assert test[tile].label == names[cifar[1][1][tile]]
        np.testing.assert_array_equal(read_photo(picture_bytes(test[tile]), "tile").pixels, cifar[1][0][tile])


def test_the_lossy_test_pictures_are_folders_of_jpegs(cifar, tmp_path):
    pull_dataset("cifar10_test", tmp_path)
    loaded = load_dataset("cifar10_test", tmp_path, tmp_path / "cache")
    assert len(loaded.of_split("test")) == N_TEST


def test_what_is_there_already_stays_and_nothing_is_fetched(tmp_path, monkeypatch):
    monkeypatch.setattr(pull_module, "_cifar10_arrays", lambda: pytest.fail("fetched"))
    (tmp_path / "cifar10.tar").write_bytes(b"mine")
    assert pull_dataset("cifar10", tmp_path).read_bytes() == b"mine"


def test_the_casting_set_is_taken_out_of_however_many_folders_wrap_it(tmp_path, monkeypatch):
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


@pytest.mark.parametrize("broken", ["unreachable", "interrupted"])
def test_a_failure_leaves_nothing_half_written(tmp_path, monkeypatch, broken):
    def fail():
        if broken == "interrupted":
            raise KeyboardInterrupt
        raise pull_module._unreachable("CIFAR-10", "Keras", Exception("URL fetch failure on somewhere\nlong tail"))

    monkeypatch.setattr(pull_module, "_cifar10_arrays", fail)
    with pytest.raises((DataUnavailable, KeyboardInterrupt)):
        pull_dataset("cifar10", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_command_says_in_a_line_what_cannot_be_reached(tmp_path, monkeypatch, capsys):
    import kagglehub

    def refuse(handle):
        raise OSError("Name or service not known\nTraceback and more")

    monkeypatch.setattr(kagglehub, "dataset_download", refuse)
    assert main(["data", "pull", "casting", "--data", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert "cannot be fetched from Kaggle: Name or service not known." in told
    assert "Traceback" not in told
    assert list(tmp_path.iterdir()) == []


def test_verify_reports_what_lies_in_two_splits(cifar, tmp_path, capsys, monkeypatch):
    cifar[1][0][7] = cifar[0][0][1000]
    pull_dataset("cifar10", tmp_path)
    monkeypatch.setattr(archives, "CACHE_FOLDER", tmp_path / "cache")
    report = tmp_path / "report.csv"
    assert main(["data", "verify", "cifar10", "--data", str(tmp_path), "--report", str(report)]) == 0
    table = capsys.readouterr().out
    assert re.search(r"excluded and test +│ +1 +│ +- ", table)
    assert "cifar10/test_00/007" in table
    assert "cifar10/train_01/000" in report.read_text(encoding="utf-8")


def test_a_set_that_no_program_may_fetch_is_told_with_its_source(tmp_path, capsys):
    assert main(["data", "pull", "metal_cracks", "--data", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert "KolektorSDD" in told
    assert "metal_cracks.tar" in told
    assert main(["data", "pull", "nothing", "--data", str(tmp_path)]) == 2
    assert "no data set called 'nothing'" in capsys.readouterr().err
