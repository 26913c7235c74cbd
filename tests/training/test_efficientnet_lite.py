"""EfficientNet-Lite computes what its arrays say, as a plain numpy network does; other arrays are refused."""

from pathlib import Path

import keras
import numpy as np
import pytest

from defect_app.catalog import InputSpec
from defect_app.datasets import data_folder, load_dataset
from defect_app.errors import DataUnavailable
from defect_app.recipes.entries import BackboneEntries
from defect_app.training.backbones import build_backbone
from defect_app.training.pictures import read_inputs
from tests.training.lite_reference import features_and_logits, n_blocks

PHOTO = np.random.default_rng(0).integers(0, 256, (64, 96, 3)).astype(np.float32)
FILE = "efficientnet_lite0_imagenet.npz"
KERNELS = {
    "stem_conv": "_conv_stem", "head_conv": "_conv_head", "expand": "_expand_conv", "depthwise": "_depthwise_conv",
    "project": "_project_conv",
}  # fmt: skip


def _arrays_by_chance() -> dict[str, np.ndarray]:
    """Return arrays as the file of Lite0 has them, of numbers that keep the values in range."""
    rng = np.random.default_rng(1)
    network = build_backbone(BackboneEntries("EfficientNetLite0", "none"), height=64, width=96)
    arrays: dict[str, np.ndarray] = {
        "_fc.weight": rng.normal(0, 0.03, (1000, 1280)),
        "_fc.bias": rng.normal(0, 1, 1000),
    }
    for layer in keras.Model(network.inputs, network.features).layers:
        if isinstance(layer, keras.layers.Conv2D | keras.layers.DepthwiseConv2D):
            (weights,) = layer.get_weights()
            axes = (2, 3, 0, 1) if isinstance(layer, keras.layers.DepthwiseConv2D) else (3, 2, 0, 1)
            name, part = _place(layer.name), next(KERNELS[k] for k in KERNELS if layer.name.endswith(k))
            kernel = weights.transpose(axes)
            arrays[f"{name}{part}.weight"] = rng.normal(0, np.sqrt(2 / kernel[0].size), kernel.shape)
        if isinstance(layer, keras.layers.BatchNormalization):
            parts = {"expand_norm": "_bn0", "depthwise_norm": "_bn1", "project_norm": "_bn2", "stem_norm": "_bn0"}
            name = _place(layer.name) + next((parts[p] for p in parts if layer.name.endswith(p)), "_bn1")
            n = layer.gamma.shape[0]
            arrays |= {f"{name}.weight": rng.uniform(0.5, 1.5, n), f"{name}.bias": rng.normal(0, 0.5, n)}
            arrays |= {f"{name}.running_mean": rng.normal(0, 0.3, n), f"{name}.running_var": rng.uniform(0.5, 2, n)}
    return arrays


def _place(layer: str) -> str:
    parts = layer.split("_")
    return f"_blocks.{parts[2]}." if parts[1] == "block" else ""


def _answers(name: str, folder: Path | None) -> tuple[np.ndarray, np.ndarray]:
    built = build_backbone(BackboneEntries(name), height=64, width=96, data_dir=folder)
    features = np.asarray(keras.Model(built.inputs, built.features)(PHOTO[None]))[0]
    assert built.classifier is not None
    kernel, bias = built.classifier
    return features, features.mean(axis=(0, 1)) @ kernel + bias


def test_each_array_is_where_it_belongs(tmp_path: Path) -> None:
    arrays = _arrays_by_chance()
    assert n_blocks(arrays) == 16
    np.savez(tmp_path / FILE, allow_pickle=False, **arrays)
    features, logits = _answers("EfficientNetLite0", tmp_path)
    expected_features, expected_logits = features_and_logits(arrays, PHOTO)
    assert features.std() > 0.1
    np.testing.assert_allclose(features, expected_features, atol=2e-4)
    np.testing.assert_allclose(logits, expected_logits, atol=2e-4)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        pytest.param({"_bn1.bias": None}, "the file holds no such weights", id="one is missing"),
        pytest.param({"_conv_head.weight": np.zeros((1280, 352, 1, 1))}, "shape", id="of another network"),
        pytest.param({"_blocks.16._bn2.bias": np.zeros(8)}, "_blocks.16", id="a deeper network's"),
    ],
)
def test_arrays_of_another_network_are_refused(
    tmp_path: Path, changed: dict[str, np.ndarray | None], said: str
) -> None:
    arrays = {name: a for name, a in (_arrays_by_chance() | changed).items() if a is not None}
    np.savez(tmp_path / FILE, allow_pickle=False, **arrays)
    with pytest.raises(DataUnavailable, match="EfficientNetLite0 cannot be loaded") as raised:
        build_backbone(BackboneEntries("EfficientNetLite0"), height=64, width=64, data_dir=tmp_path)
    assert said in str(raised.value)


def test_a_folder_without_the_file_and_a_file_of_something_else_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataUnavailable, match=rf"no {FILE}"):
        build_backbone(BackboneEntries("EfficientNetLite0"), height=64, width=64, data_dir=tmp_path)
    (tmp_path / FILE).write_bytes(b"no arrays")
    with pytest.raises(DataUnavailable, match="EfficientNetLite0 cannot be loaded"):
        build_backbone(BackboneEntries("EfficientNetLite0"), height=64, width=64, data_dir=tmp_path)


@pytest.mark.data
@pytest.mark.parametrize(("name", "blocks"), [("EfficientNetLite0", 16), ("EfficientNetLite2", 21)])
def test_the_published_weights_answer_as_plain_numpy_does(name: str, blocks: int) -> None:
    file = f"efficientnet_lite{name[-1]}_imagenet.npz"
    with np.load(data_folder() / file) as stored:
        arrays = dict(stored)
    assert n_blocks(arrays) == blocks
    for found, expected in zip(_answers(name, None), features_and_logits(arrays, PHOTO), strict=True):
        np.testing.assert_allclose(found, expected, atol=2e-4)


@pytest.mark.data
@pytest.mark.parametrize("name", ["EfficientNetLite0", "EfficientNetLite2"])
def test_most_photos_of_the_imagenet_sample_are_named_right(name: str) -> None:
    loaded = load_dataset("imagenet_sample")
    pictures = loaded.pictures[::25]
    pixels = read_inputs(pictures, InputSpec(224, 224, "crop", "area")).astype(np.float32)
    built = build_backbone(BackboneEntries(name), height=224, width=224)
    assert built.classifier is not None
    pooled = keras.layers.GlobalAveragePooling2D()(built.features)
    logits = np.asarray(keras.Model(built.inputs, pooled).predict_on_batch(pixels)) @ built.classifier[0]
    named = (logits + built.classifier[1]).argmax(axis=1)
    right = sum(loaded.class_names[n] == p.label for n, p in zip(named, pictures, strict=True))
    assert right >= 0.7 * len(pictures), f"{right} of {len(pictures)}"
