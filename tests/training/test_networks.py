from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from defect_app.errors import DataUnavailable, InvalidRecipe
from defect_app.recipes import load_recipe
from defect_app.recipes.entries import BackboneEntries, HeadEntries, InputEntries, LossEntries
from defect_app.training.backbones import BACKBONES, build_backbone
from defect_app.training.networks import Network, build_network
from tests.thorough import represented_by

RECIPE = replace(
    load_recipe("casting-mobilenetv2"),
    backbone=BackboneEntries("MobileNetV2", weights="none"),
    input=InputEntries(64, 96),
    head=HeadEntries(),
    loss=LossEntries(),
)


@pytest.fixture(scope="module")
def network() -> Network:
    return build_network(RECIPE, 3)


def test_the_layers_of_the_backbone_lie_at_the_top_level(network: Network) -> None:
    assert not any(isinstance(layer, keras.Model) for layer in network.inference_model.layers)
    assert {"Conv1", "block_1_expand", network.feature_layer} <= {
        layer.name for layer in network.inference_model.layers
    }


def test_it_takes_levels_up_to_255_and_gives_probabilities_and_the_feature_map(network: Network) -> None:
    photo = np.random.default_rng(0).uniform(0, 255, (2, 64, 96, 3)).astype(np.float32)
    probabilities, features = network.inference_model(photo)
    assert features.shape == (2, 2, 3, 1280)
    np.testing.assert_allclose(np.asarray(probabilities).sum(axis=1), 1, rtol=1e-5)
    scaled = network.inference_model.get_layer("scaling")(np.array([[[[0.0, 127.5, 255.0]]]], np.float32))
    np.testing.assert_allclose(np.asarray(scaled).ravel(), [-1, 0, 1], atol=1e-6)


def test_what_learns_and_what_serves_are_the_same_layers(network: Network) -> None:
    photo = np.full((1, 64, 96, 3), 90, np.float32)
    logits = np.asarray(network.training_model(photo))
    served = np.asarray(network.inference_model(photo)[0])
    np.testing.assert_allclose(served, np.asarray(keras.ops.softmax(logits)), rtol=1e-5)


def test_frozen_batch_norm_stays_as_it_is_in_training(network: Network) -> None:
    norms = [layer for layer in network.training_model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    assert norms
    assert not any(layer.trainable for layer in norms)
    assert network.training_model.get_layer("Conv_1").trainable


def test_dropout_is_in_training_alone() -> None:
    dropped = build_network(
        replace(RECIPE, backbone=BackboneEntries("SmallCNN", "none"), head=HeadEntries(dropout=0.5)), 2
    )
    assert "dropout" in {layer.name for layer in dropped.training_model.layers}
    assert "dropout" not in {layer.name for layer in dropped.inference_model.layers}


def test_training_the_head_alone_leaves_the_backbone() -> None:
    headed = build_network(replace(RECIPE, backbone=BackboneEntries("SmallCNN", "none", learns="head")), 2)
    assert [v.path for v in headed.training_model.trainable_variables] == ["logits/kernel", "logits/bias"]


OF_EACH_FAMILY = {
    "DenseNet121", "EfficientNetB0", "InceptionV3", "MetalCNN", "MobileNetV2", "ResNet50", "ResNetCIFAR", "SmallCNN",
    "VGG16", "WearNet", "Xception",
}  # fmt: skip


@pytest.mark.parametrize("name", represented_by(OF_EACH_FAMILY, sorted(BACKBONES)))
def test_each_backbone_has_the_feature_layer_it_names(name: str) -> None:
    side = max(64, BACKBONES[name].least_side)
    built = build_backbone(BackboneEntries(name, "none"), height=side, width=side)
    assert len(built.features.shape) == 4
    assert built.classifier is None


def test_an_unknown_backbone_is_answered_with_the_known_ones() -> None:
    with pytest.raises(InvalidRecipe) as caught:
        build_backbone(BackboneEntries("MobileNetV9", "none"), height=64, width=64)
    assert "MobileNetV2" in caught.value.remedy


def test_missing_weights_are_an_error_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(DataUnavailable, match=r"mobilenet_v2_imagenet\.tar"):
        build_backbone(BackboneEntries("MobileNetV2"), height=64, width=64, data_dir=tmp_path)


def test_the_imagenet_classifier_needs_its_weights() -> None:
    with pytest.raises(InvalidRecipe, match="1,000 classes"):
        build_network(replace(RECIPE, head=HeadEntries("imagenet")), 3)


@pytest.mark.parametrize("name", ["SmallCNN", "MetalCNN", "WearNet", "ResNetCIFAR"])
def test_a_network_from_scratch_has_no_imagenet_weights(name: str) -> None:
    with pytest.raises(DataUnavailable, match="no ImageNet weights"):
        build_backbone(BackboneEntries(name), height=64, width=64)
    built = build_backbone(BackboneEntries(name, "none"), height=64, width=64)
    assert built.feature_layer == BACKBONES[name].feature_layer
    assert built.classifier is None
