"""A fine feature map of several depths, and attention over its places: for defects far smaller than the picture.

A mean over a tall picture drowns a thin crack. Attention weighs the places before they are averaged: each place gets
a score, the softmax of the scores over all places is its weight. The weighted map is the last feature map, so that
average pooling and one dense layer follow as ever, and the class activation map stays exact.
Ilse, Tomczak, Welling, "Attention-based Deep Multiple Instance Learning", ICML 2018.
"""

from __future__ import annotations

import math
from typing import Any

import keras

from defect_app.errors import InvalidRecipe

ATTENDED_LAYER = "attended"
SCORES_LAYER = "attention_scores"
DEPTHS_LAYER = "depths_features"
_CHANNELS = 64


def joined_depths(maps: list[Any]) -> tuple[Any, tuple[str, ...]]:
    """Join feature maps of several depths at the finest one's size, and mix them by two convolutions.

    The first convolution looks at one place at a time, so it may as well come before a coarse map is enlarged: the sum
    over the depths is what one convolution over all of them would give, in less time.

    Parameters
    ----------
    maps : list of KerasTensor, shape (batch, rows, columns, n_channels)
        Of one network; the sides of the finer ones are multiples of those of the coarser ones.

    Returns
    -------
    tuple
        The joined map, shape (batch, rows, columns, 64); and the names of the layers that mix it.

    Raises
    ------
    InvalidRecipe
        If the sizes do not fit together.
    """
    rows, columns = (max(sizes) for sizes in zip(*(m.shape[1:3] for m in maps), strict=True))
    # Glorot's bound for one convolution over all depths.
    bound = math.sqrt(6 / (sum(m.shape[3] for m in maps) + _CHANNELS))
    mixed = []
    for number, map_ in enumerate(maps, start=1):
        if rows % map_.shape[1] or columns % map_.shape[2]:
            raise InvalidRecipe("The feature maps of these depths do not match.", "Use sides divisible by 32.")
        start = keras.initializers.RandomUniform(-bound, bound)
        mixing = keras.layers.Conv2D(
            _CHANNELS, 1, use_bias=number == 1, kernel_initializer=start, name=f"depths_mixed_{number}"
        )
        times = (rows // map_.shape[1], columns // map_.shape[2])
        upward = keras.layers.UpSampling2D(times, interpolation="bilinear", name=f"depths_{number}")
        mixed.append(mixing(map_) if times == (1, 1) else upward(mixing(map_)))
    x = keras.layers.Add(name="depths")(mixed) if len(mixed) > 1 else mixed[0]
    x = keras.layers.ReLU(name="depths_relu")(x)
    x = keras.layers.Conv2D(_CHANNELS, 3, padding="same", activation="relu", name=DEPTHS_LAYER)(x)
    return x, (*(f"depths_mixed_{number}" for number in range(1, len(maps) + 1)), DEPTHS_LAYER)


def attended(features: Any) -> tuple[Any, Any]:
    """Weigh the places of a feature map.

    Parameters
    ----------
    features : KerasTensor, shape (batch, rows, columns, n_channels)
        A feature map.

    Returns
    -------
    tuple of KerasTensor
        The map times its places' weights, which have the mean 1; and the scores, shape (batch, n_places).
    """
    rows, columns = features.shape[1:3]
    scores = keras.layers.Flatten(name="attention_places")(keras.layers.Conv2D(1, 1, name=SCORES_LAYER)(features))
    weights = keras.layers.Softmax(name="attention_weights")(scores)
    weights = keras.layers.Rescaling(float(rows * columns), name="attention_scale")(weights)
    weights = keras.layers.Reshape((rows, columns, 1), name="attention_map")(weights)
    return keras.layers.Multiply(name=ATTENDED_LAYER)([features, weights]), scores
