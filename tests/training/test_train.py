"""A recipe trained for two steps on 64-pixel pictures: the folder that comes out is whole and usable."""

import json
import shutil
from pathlib import Path

import keras
import numpy as np
import openvino as ov
import pytest

from defect_app.catalog import load_catalog
from defect_app.errors import ModelUnavailable
from defect_app.evaluation import read_evaluation
from defect_app.inspection import Inspector
from defect_app.publishing.training_record import read_record
from defect_app.training import RunLimits, train
from defect_app.training.backbones import BACKBONES
from defect_app.training.explainable import make_explainable
from tests.datasets.picture_trees import make_tree, spotted_picture

RECIPE = """
model = "tiny-parts"
title = "Tiny parts"
summary = "Made by a test."
product = "casting"
[data]
dataset = "{tree}"
scenes = 4
scenes_validation = 6
[input]
height = 64
width = 64
[backbone]
name = "SmallCNN"
weights = "none"
batch_norm = "trained"
[head]
dropout = 0.2
[augmentation]
rotation_degrees = 20
[schedule]
epochs = 1
batch_size = 8
{more}
"""


def _train(folder: Path, more: str = "") -> tuple[Path, list[str]]:
    tree = make_tree(folder / "parts", 24)
    path = folder / "tiny.toml"
    path.write_text(RECIPE.format(tree=tree, more=more), encoding="utf-8")
    words = []
    out = train(
        path, out=folder / "models", limits=RunLimits(steps=2), progress=lambda what, done, total: words.append(what)
    )
    return out, words


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    return _train(tmp_path_factory.mktemp("trained"))


def test_the_folder_is_a_usable_model(trained: tuple[Path, list[str]]) -> None:
    folder, _ = trained
    catalog = load_catalog(folder.parent)
    assert [(e.id, e.problem) for e in catalog.entries] == [("tiny-parts", "")]
    assert {f.name for f in folder.iterdir()} == {
        "README.md",
        "evaluation.parquet",
        "explain.npz",
        "familiarity.npz",
        "history.csv",
        "model.bin",
        "model.keras",
        "model.toml",
        "model.xml",
        "release-answers.npz",
        "training.json",
    }


def test_the_keras_file_loads_safely_is_flat_and_reaches_logits(trained: tuple[Path, list[str]]) -> None:
    model = keras.models.load_model(trained[0] / "model.keras", compile=False, safe_mode=True)
    names = [layer.name for layer in model.layers]
    assert {"scaling", "conv_4", "relu_4", "pooling", "logits", "probabilities"} <= set(names)
    assert "dropout" not in names
    assert not any(isinstance(layer, keras.Model) for layer in model.layers)
    assert model.output_names == ["probabilities", "relu_4"]


def test_the_two_files_answer_alike(trained: tuple[Path, list[str]]) -> None:
    model = keras.models.load_model(trained[0] / "model.keras", compile=False)
    descriptor = model.get_layer(BACKBONES["SmallCNN"].descriptor_layer).output
    model = keras.Model(model.inputs, [*model.outputs, keras.layers.GlobalAveragePooling2D()(descriptor)])
    inspector = Inspector.from_id("tiny-parts", trained[0].parent)
    served_map = ov.Core().compile_model(trained[0] / "model.xml", "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    for seed in range(4):
        pixels = spotted_picture(seed, defect=bool(seed % 2))
        served = inspector.engine.predict(pixels)
        probabilities, features, descriptor = model(pixels[None].astype(np.float32), training=False)
        np.testing.assert_allclose(served.probabilities, np.asarray(probabilities)[0], atol=0.02)
        np.testing.assert_allclose(served.features, np.asarray(descriptor)[0], rtol=0.02, atol=0.01)
        np.testing.assert_allclose(served_map(pixels[None])["features"], np.asarray(features), rtol=0.05, atol=0.05)


def test_the_evaluation_holds_real_pictures_and_scenes_apart(trained: tuple[Path, list[str]]) -> None:
    evaluation = read_evaluation(trained[0])
    counts = evaluation.rows["split"].value_counts().to_dict()
    assert counts == {"test": 10, "validation": 4, "scenes": 6}
    assert evaluation.probability_columns == ["p_defect", "p_ok"]
    np.testing.assert_allclose(evaluation.rows[["p_defect", "p_ok"]].sum(axis=1), 1, atol=1e-5)


def test_the_card_tells_what_a_reader_must_know(trained: tuple[Path, list[str]]) -> None:
    card = (trained[0] / "README.md").read_text(encoding="utf-8")
    for heading in ("What for", "What not for", "Data and licence", "Figures", "Known failures", "How it was made"):
        assert f"## {heading}" in card
    assert "| Actual defective |" in card
    assert "rendered scenes" in card


def test_progress_goes_from_reading_to_evaluating(trained: tuple[Path, list[str]]) -> None:
    for step in ("reading", "rendering scenes", "epoch 1", "evaluating", "fitting familiarity"):
        assert any(words.startswith(step) for words in trained[1]), step


def test_a_recipe_that_distils_gives_a_model_and_its_figures(tmp_path: Path) -> None:
    folder, _ = _train(tmp_path, "[distillation]\ntemperature = 2.0\nstudent_share = 0.5\n")
    record = json.loads((folder / "training.json").read_text())
    figures = record["robustness"]
    assert figures["n"] == 10
    assert all(0 <= figures[f"{who}_{how}"] <= 1 for who in ("teacher", "student") for how in ("clean", "degraded"))
    assert "## Against its teacher" in (folder / "README.md").read_text(encoding="utf-8")


def test_a_folder_is_made_explainable_anew_and_what_serves_stays_to_the_byte(
    trained: tuple[Path, list[str]], tmp_path: Path
) -> None:
    folder = tmp_path / "tiny-parts"
    shutil.copytree(trained[0], folder)
    (folder / "explain.npz").unlink()
    check = make_explainable(folder, np.stack([spotted_picture(seed, defect=True) for seed in range(3)]))
    assert check.usable
    assert read_record(folder).gradients == check
    for name in ("model.xml", "model.bin", "familiarity.npz"):
        assert (folder / name).read_bytes() == (trained[0] / name).read_bytes()
    with np.load(folder / "explain.npz", allow_pickle=False) as anew, np.load(trained[0] / "explain.npz") as before:
        assert set(anew) == set(before)
    (folder / "model.keras").write_bytes(b"no network")
    with pytest.raises(ModelUnavailable, match="do not fit"):
        make_explainable(folder, np.zeros((1, 64, 64, 3), np.uint8))
