"""A shallow network for scratches on surfaces, which looks at several scales at once; trained from scratch.

After the description in "Mobile Phone Scratch Classification using Deep Learning": a shallow multi-scale CNN for
surface scratches, used alone or joined with a pretrained network. The layers are ours: the report does not list them.
"""

from __future__ import annotations

from typing import Any

import keras

from defect_app.training.from_scratch import convolution

STEM_CHANNELS = 24
SCALES = (1, 2, 4)
"""Dilations of the parallel 3x3 convolutions: they see 3, 5 and 9 places wide at the same cost."""
BLOCK_CHANNELS = (48, 96, 144)


def wearnet(x: Any) -> Any:
    """Return the last feature map after a stem and three multi-scale blocks, at a sixteenth of the pictures' size.

    Parameters
    ----------
    x : KerasTensor, shape (batch, height, width, 3)
        Scaled pictures.
    """
    x = convolution(x, STEM_CHANNELS, "wear_stem", kernel=5, stride=2)
    for block, channels in enumerate(BLOCK_CHANNELS, start=1):
        x = _multi_scale(x, channels, f"wear_block_{block}")
        x = keras.layers.MaxPooling2D(name=f"wear_pool_{block}")(x)
    return x


def _multi_scale(x: Any, channels: int, name: str) -> Any:
    """Look at each scale in a branch of its own, and let a 1x1 convolution weigh what they saw."""
    branches = [
        convolution(x, channels // len(SCALES), f"{name}_scale_{dilation}", dilation=dilation) for dilation in SCALES
    ]
    seen = keras.layers.Concatenate(name=f"{name}_scales")(branches)
    return convolution(seen, channels, f"{name}_mixed", kernel=1)
