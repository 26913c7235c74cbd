"""A Keras model cut before its softmax: what tf-keras-vis explains."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from defect_app.errors import ModelUnavailable

KERAS_FILE = "model.keras"
SOFTMAX_LAYER = "probabilities"
_loading = threading.Lock()


class LogitModel:
    """A network from RGB 0..255 to logits, with a lock: one caller at a time.

    A saturated softmax has no gradient left, so explanations start from the logits.

    Parameters
    ----------
    network : keras.Model
        One input of shape (batch, height, width, 3), one output of shape (batch, n_classes), flat.
    """

    def __init__(self, network: Any) -> None:
        self.network = network
        self.lock = threading.RLock()


def score_of(direction: np.ndarray) -> Callable[[Any], Any]:
    """Return the function from logits, shape (batch, n_classes), to the score, shape (batch,), of a direction."""
    weights = tf.constant(direction, tf.float32)
    return lambda logits: tf.linalg.matvec(tf.cast(logits, tf.float32), weights)


def evidence(
    visualiser: Any,
    model: LogitModel,
    pixels: np.ndarray,
    score: Callable[[Any], Any],
    layer: str,
    **options: Any,
) -> np.ndarray:
    """Run a class activation method of tf-keras-vis on one photo; return the raw map, shape (rows, columns).

    The map stays as coarse as the layer and is not normalised: tf-keras-vis would stretch it to [0, 1] even where
    there is no evidence at all.
    """
    with model.lock:
        found = visualiser(model.network, clone=False)(
            score,
            pixels[None].astype(np.float32),
            penultimate_layer=layer,
            seek_penultimate_conv_layer=False,
            expand_cam=False,
            normalize_cam=False,
            unconnected_gradients=tf.UnconnectedGradients.ZERO,
            **options,
        )
    evidence_map: np.ndarray = np.asarray(found, np.float32)[0]
    return evidence_map


def load_logit_model(folder: Path) -> LogitModel:
    """Return the Keras model of a folder, loaded once a process.

    Raises
    ------
    ModelUnavailable
        If the folder has no Keras file (quantised copies have none), or it cannot be read.
    """
    path = folder / KERAS_FILE
    if not path.is_file():
        raise ModelUnavailable(
            f"{folder.name} has no {KERAS_FILE}, so there is nothing to take gradients of.",
            "Use the class activation map, or the model that this copy was made of.",
        )
    stat = path.stat()
    # Two callers at once must not load the same network twice.
    with _loading:
        return _loaded(path, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=1)
def _loaded(path: Path, size: int, modified_ns: int) -> LogitModel:
    # Size and time are part of the key only: a replaced file is loaded anew.
    try:
        whole = keras.models.load_model(path, safe_mode=True, compile=False)
        return LogitModel(keras.Model(whole.inputs, whole.get_layer(SOFTMAX_LAYER).input, name="logits"))
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ModelUnavailable(
            f"{path.parent.name}: {KERAS_FILE} cannot be loaded ({str(error).splitlines()[0] if str(error) else ''}).",
            "Restore the model folder.",
        ) from error
