"""A small residual network for 32-pixel pictures, learnt from scratch.

After He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", CVPR 2016, section 4.2; wider and shallower
than there, because a few wide convolutions use a processor better than many narrow ones.
"""

from __future__ import annotations

from typing import Any

import keras

NORM_MOMENTUM = 0.9
"""Of the running statistics: short trainings need them to follow."""


def cifar_resnet(weights: str | None, include_top: bool, input_tensor: Any) -> Any:
    """Build the network: 32 to 256 channels, the last feature map at an eighth of the input's size.

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
        raise ValueError("the CIFAR network has no ImageNet weights")
    x = _convolution(input_tensor, 32, "stem")
    x = _convolution(x, 64, "stage_1_entry")
    x = keras.layers.MaxPooling2D(name="stage_1_pool")(x)
    x = _residual(x, 64, "stage_1")
    x = _convolution(x, 128, "stage_2_entry")
    x = keras.layers.MaxPooling2D(name="stage_2_pool")(x)
    x = _residual(x, 128, "stage_2")
    x = _convolution(x, 256, "stage_3_entry", stride=2)
    x = _residual(x, 256, "stage_3")
    return keras.Model(input_tensor, x)


def _convolution(x: Any, channels: int, name: str, stride: int = 1) -> Any:
    x = keras.layers.Conv2D(channels, 3, stride, padding="same", use_bias=False, name=f"{name}_conv")(x)
    x = keras.layers.BatchNormalization(momentum=NORM_MOMENTUM, name=f"{name}_norm")(x)
    return keras.layers.ReLU(name=f"{name}_relu")(x)


def _residual(x: Any, channels: int, name: str) -> Any:
    inner = _convolution(_convolution(x, channels, f"{name}_first"), channels, f"{name}_second")
    return keras.layers.Add(name=f"{name}_add")([x, inner])
