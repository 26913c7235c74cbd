"""Heads of every kind: what learns serves, and the heat map's weights are the gradient, in Keras and in the engine."""

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import openvino as ov
import pytest
import tensorflow as tf

from defect_app.catalog import (
    ChosenThresholds,
    ClassSpec,
    InputSpec,
    InspectionThresholds,
    LicenceSpec,
    ModelSpec,
    write_spec,
)
from defect_app.engine import Engine, HeatMapKind
from defect_app.errors import InvalidRecipe
from defect_app.recipes import load_recipe
from defect_app.recipes.entries import BackboneEntries, HeadEntries, InputEntries, LossEntries
from defect_app.training.export import export_network
from defect_app.training.heads import ChannelWeights, layers_after
from defect_app.training.networks import Network, build_network

RECIPE = replace(
    load_recipe("casting-mobilenetv2"),
    backbone=BackboneEntries("SmallCNN", weights="none"),
    input=InputEntries(32, 64),
    head=HeadEntries(),
    loss=LossEntries(),
)
CLASSES = (
    ClassSpec("none", "None", "ok"),
    ClassSpec("minor", "Minor", "defect"),
    ClassSpec("major", "Major", "defect"),
)
HEADS = {
    "mean and softmax": HeadEntries(dropout=0.2),
    "mean and dense": HeadEntries(units=(12,), dropout=0.5),
    "strongest place and softmax": HeadEntries("max"),
    "flat, three dropouts": HeadEntries("flat", units=(8,), dropout=0.5, dropouts=3),
    "mean, standardised": HeadEntries(standardised=True),
    "bottleneck": HeadEntries("flat", units=(8, 8, 4), dropout=0.5),
    "stack with batch norm and PReLU": HeadEntries(
        units=(9, 8, 7), activation="prelu", batch_norm=True, dropout=0.5
    ),
}  # fmt: skip


def _network(head: HeadEntries) -> Network:
    """Build a network whose norms and slopes are not those of the start, which are too simple to show an error."""
    keras.utils.set_random_seed(1)
    network = build_network(replace(RECIPE, head=head), len(CLASSES))
    rng = np.random.default_rng(0)
    for variable in network.inference_model.variables:
        if any(name in variable.path for name in ("gamma", "moving_variance", "alpha")):
            variable.assign(rng.uniform(0.3, 1.7, variable.shape))
        elif "beta" in variable.path or "moving_mean" in variable.path:
            variable.assign(rng.normal(0, 0.3, variable.shape))
    return network


def _gradients(network: Network, features: tf.Tensor) -> np.ndarray:
    """Differentiate each logit by the feature map; shape (batch, rows, columns, n_channels, n_classes)."""
    found = []
    for number in range(len(CLASSES)):
        with tf.GradientTape() as tape:
            tape.watch(features)
            x = features
            for layer in layers_after(network.inference_model, network.feature_layer):
                x = layer(x)
            logit = x[:, number]
        found.append(np.asarray(tape.gradient(logit, features)))
    return np.stack(found, axis=-1)


@pytest.mark.parametrize("name", HEADS)
def test_the_channel_weights_are_the_gradient_of_each_logit(name: str) -> None:
    network = _network(HEADS[name])
    shape = network.inference_model.outputs[1].shape[1:]
    features = tf.constant(np.random.default_rng(2).uniform(0, 2, (3, *shape)), tf.float32)
    weights = ChannelWeights(layers_after(network.inference_model, network.feature_layer))(features)
    wanted = _gradients(network, features)
    if HEADS[name].kind == "pooled":
        # Every place has the same gradient, and the weights are its sum.
        assert np.ptp(wanted, axis=(1, 2)).max() < 1e-6 * np.abs(wanted).max()
        wanted = wanted.sum(axis=(1, 2))
    np.testing.assert_allclose(np.asarray(weights), wanted, rtol=1e-4, atol=1e-5 * np.abs(wanted).max())


@pytest.mark.parametrize("name", HEADS)
def test_dropout_is_in_learning_alone(name: str) -> None:
    network = _network(HEADS[name])
    dropouts = [layer for layer in network.training_model.layers if isinstance(layer, keras.layers.Dropout)]
    assert len(dropouts) == (HEADS[name].dropouts * max(1, len(HEADS[name].units)) if HEADS[name].dropout else 0)
    assert not any(isinstance(layer, keras.layers.Dropout) for layer in network.inference_model.layers)


