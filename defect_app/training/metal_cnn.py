"""The plain network of the metal report: three convolutions from scratch, each followed by halving.

After "Healthy-Defective Metal Object Classification": 32, 32 and 64 channels, 3x3, ReLU, max-pooling by 2.
"""

from __future__ import annotations

from typing import Any

import keras

CHANNELS = (32, 32, 64)


def metal_cnn(x: Any) -> Any:
    """Return the map after the third halving, as the report's head takes it.

    Parameters
    ----------
    x : KerasTensor, shape (batch, height, width, 3)
        Scaled pictures.
    """
    for block, channels in enumerate(CHANNELS, start=1):
        x = keras.layers.Conv2D(channels, 3, name=f"conv_{block}")(x)
        x = keras.layers.ReLU(name=f"relu_{block}")(x)
        x = keras.layers.MaxPooling2D(name=f"pool_{block}")(x)
    return x
