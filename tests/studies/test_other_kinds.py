"""Studies that train whole networks, and those that put stored answers of models beside each other."""

import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from defect_app.catalog import MODELS_FOLDER, find_model
from defect_app.cli import main
from defect_app.datasets import load_folder
from defect_app.decision import p_defect_of
from defect_app.errors import InvalidStudy
from defect_app.evaluation import read_evaluation
from defect_app.evaluation.cache import write_evaluation
from defect_app.studies import load_study, read_result, stored_models
from defect_app.studies.running import run_study
from defect_app.studies.stored_models import compare_stored
from defect_app.studies.trainings import Run, finish
from defect_app.training.crossvalidation import refolded

TRAINED = """
title = "Made"
question = "Which?"
kind = "trained"
recipe = "casting-cnn"
folds = 2
seeds = [0]
[changes]
"data.dataset" = "{folder}/"
"data.scenes" = 0
"input.height" = 32
"input.width" = 32
"backbone.weights" = "none"
"head.attention" = false
"loss.localisation" = 0
"schedule.epochs" = 1
"schedule.batch_size" = 24
{more}
[[variants]]
name = "Plain"
[[variants]]
name = "Focal"
[variants.changes]
"loss.kind" = "focal"
"""
STORED = """
title = "Beside each other"
question = "Which?"
kind = "stored"
[[variants]]
name = "Without dropout"
model = "metal-cnn"
[[variants]]
name = "With dropout"
model = "metal-cnn-dropout"
"""


def a_study(folder: Path, more: str = "") -> Path:
    """Write a study of whole networks, with bright parts and dark ones to train on, and return its file."""
    generator = np.random.default_rng(3)
    for label, level in (("good", 60), ("bad", 190)):
        pictures = folder / "pictures" / label
        pictures.mkdir(parents=True)
        for i in range(20):
            pixels = generator.normal(level, 40, (40, 40, 3)).clip(0, 255).astype(np.uint8)
            cv2.imwrite(str(pictures / f"{i}.png"), pixels)
    path = folder / "made.toml"
    path.write_text(TRAINED.format(folder=folder / "pictures", more=more), encoding="utf-8")
    return path


def test_a_whole_network_judges_every_picture_of_its_fold_with_what_it_cost(tmp_path: Path) -> None:
    study = load_study(a_study(tmp_path))
    loaded = load_folder(tmp_path / "pictures")
    finished = finish(Run(1, "Focal", 0, 1), study, loaded, tmp_path / "store", None)
    rows, facts = finished.rows, finished.costs
    assert sorted(rows["image"]) == sorted(p.image for p in refolded(loaded, 1, 2).of_split("test"))
    assert set(rows["variant"]) == {"Focal"}
    assert rows["confidence"].between(0.5, 1).all()
    assert rows["predicted"].isin(["good", "bad"]).all()
    # The whole network learnt, not a head alone; batch norm's statistics are no weights that learn.
    assert facts.trained_parameters > 0.5 * facts.parameters > 500
    assert not list((tmp_path / "store").glob("work-*"))


def test_a_class_is_not_made_rare_for_whole_networks(tmp_path: Path) -> None:
    study = load_study(a_study(tmp_path, "[thinned]\nbad = 0.5"))
    with pytest.raises(InvalidStudy, match="thinned is for frozen studies"):
        run_study(study, out=tmp_path / "out", store=tmp_path / "store")


def test_stored_answers_of_models_stand_beside_each_other_as_they_were_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(stored_models, "TIMED_PHOTOS", 2)
    path = tmp_path / "beside.toml"
    path.write_text(STORED, encoding="utf-8")
    assert main(["study", str(path), "--out", str(tmp_path / "out")]) == 0
    assert "Without dropout" in capsys.readouterr().out
    result = read_result("beside", tmp_path / "out")
    assert result is not None
    for variant, model in (("Without dropout", "metal-cnn"), ("With dropout", "metal-cnn-dropout")):
        stored = read_evaluation(MODELS_FOLDER / model).rows
        test = stored[(stored["split"] == "test") & (stored["run"] == 0) & (stored["fold"] == -1)]
        rows = result.rows[result.rows["variant"] == variant]
        assert list(rows["sha256"]) == list(test["sha256"])
        spec, _ = find_model(model, MODELS_FOLDER)
        p_defect = p_defect_of(test[[f"p_{name}" for name in spec.class_names]].to_numpy(), spec)
        np.testing.assert_allclose(rows["p_defect"], p_defect, atol=1e-6)
    assert all(facts.cpu_ms_per_photo > 0 and facts.megabytes > 0 for facts in result.origin.variants)
    assert (tmp_path / "out" / "beside.md").is_file()


def test_a_model_without_test_answers_is_named(tmp_path: Path) -> None:
    path = tmp_path / "beside.toml"
    path.write_text(STORED, encoding="utf-8")
    folder = tmp_path / "models" / "metal-cnn"
    shutil.copytree(MODELS_FOLDER / "metal-cnn", folder)
    evaluation = read_evaluation(folder)
    rows = evaluation.rows
    write_evaluation(folder, replace(evaluation, rows=rows[rows["split"] != "test"]))
    with pytest.raises(InvalidStudy, match="metal-cnn has no test answers"):
        compare_stored(load_study(path), tmp_path / "models", tmp_path / "out")
    assert not (tmp_path / "out").exists()