def _served(network: Network, folder: Path) -> Engine:
    export_network(network.inference_model, folder, network.descriptor_map)
    spec = ModelSpec(
        "m",
        "M",
        "inspection",
        CLASSES,
        InputSpec(32, 64, "stretch", "area"),
        network.feature_layer,
        ChosenThresholds(InspectionThresholds(0.3, 0.6)),
        LicenceSpec(""),
    )
    return Engine(write_spec(folder, spec), folder)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("mean and softmax", HeatMapKind.CLASS_ACTIVATION_MAP),
        ("mean and dense", HeatMapKind.GRADIENT),
        ("bottleneck", HeatMapKind.GRADIENT_AT_EACH_PLACE),
        ("strongest place and softmax", HeatMapKind.GRADIENT_AT_EACH_PLACE),
        ("stack with batch norm and PReLU", HeatMapKind.GRADIENT),
    ],
)
def test_the_engines_map_is_what_each_place_adds_to_the_score_of_defect(
    tmp_path: Path, name: str, kind: HeatMapKind
) -> None:
    network = _network(HEADS[name])
    engine = _served(network, tmp_path / "m")
    assert engine.heat_map_kind is kind
    shown = 0
    for seed in range(4):
        pixels = np.random.default_rng(seed).integers(0, 256, (32, 64, 3), np.uint8)
        features = network.inference_model(pixels[None].astype(np.float32))[1]
        gradients = _gradients(network, features)[0]
        direction = gradients[..., 1:].mean(axis=-1) - gradients[..., 0]
        evidence = np.maximum((np.asarray(features)[0] * direction).sum(axis=-1), 0)
        found = engine.predict(pixels).activation_map
        assert found is not None
        assert found.target == "defect"
        assert found.has_evidence == bool(evidence.max() > 0)
        if found.has_evidence:
            shown += 1
            np.testing.assert_allclose(found.values, evidence / evidence.max(), atol=0.02)
    assert shown


def test_a_kernel_that_answers_and_explains_is_in_the_file_once(tmp_path: Path) -> None:
    network = _network(HEADS["bottleneck"])
    _served(network, tmp_path / "m")
    kernel = network.inference_model.get_layer("dense_1").kernel
    stored = [
        node.get_output_shape(0)
        for node in ov.Core().read_model(tmp_path / "m" / "model.xml").get_ops()
        if node.get_type_name() == "Constant" and np.prod(node.get_output_shape(0)) == np.prod(kernel.shape)
    ]
    assert len(stored) == 1


def test_a_head_without_a_known_gradient_serves_without_a_heat_map(tmp_path: Path) -> None:
    network = _network(HeadEntries())
    features = network.inference_model.outputs[1]
    pooled = keras.layers.GlobalAveragePooling2D()(features)
    strange = keras.layers.Dense(4, activation="tanh", name="strange")(pooled)
    probabilities = keras.layers.Softmax()(keras.layers.Dense(3, name="logits")(strange))
    inference_model = keras.Model(network.inference_model.inputs, [probabilities, features])
    engine = _served(replace(network, inference_model=inference_model), tmp_path / "m")
    assert engine.heat_map_kind is HeatMapKind.NONE
    answer = engine.predict(np.full((32, 64, 3), 90, np.uint8))
    assert answer.activation_map is None
    np.testing.assert_allclose(answer.probabilities.sum(), 1, atol=1e-5)


def test_places_are_taught_only_through_a_head_that_has_them() -> None:
    with pytest.raises(InvalidRecipe, match=r"loss\.localisation needs a pooled head"):
        replace(RECIPE, head=HeadEntries("flat", units=(8,)), loss=LossEntries(localisation=0.5))


def test_a_joined_network_keeps_learning_beside_a_frozen_one() -> None:
    entries = BackboneEntries("SmallCNN", "none", learns="head", joined_with="WearNet")
    network = build_network(replace(RECIPE, input=InputEntries(64, 64), backbone=entries), 3)
    trained = {variable.path.split("/")[0] for variable in network.training_model.trainable_variables}
    assert network.feature_layer == "joined"
    assert network.inference_model.outputs[1].shape[1:] == (4, 4, 192 + 144)
    assert {"wear_stem_conv", "wear_block_3_mixed_norm", "logits"} <= trained
    assert not trained & {"conv_1", "norm_1", "conv_4"}


def test_a_network_cut_early_is_judged_for_familiarity_by_its_last_layer() -> None:
    entries = BackboneEntries("SmallCNN", "none", features_at="relu_2")
    network = build_network(replace(RECIPE, backbone=entries), 2)
    assert network.feature_layer == "relu_2"
    assert network.descriptor_map is network.inference_model.outputs[1]
    assert "conv_3" not in {layer.name for layer in network.inference_model.layers}
