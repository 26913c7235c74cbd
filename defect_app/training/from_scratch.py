"""What the networks without pretrained weights share: how they are built, and their convolution."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras

NORM_MOMENTUM = 0.9
"""Of the running statistics: short trainings need them to follow."""


def from_scratch(layers: Callable[[Any], Any]) -> Callable[..., Any]:
    """Return a builder like those of ``keras.applications`` for a network of which no weights are to be had.

    Parameters
    ----------
    layers : callable
        From scaled pictures, a KerasTensor of shape (batch, height, width, 3), to the last feature map.

    Returns
    -------
    callable
        Takes `weights`, `include_top` and `input_tensor`; raises ValueError if weights or a classifier are asked for.
    """

    def build(weights: str | None, include_top: bool, input_tensor: Any) -> Any:
        if weights is not None or include_top:
            raise ValueError("a network that is trained from scratch has no ImageNet weights")
        return keras.Model(input_tensor, layers(input_tensor))

    return build


def convolution(x: Any, channels: int, name: str, *, kernel: int = 3, stride: int = 1, dilation: int = 1) -> Any:
    """Apply a convolution, batch norm and ReLU, in layers called `name` with the endings conv, norm and relu."""
    x = keras.layers.Conv2D(
        channels, kernel, stride, padding="same", dilation_rate=dilation, use_bias=False, name=f"{name}_conv"
    )(x)
    x = keras.layers.BatchNormalization(momentum=NORM_MOMENTUM, name=f"{name}_norm")(x)
    return keras.layers.ReLU(name=f"{name}_relu")(x)
