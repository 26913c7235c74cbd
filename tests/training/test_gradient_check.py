"""What export writes for explanations: named layers, weights as they were, and gradients that are TensorFlow's."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from defect_app.catalog import (
    ChosenThresholds,
    ClassSpec,
    InputSpec,
    InspectionThresholds,
    LicenceSpec,
    ModelSpec,
    write_spec,
)
from defect_app.engine.gradient_engine import GradientEngine
from defect_app.engine.layer_names import read_layer_names
from defect_app.publishing.training_record import GradientCheck
from defect_app.recipes import load_recipe
from defect_app.recipes.entries import BackboneEntries, HeadEntries, InputEntries, LossEntries
from defect_app.training.export import export_network, name_layers
from defect_app.training.gradient_check import check_gradients
from defect_app.training.networks import build_network

CLASSES = (ClassSpec("none", "None", "ok"), ClassSpec("minor", "Minor", "defect"), ClassSpec("major", "M", "defect"))
NETWORKS: dict[str, tuple[BackboneEntries, HeadEntries, tuple[int, int]]] = {
    "mean": (BackboneEntries("SmallCNN", "none"), HeadEntries(), (32, 64)),
    "strongest place": (BackboneEntries("SmallCNN", "none"), HeadEntries("max"), (32, 64)),
    "pooling without a border": (BackboneEntries("MetalCNN", "none"), HeadEntries("flat", units=(8,)), (47, 64)),
    "slopes and batch norm": (
        BackboneEntries("SmallCNN", "none"),
        HeadEntries(units=(9, 8), activation="prelu", batch_norm=True),
        (32, 64),
    ),
    "shortcuts, standardised": (BackboneEntries("ResNetCIFAR", "none"), HeadEntries(standardised=True), (32, 48)),
    "several scales": (BackboneEntries("WearNet", "none"), HeadEntries(), (64, 64)),
    "attention over joined depths": (
        BackboneEntries("MobileNetV2", "none", depths=("block_3_expand_relu", "block_6_expand_relu")),
        HeadEntries(),
        (64, 96),
    ),
}


@dataclass(frozen=True, eq=False)
class SmallModel:
    """A random network and what was exported of it."""

    network: Any
    spec: ModelSpec
    folder: Path


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], SmallModel]:
    """Export networks, each once."""
    root = tmp_path_factory.mktemp("small")

    @cache
    def export(name: str) -> SmallModel:
        return small_model(root / f"network-{list(NETWORKS).index(name)}", name)

    return export


def small_model(folder: Path, name: str) -> SmallModel:
    """Export a random network that answers differently to different photos."""
    keras.utils.set_random_seed(1)
    backbone, head, (height, width) = NETWORKS[name]
    recipe = replace(
        load_recipe("casting-mobilenetv2"),
        backbone=backbone,
        head=head,
        input=InputEntries(height, width),
        loss=LossEntries(),
    )
    network = build_network(recipe, len(CLASSES))
    rng = np.random.default_rng(0)
    for variable in network.inference_model.variables:
        if any(part in variable.path for part in ("gamma", "moving_variance", "alpha")):
            variable.assign(rng.uniform(0.5, 1.5, variable.shape))
        elif "beta" in variable.path or "moving_mean" in variable.path:
            variable.assign(rng.normal(0, 0.3, variable.shape))
    export_network(network.inference_model, folder, network.descriptor_map)
    spec = ModelSpec(
        folder.name,
        "Small",
        "inspection",
        CLASSES,
        InputSpec(height, width, "stretch", "area"),
        network.feature_layer,
        ChosenThresholds(InspectionThresholds(0.3, 0.6)),
        LicenceSpec("MIT"),
    )
    return SmallModel(network.inference_model, write_spec(folder, spec), folder)


def pictures(spec: ModelSpec, n: int = 3) -> np.ndarray:
    shape = (n, spec.input.height, spec.input.width, 3)
    return np.random.default_rng(2).integers(0, 256, shape).astype(np.uint8)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_files_gradients_are_tensorflows_at_every_layer(exported: Callable[[str], SmallModel], name: str) -> None:
    model = exported(name)
    check = check_gradients(model.network, model.spec, model.folder, pictures(model.spec))
    assert check.problem == ""
    assert check.layers >= 4
    assert check.pictures == 3
    assert check.usable
    assert check.worst < 0.01
    assert model.spec.explain_layer in {layer.name for layer in GradientEngine(model.spec, model.folder).layers}


def test_every_layer_with_a_map_is_named_but_those_that_were_folded_away(
    exported: Callable[[str], SmallModel],
) -> None:
    model = exported("mean")
    maps = [layer.name for layer in model.network.layers if len(layer.output.shape) == 4 and layer.name != "photo"]
    folded = {name for name in maps if name.startswith("conv_")}
    assert list(read_layer_names(model.folder).operations) == [name for name in maps if name not in folded]
    for layer in GradientEngine(model.spec, model.folder).layers:
        shape = model.network.get_layer(layer.name).output.shape[1:]
        assert (layer.rows, layer.columns, layer.channels) == shape


def test_the_stages_end_where_the_map_shrinks(exported: Callable[[str], SmallModel]) -> None:
    model = exported("mean")
    ends = GradientEngine(model.spec, model.folder).stage_ends
    assert [end.name for end in ends] == ["relu_1", "relu_2", "relu_3", "relu_4"]


def test_joined_depths_are_the_last_stage_though_they_are_finer_again(exported: Callable[[str], SmallModel]) -> None:
    model = exported("attention over joined depths")
    *_, coarsest, last = GradientEngine(model.spec, model.folder).stage_ends
    assert (coarsest.name, last.name) == ("block_6_expand_relu", model.spec.explain_layer)
    assert last.rows > coarsest.rows


def test_channels_that_are_weighed_by_gates_have_a_gradient(tmp_path: Path) -> None:
    """As EfficientNet's: swish, and a weight a channel that follows from the whole map."""
    photo = keras.Input((32, 48, 3), name="photo")
    scaled = keras.layers.Rescaling(1 / 128, -1.0, name="scaling")(photo)
    x = keras.layers.Conv2D(12, 3, strides=2, padding="same", activation="swish", name="stem")(scaled)
    gates = keras.layers.Conv2D(12, 1, activation="sigmoid", name="gates")(
        keras.layers.GlobalAveragePooling2D(keepdims=True, name="squeeze")(x)
    )
    check = _check(tmp_path / "m", photo, keras.layers.Multiply(name="gated")([x, gates]))
    assert check.problem == ""
    assert check.worst < 0.001


