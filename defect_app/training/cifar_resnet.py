"""A small residual network for 32-pixel pictures, trained from scratch.

After He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", CVPR 2016, section 4.2; wider and shallower
than there, because a few wide convolutions use a processor better than many narrow ones.
"""

from __future__ import annotations

from typing import Any

import keras

from defect_app.training.from_scratch import convolution


def cifar_resnet(x: Any) -> Any:
    """Return the last feature map, 256 channels, at an eighth of the pictures' size.

    Parameters
    ----------
    x : KerasTensor, shape (batch, height, width, 3)
        Scaled pictures.
    """
    x = convolution(x, 32, "stem")
    x = convolution(x, 64, "stage_1_entry")
    x = keras.layers.MaxPooling2D(name="stage_1_pool")(x)
    x = _residual(x, 64, "stage_1")
    x = convolution(x, 128, "stage_2_entry")
    x = keras.layers.MaxPooling2D(name="stage_2_pool")(x)
    x = _residual(x, 128, "stage_2")
    x = convolution(x, 256, "stage_3_entry", stride=2)
    return _residual(x, 256, "stage_3")


def _residual(x: Any, channels: int, name: str) -> Any:
    inner = convolution(convolution(x, channels, f"{name}_first"), channels, f"{name}_second")
    return keras.layers.Add(name=f"{name}_add")([x, inner])
