"""A bundled Keras model cut before its softmax: what tf-keras-vis explains."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
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


@dataclass(frozen=True)
class FeatureLayer:
    """A layer whose output is a map: its name and kind, and its rows, columns and channels."""

    name: str
    kind: str
    rows: int
    columns: int
    channels: int

    @property
    def words(self) -> str:
        """Name and shape: "out_relu · 7 x 7, 1280 channels"."""
        return f"{self.name} · {self.rows} x {self.columns}, {self.channels} channels"


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
        self.layers: tuple[FeatureLayer, ...] = tuple(
            FeatureLayer(layer.name, type(layer).__name__, *layer.output.shape[1:])
            for layer in network.layers
            if not isinstance(layer, keras.layers.InputLayer | keras.layers.ZeroPadding2D) and _is_map(layer)
        )
        linear = keras.activations.linear
        self._without_activation = {
            layer.name for layer in network.layers if getattr(layer, "activation", None) is linear
        }

    @property
    def last_layer(self) -> str:
        """Name of the last layer whose output is a map."""
        return self.layers[-1].name

    @property
    def stage_ends(self) -> tuple[FeatureLayer, ...]:
        """What each stage hands on: the last layer before the map shrinks, and the last of all.

        Maps of several depths may be joined at the end to one that is finer again; it comes last all the same. A
        convolution without activation is only on its way to one, and ends nothing.
        """
        ends: list[FeatureLayer] = []
        for layer in (layer for layer in self.layers if layer.name not in self._without_activation):
            if ends and layer.rows * layer.columns == ends[-1].rows * ends[-1].columns:
                ends[-1] = layer
            elif not ends or layer.rows * layer.columns < ends[-1].rows * ends[-1].columns:
                ends.append(layer)
        return (*ends, *(layer for layer in self.layers[-1:] if layer != ends[-1]))

    def feature_maps(self, pixels: np.ndarray, layers: tuple[str, ...]) -> list[np.ndarray]:
        """Return what layers answer to a photo at the input size, float32 arrays of shape (rows, columns, channels)."""
        with self.lock:
            stages = keras.Model(self.network.inputs, [self.network.get_layer(name).output for name in layers])
            answers = stages([pixels[None].astype(np.float32)], training=False)
            return [np.asarray(answer)[0] for answer in keras.tree.flatten(answers)]


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
) -> Any:
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
    return np.asarray(found, np.float32)[0]


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


@lru_cache(maxsize=2)
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


def _is_map(layer: Any) -> bool:
    shape: tuple[int | None, ...] = tuple(getattr(layer.output, "shape", ()))
    if len(shape) != 4 or None in shape[1:]:
        return False
    return (shape[1] or 0) * (shape[2] or 0) > 1
