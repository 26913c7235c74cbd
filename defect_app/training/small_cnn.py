"""A plain network of four convolutions for trainers: small enough to be trained from scratch while one watches."""

from __future__ import annotations

from typing import Any

import keras

CHANNELS = (32, 64, 128, 192)


def small_cnn(x: Any) -> Any:
    """Return the last feature map, at an eighth of the pictures' size: batch norm follows each convolution.

    Parameters
    ----------
    x : KerasTensor, shape (batch, height, width, 3)
        Scaled pictures.
    """
    for block, channels in enumerate(CHANNELS, start=1):
        x = keras.layers.Conv2D(channels, 3, padding="same", use_bias=False, name=f"conv_{block}")(x)
        x = keras.layers.BatchNormalization(name=f"norm_{block}")(x)
        x = keras.layers.ReLU(name=f"relu_{block}")(x)
        if block < len(CHANNELS):
            x = keras.layers.MaxPooling2D(name=f"pool_{block}")(x)
    return x
