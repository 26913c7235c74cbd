"""Bundled recipes on 64-pixel scenes: trained for a step, exported, reloaded in the engine and evaluated."""

import json
import os
import re
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import pytest

from defect_app import scenes
from defect_app.catalog import load_catalog
from defect_app.evaluation import read_evaluation
from defect_app.inspection import Inspector
from defect_app.paths import ROOT
from defect_app.recipes.recipe import RECIPES_FOLDER, load_recipe, recipe_names
from defect_app.training import RunLimits, train
from defect_app.training.backbones import BACKBONES
from defect_app.training.export import OUTPUT_NAMES
from tests.datasets.picture_trees import write_picture
from tests.thorough import represented_by

PER_CLASS = 14
SIDE = 64
DEEP = {
    "DenseNet121": "pool2_relu",
    "DenseNet169": "pool2_relu",
    "EfficientNetB4": "block1b_add",
    "InceptionResNetV2": "mixed_5b",
    "InceptionV3": "mixed0",
    "NASNetMobile": "reduction_bn_1_stem_1",
    "ResNet101V2": "conv2_block1_out",
    "ResNet50": "conv2_block1_out",
    "VGG16": "block2_conv2",
    "Xception": "block2_sepconv2_bn",
    "MobileNetV2": "block_2_expand_relu",
}
"""Where deep networks are cut here, to be quick; with `WHOLE_NETWORKS=1` every recipe is trained, uncut."""
LEARNS_FROM = {"MobileNetV2": "block_1_expand", "ResNet50": "conv2_block1_1_conv", "DenseNet121": "conv2_block1_0_bn"}
"""A layer before the cut, for recipes whose early layers stay; the head's own layers are there all the same."""
NAMES = ("dataset", "source", "name", "joined_with", "features_at", "learns_from", "unlabelled", "also_measured")
"""Entries that name a thing, not a way: pictures, backbones, which `test_networks` builds each, and their layers."""
OF_EACH_KIND = (
    "casting-mobilenetv2",  # a classifier that is fine-tuned, with scenes
    "cifar10-cnn",  # a network from scratch for recognition
    "imagenet-mobilenetv2",  # distilled
    "metal-features",  # a head on features that stay
    "phone-wearnet-mobilenetv2",  # two networks joined
)
WHOLE = bool(os.environ.get("WHOLE_NETWORKS"))


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write scenes of metal parts, the quickest to render, as an inspection's classes and as classes without roles."""
    root = tmp_path_factory.mktemp("scenes")
    for seed in range(PER_CLASS):
        for defect in (False, True):
            photo = scenes.render("metal", 2 * seed + defect, defect).photo
            small = photo[::8, ::4]
            for tree, name in (("parts", ("ok", "defect")[defect]), ("things", ("cat", "dog")[defect])):
                write_picture(root / tree / name / f"{seed:02}.png", small)
    return root


def _small(name: str, trees: Path) -> dict[str, Any]:
    """Rewrite a recipe for small scenes and no start weights; everything else stays as it is."""
    table = tomllib.loads((RECIPES_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    recognition = table.get("product", "") == ""
    backbone = table["backbone"]
    least = max(BACKBONES[n].least_side for n in (backbone["name"], backbone.get("joined_with", backbone["name"])))
    data = {
        "dataset": str(trees / ("things" if recognition else "parts")),
        "sampling": table["data"].get("sampling", "none"),
    }
    if not recognition:
        table["product"] = "metal"
        data |= {key: 2 for key in ("scenes", "scenes_validation") if table["data"].get(key)}
    side = SIDE if least <= SIDE else 32 * -(-least // 32)
    table |= {"data": data, "input": table.get("input", {}) | {"height": side, "width": side}, "measurement": {}}
    backbone["weights"] = "none"
    # An untuned network needs its weights.
    table.pop("familiarity", None)
    if backbone["name"] in DEEP and not WHOLE:
        backbone["features_at"] = DEEP[backbone["name"]]
        if backbone.get("learns_from", "") not in ("", "standardising"):
            backbone["learns_from"] = LEARNS_FROM[backbone["name"]]
    if table.get("head", {}).get("kind") == "imagenet":
        # The thousand classes' own layer comes with the start weights alone.
        table["head"]["kind"] = "pooled"
    table["schedule"] |= {"epochs": 1, "batch_size": 2}
    return table


def _as_toml(table: dict[str, Any]) -> str:
    """Write a table of plain values and tables of them as TOML."""
    lines = [f"{key} = {json.dumps(value)}" for key, value in table.items() if not isinstance(value, dict)]
    for name, inner in table.items():
        if isinstance(inner, dict):
            lines += [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in inner.items())]
    return "\n".join(lines)


def _entries(name: str) -> frozenset[str]:
    """Return what a recipe says: every entry, and of those that choose between ways which one; data and sizes aside."""
    found = set()
    for table, inner in tomllib.loads((RECIPES_FOLDER / f"{name}.toml").read_text(encoding="utf-8")).items():
        for entry, value in inner.items() if isinstance(inner, dict) else [("", bool(inner))]:
            named = isinstance(value, str) and entry in NAMES
            found.add(f"{table}.{entry}={value}" if isinstance(value, str | bool) and not named else f"{table}.{entry}")
    return frozenset(found)


def _telling_recipes() -> list[str]:
    """Return a few recipes that together have every entry and every choice that any has."""
    if WHOLE:
        return list(recipe_names())
    entries = {name: _entries(name) for name in recipe_names()}
    chosen, left = [], set().union(*entries.values())
    while left:
        chosen.append(max(entries, key=lambda name: len(entries[name] & left)))
        left -= entries[chosen[-1]]
    return sorted(chosen)


@pytest.mark.parametrize("name", represented_by(OF_EACH_KIND, sorted({*_telling_recipes(), *OF_EACH_KIND})))
def test_a_recipe_trains_exports_reloads_and_evaluates(name: str, trees: Path, tmp_path: Path) -> None:
    recipe = tmp_path / f"{name}.toml"
    recipe.write_text(_as_toml(_small(name, trees)), encoding="utf-8")
    folder = train(recipe, out=tmp_path / "models", limits=RunLimits(steps=1), measure=None)
    assert [(e.id, e.problem) for e in load_catalog(folder.parent).entries] == [(load_recipe(name).model, "")]
    inspector = Inspector.from_id(folder.name, folder.parent)
    size = inspector.spec.input
    answer = inspector.engine.predict(np.random.default_rng(0).integers(0, 256, (size.height, size.width, 3), np.uint8))
    assert answer.probabilities.sum() == pytest.approx(1, abs=1e-5)
    assert answer.activation_map is not None
    assert {port.any_name for port in ov.Core().read_model(folder / "model.xml").outputs} <= set(OUTPUT_NAMES)
    rows = read_evaluation(folder).rows
    assert {"validation", "test"} <= set(rows["split"])
    assert rows[[c for c in rows if str(c).startswith("p_")]].sum(axis=1).to_numpy() == pytest.approx(1, abs=1e-5)


def test_every_recipe_is_named_like_its_model_and_says_what_it_is() -> None:
    for name in recipe_names():
        recipe = load_recipe(name)
        assert recipe.model == name
        assert recipe.summary.endswith(".")
        assert (RECIPES_FOLDER / f"{name}.toml").read_text(encoding="utf-8").startswith("# ")


def test_the_documents_name_every_recipe_and_every_backbone() -> None:
    document = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")
    for name in [*recipe_names(), *BACKBONES]:
        assert re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", document), name
