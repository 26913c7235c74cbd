"""A shallow network for scratches on surfaces, which looks at several scales at once; it learns from scratch.

After the description in "Mobile Phone Scratch Classification using Deep Learning": a shallow multi-scale CNN for
surface scratches, used alone or joined with a pretrained network. The layers are ours: the report does not list them.
"""

from __future__ import annotations

from typing import Any

import keras

STEM_CHANNELS = 24
SCALES = (1, 2, 4)
"""Dilations of the parallel 3x3 convolutions: they see 3, 5 and 9 places wide at the same cost."""
BLOCK_CHANNELS = (48, 96, 144)
NORM_MOMENTUM = 0.9
"""Of the running statistics: short trainings need them to follow."""


def wearnet(weights: str | None, include_top: bool, input_tensor: Any) -> Any:
    """Build the network: a stem and three multi-scale blocks, the last feature map at a sixteenth of the input's size.

    Parameters
    ----------
    weights : None
        It learns from scratch.
    include_top : bool
        Must be false.
    input_tensor : KerasTensor, shape (batch, height, width, 3)
        Scaled pictures.

    Raises
    ------
    ValueError
        If weights are asked for: there are none.
    """
    if weights is not None or include_top:
        raise ValueError("WearNet has no ImageNet weights")
    x = _convolution(input_tensor, STEM_CHANNELS, "wear_stem", kernel=5, stride=2)
    for block, channels in enumerate(BLOCK_CHANNELS, start=1):
        x = _multi_scale(x, channels, f"wear_block_{block}")
        x = keras.layers.MaxPooling2D(name=f"wear_pool_{block}")(x)
    return keras.Model(input_tensor, x)


def _multi_scale(x: Any, channels: int, name: str) -> Any:
    """Look at each scale in a branch of its own, and let a 1x1 convolution weigh what they saw."""
    branches = [
        _convolution(x, channels // len(SCALES), f"{name}_scale_{dilation}", dilation=dilation) for dilation in SCALES
    ]
    seen = keras.layers.Concatenate(name=f"{name}_scales")(branches)
    return _convolution(seen, channels, f"{name}_mixed", kernel=1)


def _convolution(x: Any, channels: int, name: str, kernel: int = 3, stride: int = 1, dilation: int = 1) -> Any:
    x = keras.layers.Conv2D(
        channels, kernel, stride, padding="same", dilation_rate=dilation, use_bias=False, name=f"{name}_conv"
    )(x)
    x = keras.layers.BatchNormalization(momentum=NORM_MOMENTUM, name=f"{name}_norm")(x)
    return keras.layers.ReLU(name=f"{name}_relu")(x)