def test_a_network_whose_gradient_is_not_known_says_so(tmp_path: Path) -> None:
    photo = keras.Input((32, 48, 3), name="photo")
    first = keras.layers.Conv2D(6, 3, name="first")(photo)
    strange = keras.layers.Activation("selu", name="strange")(first)
    check = _check(tmp_path / "m", photo, keras.layers.Conv2D(6, 3, activation="relu", name="last")(strange))
    assert "Selu" in check.problem
    assert not check.usable


def test_layers_that_do_the_same_to_the_photo_become_one_and_have_no_name(tmp_path: Path) -> None:
    photo = keras.Input((32, 48, 3), name="photo")
    branches = [
        keras.layers.Conv2D(6, size, padding="same", activation="relu", name=f"conv_{size}")(
            keras.layers.Rescaling(1 / 128, -1.0, name=f"scaling_{size}")(photo)
        )
        for size in (3, 5)
    ]
    check = _check(tmp_path / "m", photo, keras.layers.Concatenate(name="joined")(branches))
    assert list(read_layer_names(tmp_path / "m").operations) == ["conv_3", "conv_5", "joined"]
    assert check.worst < 0.001


def _check(folder: Path, photo: Any, features: Any) -> GradientCheck:
    keras.utils.set_random_seed(1)
    logits = keras.layers.Dense(3, name="logits")(keras.layers.GlobalAveragePooling2D(name="pooling")(features))
    network = keras.Model(photo, [keras.layers.Softmax(name="probabilities")(logits), features])
    export_network(network, folder, features)
    spec = ModelSpec(
        folder.name,
        "Small",
        "inspection",
        CLASSES,
        InputSpec(32, 48, "stretch", "area"),
        features._keras_history.operation.name,
        ChosenThresholds(InspectionThresholds(0.3, 0.6)),
        LicenceSpec("MIT"),
    )
    return check_gradients(network, spec, folder, pictures(spec))


def test_another_networks_file_is_not_named_after_this_one(exported: Callable[[str], SmallModel]) -> None:
    with pytest.raises(ValueError, match="different operations"):
        name_layers(exported("mean").network, exported("slopes and batch norm").folder)
