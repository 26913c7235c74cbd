"""EfficientNet-Lite: EfficientNet for small devices, its published ImageNet weights read from arrays by layer name.

Tan, Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", ICML 2019. The Lite networks leave
out squeeze-and-excitation, have ReLU6 where EfficientNet has swish, and keep stem and head at the size of the smallest.
"""

from __future__ import annotations

import math
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

STEM_CHANNELS, HEAD_CHANNELS, N_CLASSES = 32, 1280, 1000
NORM_EPSILON = 1e-3


@dataclass(frozen=True)
class _Stage:
    """Blocks in a row that give maps of one size; the first one has the stride."""

    repeats: int
    kernel: int
    stride: int
    expansion: int
    channels: int


# Table 1 of the paper: EfficientNet-B0, which the others widen and deepen.
_STAGES = (
    _Stage(1, 3, 1, 1, 16),
    _Stage(2, 3, 2, 6, 24),
    _Stage(2, 5, 2, 6, 40),
    _Stage(3, 3, 2, 6, 80),
    _Stage(3, 5, 1, 6, 112),
    _Stage(4, 5, 2, 6, 192),
    _Stage(1, 3, 1, 6, 320),
)


def efficientnet_lite(width: float, depth: float) -> Callable[..., Any]:
    """Return a builder like those of ``keras.applications`` for one of the Lite networks.

    Parameters
    ----------
    width, depth : float
        How many times as many channels, and blocks a stage, as the smallest has; 1 and 1 for Lite0, 1.1 and 1.2 for
        Lite2.

    Returns
    -------
    callable
        Takes `weights` (the path of an ``.npz`` file, or None for chance), `include_top` and `input_tensor`; raises
        ValueError if the file holds another network's weights.
    """

    def build(weights: str | None, include_top: bool, input_tensor: Any) -> Any:
        names = [("lite_stem_conv", "lite_stem_norm", "_conv_stem", "_bn0")]
        x = _normalised(
            _convolution(STEM_CHANNELS, 3, 2, "lite_stem_conv")(input_tensor), "lite_stem_norm", "lite_stem_relu"
        )
        block = 0
        for number, stage in enumerate(_STAGES):
            # The first and the last stage belong to what is fixed.
            repeats = stage.repeats if number in (0, len(_STAGES) - 1) else math.ceil(depth * stage.repeats)
            for repeat in range(repeats):
                x = _block(x, block, stage, _rounded(width * stage.channels), stage.stride if repeat == 0 else 1)
                names += _array_names(block, expands=stage.expansion > 1)
                block += 1
        x = _normalised(_convolution(HEAD_CHANNELS, 1, 1, "lite_head_conv")(x), "lite_head_norm", "lite_head_relu")
        names.append(("lite_head_conv", "lite_head_norm", "_conv_head", "_bn1"))
        if include_top:
            x = keras.layers.GlobalAveragePooling2D(name="imagenet_pooling")(x)
            x = keras.layers.Dense(N_CLASSES, activation="softmax", name="predictions")(x)
        network = keras.Model(input_tensor, x)
        if weights is not None:
            _load(network, weights, names)
        return network

    return build


def _block(x: Any, number: int, stage: _Stage, channels: int, stride: int) -> Any:
    """Widen, look at each channel's neighbourhood, and narrow again: an inverted residual."""
    name, before = f"lite_block_{number}", x
    if stage.expansion > 1:
        expand = _convolution(x.shape[-1] * stage.expansion, 1, 1, f"{name}_expand")
        x = _normalised(expand(x), f"{name}_expand_norm", f"{name}_expand_relu")
    depthwise = keras.layers.DepthwiseConv2D(
        stage.kernel, stride, padding="same", use_bias=False, name=f"{name}_depthwise"
    )
    x = _normalised(depthwise(x), f"{name}_depthwise_norm", f"{name}_depthwise_relu")
    x = _normalised(_convolution(channels, 1, 1, f"{name}_project")(x), f"{name}_project_norm")
    return keras.layers.Add(name=f"{name}_add")([before, x]) if before.shape == x.shape else x


def _convolution(channels: int, kernel: int, stride: int, name: str) -> Any:
    return keras.layers.Conv2D(channels, kernel, stride, padding="same", use_bias=False, name=name)


def _normalised(x: Any, norm: str, relu: str = "") -> Any:
    x = keras.layers.BatchNormalization(epsilon=NORM_EPSILON, name=norm)(x)
    return keras.layers.ReLU(6.0, name=relu)(x) if relu else x


def _rounded(channels: float) -> int:
    """Return the multiple of 8 that is nearest, but no tenth below what was asked for."""
    nearest = max(8, int(channels + 4) // 8 * 8)
    return nearest + 8 if nearest < 0.9 * channels else nearest


def _array_names(block: int, *, expands: bool) -> list[tuple[str, str, str, str]]:
    """Return layer and batch norm of each convolution of a block, and what the file calls them."""
    ours, theirs = f"lite_block_{block}", f"_blocks.{block}"
    parts = [("expand", "_expand_conv", "_bn0")] if expands else []
    parts += [("depthwise", "_depthwise_conv", "_bn1"), ("project", "_project_conv", "_bn2")]
    return [(f"{ours}_{p}", f"{ours}_{p}_norm", f"{theirs}.{kernel}", f"{theirs}.{norm}") for p, kernel, norm in parts]


def _load(network: Any, path: str, names: list[tuple[str, str, str, str]]) -> None:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            used = set()

            def take(name: str) -> np.ndarray:
                used.add(name)
                return np.asarray(arrays[name])

            for layer, norm, kernel, statistics in names:
                # The file has output, input, height, width; depthwise ones channel, 1, height, width.
                depthwise = isinstance(network.get_layer(layer), keras.layers.DepthwiseConv2D)
                axes = (2, 3, 0, 1) if depthwise else (2, 3, 1, 0)
                network.get_layer(layer).set_weights([take(f"{kernel}.weight").transpose(axes)])
                network.get_layer(norm).set_weights(
                    [take(f"{statistics}.{part}") for part in ("weight", "bias", "running_mean", "running_var")]
                )
            classifier = [take("_fc.weight").T, take("_fc.bias")]
            if "predictions" in {layer.name for layer in network.layers}:
                network.get_layer("predictions").set_weights(classifier)
            if others := sorted(set(arrays.files) - used):
                raise ValueError(f"expected the arrays of this network alone, got {others[0]!r}, too")
    except (KeyError, OSError, zipfile.BadZipFile) as error:
        raise ValueError(f"the file holds no such weights: {error}") from error
