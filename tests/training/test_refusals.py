"""What no network or training can be made of is refused with the entry that is wrong, and what to do about it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import openvino as ov
import pytest
from openvino import opset13 as ops

from defect_app.catalog import InputSpec
from defect_app.datasets import load_folder
from defect_app.errors import DataUnavailable, InvalidRecipe
from defect_app.progress import no_progress
from defect_app.recipes import load_recipe
from defect_app.recipes.entries import (
    BackboneEntries,
    DataEntries,
    HeadEntries,
    InputEntries,
    LossEntries,
)
from defect_app.training import layer_names, measure
from defect_app.training.attention import joined_depths
from defect_app.training.backbones import build_backbone
from defect_app.training.crossvalidation import refolded
from defect_app.training.networks import build_for_training, build_network, in_float32
from defect_app.training.pictures import photo_pixels
from defect_app.training.training_data import gather
from tests.datasets.picture_trees import make_tree, spotted_picture, write_picture
from tests.publishing.framing.archives import write_archive

SMALL = BackboneEntries("SmallCNN", "none")
RECIPE = replace(
    load_recipe("casting-mobilenetv2"),
    backbone=SMALL,
    input=InputEntries(64, 64),
    head=HeadEntries(),
    loss=LossEntries(),
)
SIZE = InputSpec(64, 64, "stretch", "area")


def built(entries: BackboneEntries, side: int = 64, data_dir: Path | None = None) -> Any:
    return build_backbone(entries, height=side, width=side, data_dir=data_dir)


@pytest.mark.parametrize(
    ("entries", "side", "said", "remedy"),
    [
        (replace(SMALL, name="MobileNetV9"), 64, "There is no backbone 'MobileNetV9'.", "Backbones here: SmallCNN"),
        (replace(SMALL, joined_with="Nothing"), 64, "There is no backbone 'Nothing'.", "Backbones here: SmallCNN"),
        (replace(SMALL, name="Xception"), 64, "Xception cannot take pictures of 64 x 64", "input.width at least 71"),
        (replace(SMALL, features_at="relu_9"), 64, "names no layer of SmallCNN: 'relu_9'", ""),
        (replace(SMALL, depths=("relu_2", "relu_9")), 64, "names no layer of SmallCNN: 'relu_9'", ""),
    ],
    ids=["unknown", "joined with an unknown", "too small", "cut at no layer", "a depth that is no layer"],
)
def test_a_backbone_that_cannot_be_built_names_the_entry(
    entries: BackboneEntries, side: int, said: str, remedy: str
) -> None:
    with pytest.raises(InvalidRecipe) as raised:
        built(entries, side)
    assert said in str(raised.value)
    assert remedy in raised.value.remedy


def test_weights_that_are_not_in_their_archive_or_not_to_be_fetched_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("defect_app.datasets.archives.CACHE_FOLDER", tmp_path / "unpacked")
    write_archive(tmp_path / "mobilenet_v2_imagenet.tar", {"mobilenetv2/notes.txt": b"no weights"})
    with pytest.raises(DataUnavailable, match=r"The weights of MobileNetV2 are not in mobilenet_v2_imagenet\.tar"):
        built(BackboneEntries("MobileNetV2"), data_dir=tmp_path)
    with pytest.raises(DataUnavailable, match="The ImageNet weights of SmallCNN cannot be loaded") as raised:
        built(replace(SMALL, weights="imagenet"))
    assert 'set backbone.weights = "none"' in raised.value.remedy


def test_a_network_cut_early_and_one_of_two_depths_end_where_they_say() -> None:
    early = built(replace(SMALL, features_at="relu_2"))
    assert early.feature_layer == "relu_2"
    assert early.descriptor_map is early.features, "it ends before its middle"
    joined = built(replace(SMALL, depths=("relu_3", "relu_4")))
    assert joined.fresh
    assert joined.features.shape[1:3] == built(replace(SMALL, features_at="relu_3")).features.shape[1:3]


def test_two_networks_are_joined_at_the_coarser_map_and_the_second_starts_from_chance() -> None:
    finer = replace(SMALL, features_at="relu_3")
    both = built(replace(finer, joined_with="ResNetCIFAR"))
    one, other = built(finer).features, built(replace(SMALL, name="ResNetCIFAR")).features
    assert one.shape[1:3] != other.shape[1:3]
    assert both.features.shape[1:3] == (min(one.shape[1], other.shape[1]), min(one.shape[2], other.shape[2]))
    assert both.features.shape[-1] == one.shape[-1] + other.shape[-1]
    assert both.fresh


def test_maps_that_do_not_divide_are_refused() -> None:
    maps = [keras.Input((side, side, 4)) for side in (6, 4)]
    for join in (lambda: joined_depths(maps), lambda: built(replace(SMALL, joined_with="MetalCNN"))):
        with pytest.raises(InvalidRecipe, match="do not match") as raised:
            join()
        assert raised.value.remedy == "Use sides divisible by 32."


def test_the_imagenet_head_needs_the_classifier_and_learns_from_needs_a_layer() -> None:
    with pytest.raises(InvalidRecipe, match="needs ImageNet weights and its 1,000 classes"):
        build_network(replace(RECIPE, head=HeadEntries("imagenet")), 3)
    with pytest.raises(InvalidRecipe, match=r"backbone\.learns_from names no layer: 'relu_9'"):
        build_network(replace(RECIPE, backbone=replace(SMALL, learns_from="relu_9")), 2)


def test_from_a_layer_on_all_learns_and_nothing_before() -> None:
    network = build_network(replace(RECIPE, backbone=replace(SMALL, learns_from="relu_3", batch_norm="trained")), 2)
    names = [layer.name for layer in network.training_model.layers]
    first = names.index("relu_3")
    learning = [layer.name for layer in network.training_model.layers if layer.trainable_weights]
    assert learning
    assert all(names.index(name) >= first for name in learning)
    assert "logits" in learning


def test_what_learns_in_bfloat16_serves_the_same_weights_in_float32() -> None:
    recipe = replace(RECIPE, optimiser=replace(RECIPE.optimiser, precision="bfloat16"))
    before = keras.config.dtype_policy().name
    network = build_for_training(recipe, 2)
    assert network.training_model.get_layer("relu_3").compute_dtype == "bfloat16"
    assert keras.config.dtype_policy().name == before
    exact = in_float32(network, recipe, 2)
    assert exact.training_model.get_layer("relu_3").compute_dtype == "float32"
    for one, other in zip(network.training_model.get_weights(), exact.training_model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    plain = replace(recipe, optimiser=replace(recipe.optimiser, precision="float32"))
    assert in_float32(network, plain, 2) is network


def test_pictures_that_the_app_would_refuse_teach_nothing_and_are_named(tmp_path: Path) -> None:
    make_tree(tmp_path / "parts", 6)
    write_picture(tmp_path / "parts" / "ok" / "speck.png", spotted_picture(1, defect=False, side=8))
    loaded = load_folder(tmp_path / "parts")
    speck = next(p for p in loaded.pictures if p.image.endswith("speck.png"))
    with pytest.raises(DataUnavailable, match=r"speck\.png cannot be used: .*each side must have at least 32"):
        photo_pixels(speck, SIZE)


def test_without_pictures_or_with_scenes_of_other_classes_nothing_is_trained(tmp_path: Path) -> None:
    loaded = load_folder(make_tree(tmp_path / "parts", 12))
    recipe = replace(RECIPE, data=DataEntries("parts"))
    nobody = replace(loaded, pictures=tuple(replace(p, split="test") for p in loaded.pictures))
    with pytest.raises(DataUnavailable, match="no pictures to train with") as raised:
        gather(recipe, nobody, SIZE, no_progress)
    assert raised.value.remedy == "Add pictures."
    renamed = replace(loaded, classes=tuple(replace(c, name=f"{c.name}_part") for c in loaded.classes))
    renamed = replace(renamed, pictures=tuple(replace(p, label=f"{p.label}_part") for p in loaded.pictures))
    with pytest.raises(InvalidRecipe, match=r"scenes of casting are labelled '(ok|defect)', not a class here"):
        gather(replace(recipe, data=replace(recipe.data, scenes=2)), renamed, SIZE, no_progress)


def test_folds_are_counted_from_zero(tmp_path: Path) -> None:
    loaded = load_folder(make_tree(tmp_path / "parts", 10))
    with pytest.raises(ValueError, match="expected a fold from 0 to 4, got 5"):
        refolded(loaded, 5, 5)


def test_folds_are_measured_of_a_model_that_is_there(tmp_path: Path) -> None:
    with pytest.raises(DataUnavailable, match="There is no model folder casting-mobilenetv2") as raised:
        measure("casting-mobilenetv2", out=tmp_path)
    assert raised.value.remedy == "Train it first."


def graph(factor: float, *, is_added: bool = False) -> ov.Model:
    """Return a network of one operation on a number that is stored."""
    given = ops.parameter(ov.PartialShape([1, 4]), np.float32, name="x")
    number = ops.constant(np.full((1, 4), factor, np.float32))
    computed = ops.add(given, number) if is_added else ops.multiply(given, number)
    return ov.Model([ops.result(computed)], [given], "graph")


def test_layers_are_named_in_two_conversions_of_one_network_alone() -> None:
    with pytest.raises(ValueError, match="expected two conversions of one network"):
        layer_names._pairs(graph(2.0), graph(2.0, is_added=True))
    with pytest.raises(ValueError, match="to be rounded, got other numbers"):
        layer_names._lost(layer_names._pairs(graph(2.0), graph(3.0)))
    assert layer_names._lost(layer_names._pairs(graph(2.0), graph(2.0))) == {}
