"""Backbones by name, built flat into one functional graph with the scaling inside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras

from defect_app.datasets import data_folder, unpacked
from defect_app.errors import DataUnavailable, InvalidRecipe
from defect_app.recipes.entries import BackboneEntries
from defect_app.training.attention import DEPTHS_LAYER, joined_depths
from defect_app.training.cifar_resnet import cifar_resnet
from defect_app.training.efficientnet_lite import efficientnet_lite
from defect_app.training.from_scratch import from_scratch
from defect_app.training.metal_cnn import metal_cnn
from defect_app.training.small_cnn import small_cnn
from defect_app.training.wearnet import wearnet


@dataclass(frozen=True)
class Backbone:
    """A network that turns pictures into a feature map.

    Attributes
    ----------
    build : callable
        One of the builders of ``keras.applications``, or one like them.
    feature_layer : str
        The layer whose output is the last feature map; empty where Keras numbers that layer anew in every process.
    descriptor_layer : str
        A layer in the middle: fine-tuning leaves it the general knowledge of form and texture by which
        out-of-distribution photos differ, while the last features hold nothing but the classes.
    scale, offset : float, or one a channel
        RGB 0..255 is multiplied and shifted by these before the first layer.
    bgr : bool
        Whether the first layer wants blue first; scale and offset then belong to blue, green, red.
    least_side : int
        In pixels: smaller inputs shrink to nothing on the way.
    weights_file : str
        Where the data folder keeps its ImageNet weights, classifier included; empty when Keras must fetch them.
    archive : str
        The archive there that holds the file; empty where the file lies in the folder itself.
    """

    build: Callable[..., Any]
    feature_layer: str
    descriptor_layer: str
    scale: float | tuple[float, ...] = 1 / 127.5
    offset: float | tuple[float, ...] = -1.0
    bgr: bool = False
    least_side: int = 32
    weights_file: str = ""
    archive: str = ""


# How each family of networks scales its pictures, as `preprocess_input` of keras.applications does it.
_CAFFE: dict[str, Any] = {"scale": 1.0, "offset": (-103.939, -116.779, -123.68), "bgr": True}
_TORCH_MEAN, _TORCH_SD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_TORCH: dict[str, Any] = {
    "scale": tuple(1 / (255 * sd) for sd in _TORCH_SD),
    "offset": tuple(-mean / sd for mean, sd in zip(_TORCH_MEAN, _TORCH_SD, strict=True)),
}
_INSIDE: dict[str, Any] = {"scale": 1.0, "offset": 0.0}
_LITE: dict[str, Any] = {"scale": 1 / 128, "offset": -127 / 128}

BACKBONES = {
    "SmallCNN": Backbone(from_scratch(small_cnn), "relu_4", "relu_3"),
    "MetalCNN": Backbone(from_scratch(metal_cnn), "pool_3", "relu_2", scale=1 / 255, offset=0.0),
    "WearNet": Backbone(from_scratch(wearnet), "wear_pool_3", "wear_block_2_mixed_relu"),
    "ResNetCIFAR": Backbone(from_scratch(cifar_resnet), "stage_3_add", "stage_2_add"),
    "MobileNetV2": Backbone(
        keras.applications.MobileNetV2,
        "out_relu",
        "block_12_add",
        archive="mobilenet_v2_imagenet.tar",
        weights_file="mobilenetv2/mobilenet_v2_1.0_224_bnfolded.weights.h5",
    ),
    "EfficientNetLite0": Backbone(
        efficientnet_lite(1.0, 1.0),
        "lite_head_relu",
        "lite_block_10_add",
        weights_file="efficientnet_lite0_imagenet.npz",
        **_LITE,
    ),
    "EfficientNetLite2": Backbone(
        efficientnet_lite(1.1, 1.2),
        "lite_head_relu",
        "lite_block_14_add",
        weights_file="efficientnet_lite2_imagenet.npz",
        **_LITE,
    ),
    "EfficientNetB0": Backbone(keras.applications.EfficientNetB0, "top_activation", "block5c_add", **_INSIDE),
    "EfficientNetB4": Backbone(keras.applications.EfficientNetB4, "top_activation", "block5f_add", **_INSIDE),
    "ResNet50": Backbone(keras.applications.ResNet50, "conv5_block3_out", "conv4_block6_out", **_CAFFE),
    "ResNet101V2": Backbone(keras.applications.ResNet101V2, "post_relu", "conv4_block22_out"),
    "InceptionV3": Backbone(keras.applications.InceptionV3, "mixed10", "mixed7", least_side=75),
    "InceptionResNetV2": Backbone(keras.applications.InceptionResNetV2, "conv_7b_ac", "block17_20_ac", least_side=75),
    "Xception": Backbone(keras.applications.Xception, "block14_sepconv2_act", "block13_sepconv1_act", least_side=71),
    "VGG16": Backbone(keras.applications.VGG16, "block5_conv3", "block4_pool", **_CAFFE),
    "DenseNet121": Backbone(keras.applications.DenseNet121, "relu", "pool4_relu", **_TORCH),
    "DenseNet169": Backbone(keras.applications.DenseNet169, "relu", "pool4_relu", **_TORCH),
    "NASNetMobile": Backbone(keras.applications.NASNetMobile, "", "adjust_relu_1_9"),
}
CLASSIFIER_LAYER = "predictions"
JOINED_LAYER = "joined"


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
    descriptor_map : KerasTensor, shape (batch, rows, columns, n_descriptor_channels)
        The map by which familiarity is judged.
    fresh : tuple of str
        Names of the layers that are not the backbone's own, which start from chance and are always trained.
    """

    inputs: Any
    features: Any
    feature_layer: str
    classifier: tuple[Any, Any] | None
    descriptor_map: Any
    fresh: tuple[str, ...] = ()


