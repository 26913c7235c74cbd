"""Look inside: what each stage of a network answers to a photo, from the first edges to the last features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from defect_app.explanation.gradient_engines import gradient_engine
from defect_app.inspection import Inspector

STRONGEST = 6
MOST_STAGES = 5
_WORDS = (
    "Edges, spots and colours: what is light against dark, at full detail.",
    "Textures and corners: edges put together.",
    "Small patterns: a rim, a scratch, a letter.",
    "Parts of things, roughly placed.",
    "Whole meanings, coarsely placed: what the classifier reads.",
)
_JOINED_WORDS = "Several stages put together, each place weighed by how telling it is: what the classifier reads."


@dataclass(frozen=True, eq=False)
class Stage:
    """The strongest feature maps of one stage.

    Attributes
    ----------
    layer : str
        Its last layer.
    words : str
        What such a stage usually sees.
    rows, columns, channels : int
        Of the layer's output.
    maps : ndarray of float32, shape (n_maps, rows, columns)
        In [0, 1], each scaled to its own strongest place; the strongest first.
    """

    layer: str
    words: str
    rows: int
    columns: int
    channels: int
    maps: np.ndarray


def look_inside(model: Inspector, pixels: np.ndarray) -> tuple[Stage, ...]:
    """Return the strongest feature maps of up to five stages, early to late.

    Strong is a map that varies much over the photo, against the layer's others.

    Parameters
    ----------
    model : Inspector
        The loaded model.
    pixels : ndarray of uint8, shape (height, width, 3)
        The photo at the input size.

    Raises
    ------
    ModelUnavailable
        If the model cannot be run by layers.
    """
    engine = gradient_engine(model)
    ends = engine.stage_ends[-MOST_STAGES:]
    places = np.linspace(0, len(_WORDS) - 1, len(ends)).round().astype(int) if len(ends) > 1 else [len(_WORDS) - 1]
    answers = engine.feature_maps(pixels, tuple(layer.name for layer in ends))
    words = [_WORDS[place] for place in places]
    if len(ends) > 1 and ends[-1].rows > ends[-2].rows:
        words[-1] = _JOINED_WORDS
    return tuple(
        Stage(layer.name, description, layer.rows, layer.columns, layer.channels, strongest_maps(answer))
        for layer, description, answer in zip(ends, words, answers, strict=True)
    )


def strongest_maps(answer: np.ndarray, count: int = STRONGEST) -> np.ndarray:
    """Return the maps that vary most, each scaled to [0, 1].

    Parameters
    ----------
    answer : ndarray, shape (rows, columns, channels)
        A layer's output.
    count : int
        How many at most.

    Returns
    -------
    ndarray of float32, shape (n_maps, rows, columns)
        The strongest first; a constant map is all zero.
    """
    chosen = np.argsort(-answer.std(axis=(0, 1)), kind="stable")[:count]
    maps = np.moveaxis(answer[..., chosen], -1, 0).astype(np.float32)
    low = maps.min(axis=(1, 2), keepdims=True)
    span = maps.max(axis=(1, 2), keepdims=True) - low
    scaled: np.ndarray = (maps - low) / np.where(span > 0, span, 1.0)
    return scaled
