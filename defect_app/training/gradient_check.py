"""Compares the gradients of a model's file with TensorFlow's own, layer by layer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from defect_app.catalog import ModelSpec
from defect_app.engine.backward import NoGradient
from defect_app.engine.gradient_engine import GradientEngine
from defect_app.publishing.training_record import GradientCheck

PICTURES = 20
BOUND = 0.05
"""Greatest difference that is taken for the same gradient, see `GradientCheck.worst`. Two libraries add in another
order, and where that moves a place over an activation's bound, its gradient jumps: the bundled models differ by up to
0.032 for that alone, on single pictures, while others of the same layer agree to 1e-5. A wrong rule differs by tenths,
and on each picture."""
PHOTO = "the photo"
_AT_ONCE = 24
"""Layers differentiated in one go: all their maps are in memory."""


def check_gradients(server: Any, spec: ModelSpec, folder: Path, pictures: np.ndarray) -> GradientCheck:
    """Differentiate logits by every layer's output, and by the photo, in OpenVINO and in TensorFlow.

    Parameters
    ----------
    server : keras.Model
        The network as it was trained.
    spec : ModelSpec
        What it is.
    folder : Path
        Holds ``model.xml`` and ``explain.npz``.
    pictures : ndarray of uint8, shape (n, height, width, 3)
        The first `PICTURES` are taken; each one asks for another class.

    Returns
    -------
    GradientCheck
        A network with an operation whose gradient is not known, or beyond the bound, is not `usable`.
    """
    try:
        engine = GradientEngine(spec, folder)
        names = [layer.name for layer in engine.layers]
        worst, worst_layer = 0.0, ""
        for name, difference in _differences(server, engine, names, pictures[:PICTURES]):
            if difference > worst:
                worst, worst_layer = difference, name
    except NoGradient as error:
        return GradientCheck(problem=str(error))
    return GradientCheck(len(pictures[:PICTURES]), len(names), worst, worst_layer, BOUND)


def _differences(
    server: Any, engine: GradientEngine, names: list[str], pictures: np.ndarray
) -> Iterator[tuple[str, float]]:
    logits = server.get_layer("probabilities").input
    n_classes = logits.shape[-1]
    directions = np.eye(n_classes, dtype=np.float32)[np.arange(len(pictures)) % n_classes]
    for start in range(0, len(names), _AT_ONCE):
        part = tuple(names[start : start + _AT_ONCE])
        network = keras.Model(server.inputs, [logits, *(server.get_layer(name).output for name in part)])
        for picture, direction in zip(pictures, directions, strict=True):
            found = engine.at_layers(picture, direction, part)
            for name, layer, wanted in zip(part, found, _by_tape(network, picture, direction)[:-1], strict=True):
                yield name, _distance(layer.gradient, wanted)
    photo_alone = keras.Model(server.inputs, logits)
    for picture, direction in zip(pictures, directions, strict=True):
        *_, wanted = _by_tape(photo_alone, picture, direction)
        yield PHOTO, _distance(engine.at_photo(picture, direction), wanted)
    engine.release()


def _by_tape(network: Any, picture: np.ndarray, direction: np.ndarray) -> list[np.ndarray]:
    """Return the gradients by a network's outputs after the logits, and by the photo."""
    photo = tf.constant(picture[None], tf.float32)
    with tf.GradientTape() as tape:
        # Frozen networks have no weights that the tape would follow: it follows the photo.
        tape.watch(photo)
        logits, *maps = keras.tree.flatten(network([photo], training=False))
        score = tf.reduce_sum(logits * direction)
    found = tape.gradient(score, [*maps, photo], unconnected_gradients=tf.UnconnectedGradients.ZERO)
    return [np.asarray(gradient)[0] for gradient in found]


def _distance(found: np.ndarray, wanted: np.ndarray) -> float:
    length = float(np.linalg.norm(wanted))
    return float(np.linalg.norm(found - wanted)) / length if length else float(np.linalg.norm(found) > 0)