def build_backbone(entries: BackboneEntries, *, height: int, width: int, data_dir: Path | None = None) -> BuiltBackbone:
    """Build a backbone on an input of RGB 0..255; all of its layers lie at the top level of the graph.

    Parameters
    ----------
    entries : BackboneEntries
        One of `BACKBONES` by its name, its start weights, and what it is joined of.
    height, width : int
        Of the input, in pixels.
    data_dir : Path, optional
        The folder that holds archives of weights.

    Raises
    ------
    InvalidRecipe
        If there is no such backbone or layer, or the input is too small for it.
    DataUnavailable
        If the weights are neither in the data folder nor to be fetched.
    """
    name, depths = entries.name, entries.depths
    for asked in filter(None, (name, entries.joined_with)):
        if asked not in BACKBONES:
            raise InvalidRecipe(f"There is no backbone {asked!r}.", f"Backbones here: {', '.join(BACKBONES)}.")
        if min(height, width) < BACKBONES[asked].least_side:
            raise InvalidRecipe(
                f"{asked} cannot take pictures of {height} x {width} pixels.",
                f"Make input.height and input.width at least {BACKBONES[asked].least_side}.",
            )
    backbone = BACKBONES[name]
    inputs = keras.Input((height, width, 3), name="photo")
    whole = _with_weights(name, _scaled(backbone, inputs, "scaling"), entries.weights, data_dir)
    classifier = None
    if entries.weights == "imagenet" and backbone.weights_file:
        kernel, bias = whole.get_layer(CLASSIFIER_LAYER).get_weights()
        classifier = (kernel, bias)
    for asked in filter(None, (entries.features_at, *depths)):
        if asked not in {layer.name for layer in whole.layers}:
            raise InvalidRecipe(f"backbone.features_at or backbone.depths names no layer of {name}: {asked!r}.")
    end = whole.get_layer(backbone.feature_layer) if backbone.feature_layer else whole.layers[-1]
    last = whole.get_layer(entries.features_at) if entries.features_at else end
    features, feature_layer = last.output, last.name
    fresh: tuple[str, ...] = ()
    if depths:
        features, fresh = joined_depths([whole.get_layer(depth).output for depth in depths])
        feature_layer = DEPTHS_LAYER
    if entries.joined_with:
        second = BACKBONES[entries.joined_with]
        own = second.build(weights=None, include_top=False, input_tensor=_scaled(second, inputs, "joined_scaling"))
        first_layers = {layer.name for layer in whole.layers}
        fresh += tuple(layer.name for layer in own.layers if layer.name not in first_layers)
        features = _joined(features, own.get_layer(second.feature_layer).output)
        feature_layer = JOINED_LAYER
    middle = whole.get_layer(backbone.descriptor_layer)
    order = [layer.name for layer in whole.layers]
    # A network that was cut early ends before its middle.
    ends_early = order.index(middle.name) > max(map(order.index, depths or (last.name,)))
    return BuiltBackbone(inputs, features, feature_layer, classifier, features if ends_early else middle.output, fresh)


def _scaled(backbone: Backbone, inputs: Any, name: str) -> Any:
    ordered = keras.ops.flip(inputs, axis=-1) if backbone.bgr else inputs
    return keras.layers.Rescaling(backbone.scale, backbone.offset, name=name)(ordered)


def _with_weights(name: str, scaled: Any, weights: str, data_dir: Path | None) -> Any:
    backbone = BACKBONES[name]
    if weights == "none":
        return backbone.build(weights=None, include_top=False, input_tensor=scaled)
    try:
        # Our archives' files have the classifier, so it comes along and the graph is cut before it; what Keras
        # fetches is smaller without it.
        source = _weights_source(name, backbone, data_dir)
        return backbone.build(weights=source, include_top=bool(backbone.weights_file), input_tensor=scaled)
    except DataUnavailable:
        raise
    except Exception as error:
        # Keras answers a failed download with a bare Exception.
        raise DataUnavailable(
            f"The ImageNet weights of {name} cannot be loaded: {str(error).rstrip('.')}.",
            'Fetch them where the internet can be reached, or set backbone.weights = "none" to train from scratch.',
        ) from error


def _joined(features: Any, others: Any) -> Any:
    """Put two feature maps of one picture side by side, the finer one averaged over the places of the coarser."""
    rows, columns = (min(one, other) for one, other in zip(features.shape[1:3], others.shape[1:3], strict=True))
    sides = []
    for number, map_ in enumerate((features, others), start=1):
        if map_.shape[1] % rows or map_.shape[2] % columns:
            raise InvalidRecipe("The feature maps of the two networks do not match.", "Use sides divisible by 32.")
        places = (map_.shape[1] // rows, map_.shape[2] // columns)
        sides.append(map_ if places == (1, 1) else keras.layers.AveragePooling2D(places, name=f"joined_{number}")(map_))
    return keras.layers.Concatenate(name=JOINED_LAYER)(sides)


def _weights_source(name: str, backbone: Backbone, data_dir: Path | None) -> str:
    if not backbone.weights_file:
        return "imagenet"
    folder = unpacked(backbone.archive, data_dir) if backbone.archive else data_folder(data_dir)
    path = folder / backbone.weights_file
    if not path.is_file():
        raise DataUnavailable(
            f"The weights of {name} are not in {backbone.archive or folder}: no {backbone.weights_file}.",
            "Fetch them again.",
        )
    return str(path)
