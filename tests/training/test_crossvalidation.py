"""Folds and repeats: every picture once, groups whole, stopped and gone on with, added to the model's evaluation."""

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from defect_app.catalog import read_spec
from defect_app.datasets import load_folder
from defect_app.evaluation import read_evaluation
from defect_app.training import RunLimits, crossvalidation, measure, train, training_run
from defect_app.training.crossvalidation import refolded
from tests.datasets.picture_trees import make_tree

train_module = importlib.import_module("defect_app.training.train")
"""The package holds a function of that name."""

RECIPE = """
model = "tiny-folds"
title = "Tiny parts"
summary = "Made by a test."
[data]
dataset = "{tree}"
[input]
height = 32
width = 32
[backbone]
name = "SmallCNN"
weights = "none"
batch_norm = "trained"
[schedule]
epochs = 1
batch_size = 8
keep = "last"
[operating_point]
least_recall = 0.5
[measurement]
folds = 2
repeats = 1
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tree(tmp_path_factory.mktemp("parts") / "parts", 20)


@pytest.fixture(scope="module")
def recipe_path(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recipe") / "tiny-folds.toml"
    path.write_text(RECIPE.format(tree=tree), encoding="utf-8")
    return path


def test_each_picture_is_held_out_once_and_no_group_is_parted(tree: Path) -> None:
    loaded = load_folder(tree)
    held_out = []
    for fold in range(4):
        refold = refolded(loaded, fold, 4)
        splits = {split: {p.group for p in refold.of_split(split)} for split in ("train", "validation", "test")}
        assert not splits["test"] & (splits["train"] | splits["validation"])
        assert not splits["train"] & splits["validation"]
        held_out += [p.image for p in refold.of_split("test")]
    assert sorted(held_out) == sorted(p.image for p in loaded.pictures)
    with pytest.raises(ValueError, match="fold from 0 to 3"):
        refolded(loaded, 4, 4)


def test_a_stopped_measurement_keeps_what_is_done_and_the_next_one_completes_it(
    recipe_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_module, "REPLICATES_FOLDER", tmp_path / "replicates")
    folder = train(recipe_path, out=tmp_path / "models", limits=RunLimits(steps=1), measure=None)
    assert set(read_evaluation(folder).rows["split"]) == {"validation", "test"}
    whole = training_run.run_training
    trained: list[object] = []

    def stopped_at_second(*arguments: Any) -> object:
        if trained:
            raise KeyboardInterrupt
        trained.append(arguments)
        return whole(*arguments)

    monkeypatch.setattr(crossvalidation, "run_training", stopped_at_second)
    measure(recipe_path, out=tmp_path / "models", limits=RunLimits(steps=1))
    assert set(read_evaluation(folder).rows["fold"]) == {-1, 0}
    # One fold alone chooses no operating point.
    assert read_spec(folder).default_point.split == "validation"

    def counted(*arguments: Any) -> object:
        trained.append(arguments)
        return whole(*arguments)

    trained.clear()
    monkeypatch.setattr(crossvalidation, "run_training", counted)
    measure(recipe_path, out=tmp_path / "models", limits=RunLimits(steps=1))
    assert len(trained) == 2
    rows, spec = read_evaluation(folder).rows, read_spec(folder)
    folds = rows[rows["split"] == "cv"]
    assert sorted(folds["fold"].unique()) == [0, 1]
    assert len(folds) == 40
    assert folds["sha256"].is_unique
    own_test = rows[(rows["split"] == "test") & (rows["run"] == 0)].sort_values("sha256")
    again = rows[(rows["split"] == "test") & (rows["run"] == 1)].sort_values("sha256")
    assert list(own_test["sha256"]) == list(again["sha256"])
    assert not np.array_equal(own_test["p_ok"], again["p_ok"])
    assert read_evaluation(folder).origin.seeds == (0, 1)
    assert spec.default_point.split == "cv"
    # Chosen on all pictures but those of the test split.
    assert spec.default_point.n == 40 - len(own_test)
    assert "each judged by a fold model" in (folder / "README.md").read_text(encoding="utf-8")
