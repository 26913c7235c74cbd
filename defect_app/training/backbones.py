"""Backbones by name, built flat into one functional graph with the scaling inside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras

from defect_app.datasets import unpacked
from defect_app.errors import DataUnavailable, InvalidRecipe


@dataclass(frozen=True)
class Backbone:
    """A network that turns pictures into a feature map.

    Attributes
    ----------
    build : callable
        One of the builders of ``keras.applications``.
    feature_layer : str
        The layer whose output is the last feature map.
    familiar_layer : str
        A layer in the middle: fine-tuning leaves it the general knowledge of form and texture by which a strange
        photo is told, while the last features know nothing but the classes.
    scale, offset : float
        RGB 0..255 is multiplied and shifted by these before the first layer.
    archive, weights_file : str
        Where the data folder keeps its ImageNet weights; empty when Keras must fetch them.
    """

    build: Callable[..., Any]
    feature_layer: str
    familiar_layer: str
    scale: float = 1 / 127.5
    offset: float = -1.0
    archive: str = ""
    weights_file: str = ""


def small_cnn(weights: str | None, include_top: bool, input_tensor: Any) -> Any:
    """Build a plain network of four convolutions, with batch norm and halving between them; it learns from scratch.

    Raises
    ------
    ValueError
        If weights are asked for: there are none.
    """
    if weights is not None or include_top:
        raise ValueError("a small CNN has no ImageNet weights")
    x = input_tensor
    for block, channels in enumerate((32, 64, 128, 192), start=1):
        x = keras.layers.Conv2D(channels, 3, padding="same", use_bias=False, name=f"conv_{block}")(x)
        x = keras.layers.BatchNormalization(name=f"norm_{block}")(x)
        x = keras.layers.ReLU(name=f"relu_{block}")(x)
        if block < 4:
            x = keras.layers.MaxPooling2D(name=f"pool_{block}")(x)
    return keras.Model(input_tensor, x)


BACKBONES = {
    "SmallCNN": Backbone(small_cnn, "relu_4", "relu_3"),
    "MobileNetV2": Backbone(
        keras.applications.MobileNetV2,
        "out_relu",
        "block_12_add",
        archive="mobilenet_v2_imagenet.tar",
        weights_file="mobilenetv2/mobilenet_v2_1.0_224_bnfolded.weights.h5",
    ),
}
CLASSIFIER_LAYER = "predictions"


@dataclass(frozen=True)
class BuiltBackbone:
    """A backbone in a graph: its input, its feature map, and the classifier that its weights brought along.

    Attributes
    ----------
    inputs : KerasTensor, shape (batch, height, width, 3)
        RGB 0..255.
    features : KerasTensor, shape (batch, rows, columns, n_channels)
        The last feature map.
    feature_layer : str
        The layer that gives it.
    classifier : tuple of ndarray or None
        Kernel, shape (n_channels, 1000), and bias, shape (1000,), of the ImageNet classifier.
    """

    inputs: Any
    features: Any
    feature_layer: str
    classifier: tuple[Any, Any] | None


def build_backbone(name: str, *, height: int, width: int, weights: str, data_dir: Path | None = None) -> BuiltBackbone:
    """Build a backbone on an input of RGB 0..255; all of its layers lie at the top level of the graph.

    Parameters
    ----------
    name : str
        One of `BACKBONES`.
    height, width : int
        Of the input, in pixels.
    weights : str
        ``imagenet``, or ``none`` to start from chance.
    data_dir : Path, optional
        The folder that holds archives of weights.

    Raises
    ------
    InvalidRecipe
        If there is no such backbone.
    DataUnavailable
        If the weights are neither in the data folder nor to be fetched.
    """
    if name not in BACKBONES:
        raise InvalidRecipe(f"There is no backbone {name!r}.", f"Backbones here: {', '.join(BACKBONES)}.")
    backbone = BACKBONES[name]
    source = _weights_source(name, backbone, data_dir) if weights == "imagenet" else None
    inputs = keras.Input((height, width, 3), name="photo")
    scaled = keras.layers.Rescaling(backbone.scale, backbone.offset, name="scaling")(inputs)
    try:
        # The classifier comes along because files of weights have it; the graph is cut before it.
        whole = backbone.build(weights=source, include_top=source is not None, input_tensor=scaled)
    except (OSError, ValueError) as error:
        raise DataUnavailable(
            f"The ImageNet weights of {name} cannot be loaded: {error}.",
            'Put their archive into the data folder, or set weights = "none" to train from scratch.',
        ) from error
    classifier = None
    if source is not None:
        kernel, bias = whole.get_layer(CLASSIFIER_LAYER).get_weights()
        classifier = (kernel, bias)
    features = whole.get_layer(backbone.feature_layer).output
    return BuiltBackbone(inputs, features, backbone.feature_layer, classifier)


def _weights_source(name: str, backbone: Backbone, data_dir: Path | None) -> str:
    if not backbone.archive:
        return "imagenet"
    path = unpacked(backbone.archive, data_dir) / backbone.weights_file
    if not path.is_file():
        raise DataUnavailable(f"The weights of {name} are not in {backbone.archive}.", "Fetch the archive again.")
    return str(path)
