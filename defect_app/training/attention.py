"""A fine feature map of several depths, and attention over its places: for defects far smaller than the picture.

A mean over a tall picture drowns a thin crack. Attention weighs the places before they are averaged: each place gets
a score, the softmax of the scores over all places is its weight. The weighted map is the last feature map, so that
average pooling and one dense layer follow as ever, and the class activation map stays exact.
Ilse, Tomczak, Welling, "Attention-based Deep Multiple Instance Learning", ICML 2018.
"""

from __future__ import annotations

from typing import Any

import keras

from defect_app.errors import InvalidRecipe

ATTENDED_LAYER = "attended"
SCORES_LAYER = "attention_scores"
DEPTHS_LAYER = "depths_features"
_CHANNELS = 64


def joined_depths(maps: list[Any]) -> Any:
    """Join feature maps of several depths at the finest one's size, and mix them by two convolutions.

    Parameters
    ----------
    maps : list of KerasTensor, shape (batch, rows, columns, n_channels)
        Of one network; the sides of the finer ones are multiples of those of the coarser ones.

    Returns
    -------
    KerasTensor, shape (batch, rows, columns, 64)

    Raises
    ------
    InvalidRecipe
        If the sizes do not fit together.
    """
    rows, columns = (max(sizes) for sizes in zip(*(m.shape[1:3] for m in maps), strict=True))
    enlarged = []
    for number, map_ in enumerate(maps, start=1):
        if rows % map_.shape[1] or columns % map_.shape[2]:
            raise InvalidRecipe("The feature maps of these depths do not match.", "Use sides divisible by 32.")
        times = (rows // map_.shape[1], columns // map_.shape[2])
        upward = keras.layers.UpSampling2D(times, interpolation="bilinear", name=f"depths_{number}")
        enlarged.append(map_ if times == (1, 1) else upward(map_))
    x = keras.layers.Concatenate(name="depths")(enlarged)
    x = keras.layers.Conv2D(_CHANNELS, 1, activation="relu", name="depths_mixed")(x)
    return keras.layers.Conv2D(_CHANNELS, 3, padding="same", activation="relu", name=DEPTHS_LAYER)(x)


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
