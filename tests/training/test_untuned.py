"""The untuned network's map is ImageNet's, whatever was tuned below it, and shares what was not."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from defect_app.recipes import load_recipe
from defect_app.recipes.entries import BackboneEntries, HeadEntries, InputEntries, LossEntries
from defect_app.training.backbones import build_backbone
from defect_app.training.networks import build_network
from defect_app.training.untuned import untuned_map

pytestmark = pytest.mark.data
RECIPE = replace(load_recipe("casting-mobilenetv2"), input=InputEntries(64, 96), head=HeadEntries(), loss=LossEntries())
DEPTHS = ("block_6_expand_relu", "block_13_expand_relu")
PHOTO = np.random.default_rng(0).uniform(0, 255, (2, 64, 96, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def imagenet() -> np.ndarray:
    built = build_backbone(BackboneEntries("MobileNetV2"), height=64, width=96)
    return np.asarray(keras.Model(built.inputs, built.features)(PHOTO))


@pytest.mark.parametrize(
    ("entries", "first_of_its_own"),
    [
        pytest.param(BackboneEntries("MobileNetV2", learns="head"), None, id="nothing tuned"),
        pytest.param(BackboneEntries("MobileNetV2", learns="head", depths=DEPTHS), "block_13_depthwise", id="cut"),
        pytest.param(BackboneEntries("MobileNetV2", learns_from="block_10_expand"), "block_10_expand", id="upper half"),
        pytest.param(BackboneEntries("WearNet", weights="none"), "Conv1", id="another network"),
    ],
)
def test_the_map_is_that_of_imagenet_and_what_is_not_tuned_is_shared(
    entries: BackboneEntries, first_of_its_own: str | None, imagenet: np.ndarray
) -> None:
    network = build_network(replace(RECIPE, backbone=entries), 2)
    for variable in network.training_model.trainable_variables:
        variable.assign(np.asarray(variable) + 0.05)
    found = untuned_map(network.inference_model)
    served = keras.Model(network.inference_model.inputs, found)
    np.testing.assert_allclose(np.asarray(served(PHOTO)), imagenet, rtol=1e-3, atol=1e-4)
    own = [layer for layer in served.layers if isinstance(layer, keras.Model)]
    if first_of_its_own is None:
        assert own == []
        return
    weighted = [layer.name for layer in own[0].layers if layer.weights]
    assert weighted[0] == first_of_its_own


def test_a_photo_larger_than_those_of_imagenet_is_made_smaller_for_it() -> None:
    network = build_network(replace(RECIPE, input=InputEntries(256, 320)), 2)
    photo = np.random.default_rng(1).uniform(0, 255, (1, 256, 320, 3)).astype(np.float32)
    built = build_backbone(BackboneEntries("MobileNetV2"), height=224, width=224)
    expected = keras.Model(built.inputs, built.features)(keras.layers.Resizing(224, 224)(photo))
    found = keras.Model(network.inference_model.inputs, untuned_map(network.inference_model))(photo)
    np.testing.assert_allclose(np.asarray(found), np.asarray(expected), rtol=1e-3, atol=1e-4)
