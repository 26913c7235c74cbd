"""Trains the upper blocks of the bundled network on photos in memory: what a taught product is fine-tuned by.

The lower blocks stay, so they see each changed view of a photo once (see `views`); the folds of a cross-validation are
trained on the same views.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Final

import keras
import numpy as np
import openvino as ov

from defect_app.catalog import InputSpec
from defect_app.errors import ModelUnavailable
from defect_app.progress import Progress
from defect_app.recipes.entries import (
    AugmentationEntries,
    BackboneEntries,
    LossEntries,
    OptimiserEntries,
    ScheduleEntries,
)
from defect_app.training.augmentation import augment
from defect_app.training.backbones import build_backbone
from defect_app.training.batches import AugmentedPictures
from defect_app.training.fit import FitResult, FitSettings, fit, predict_logits
from defect_app.training.heads import LOGITS_LAYER
from defect_app.training.losses import classification_loss
from defect_app.training.pictures import TrainingPictures
from defect_app.training.views import CachedViews, FrozenTrunk

CHANGES: Final = AugmentationEntries(
    flip_horizontal=True,
    flip_vertical=True,
    rotation_degrees=12.0,
    zoom=0.1,
    shift=0.05,
    brightness=0.1,
    contrast=0.15,
    blur_px=0.5,
)
LOSS: Final = LossEntries(label_smoothing=0.05, balance_classes=True)
OPTIMISER: Final = OptimiserEntries(learning_rate=5e-4, weight_decay=1e-2, weight_average=0.98)
BATCH: Final = 16
STEPS: Final = 160
"""About so many steps a training takes, however few photos there are: with a third of them metal learnt nothing."""
LEAST_EPOCHS, MOST_EPOCHS = 8, 40
DROPOUT: Final = 0.3
MOST_VIEWS, LEAST_VIEWS = 8, 2
_VIEWS_BYTES = 400_000_000
"""About so much memory the views of all photos may take."""
_BYTES_A_PIXEL = 1
"""Of a view, for each pixel of the photo: 96 channels of two bytes for 16 x 16 pixels, rounded up."""


class BlockTuner:
    """The network, cut before its first trained block, with the views of all photos.

    Parameters
    ----------
    start : Path
        Folder of the bundled MobileNetV2, whose Keras file holds the weights to start from.
    pixels : ndarray of uint8, shape (n_photos, height, width, 3)
        RGB, as the model is to see them; both sides are multiples of 32.
    labels : ndarray of int, shape (n_photos,)
        Index of each photo's class.
    n_classes : int
        At least two.
    first_trained : str
        The first layer that is trained: it and all that follow it.
    progress : callable
        Called while the frozen blocks look at the views. Whatever it raises stops the work.

    Raises
    ------
    ModelUnavailable
        If the start weights cannot be read.
    """

    def __init__(
        self,
        start: Path,
        pixels: np.ndarray,
        labels: np.ndarray,
        n_classes: int,
        first_trained: str,
        progress: Progress,
    ) -> None:
        keras.utils.set_random_seed(0)
        height, width = pixels.shape[1:3]
        built = build_backbone(BackboneEntries("MobileNetV2", weights="none"), height=height, width=width)
        dense = keras.layers.Dense(n_classes, name=LOGITS_LAYER)
        pooled = keras.layers.GlobalAveragePooling2D()(built.features)
        network = keras.Model(built.inputs, dense(keras.layers.Dropout(DROPOUT)(pooled)))
        _take_weights(network, start)
        _freeze_before(network, first_trained)
        self._trunk = FrozenTrunk(network)
        # The dense layer at every place, as the convolution that gradients are known of.
        self._dense, self._at_places = dense, keras.layers.Conv2D(n_classes, 1, name="logits_at_places")
        self._served = keras.Model(network.get_layer(first_trained).input, self._at_places(built.features))
        # All that a training changes, the state of chance in dropout too.
        self._start = [np.array(variable) for variable in self._trunk.top.variables]
        self._targets = np.eye(n_classes, dtype=np.float32)[labels]
        self._plain = self._trunk.features(pixels)
        source = AugmentedPictures(
            TrainingPictures(pixels, self._targets),
            lambda picture, rng: augment(picture, CHANGES, rng),
            InputSpec(height, width, "stretch", "area"),
            changes=repr(CHANGES),
        )
        self._views = self._trunk.views(source, self.views_of(pixels.shape), progress)

    @staticmethod
    def views_of(shape: tuple[int, ...]) -> int:
        """Return how many views there are of each of n photos of a shape (n, height, width, 3)."""
        n_photos, height, width, _ = shape
        return min(MOST_VIEWS, max(LEAST_VIEWS, _VIEWS_BYTES // (n_photos * height * width * _BYTES_A_PIXEL)))

    @staticmethod
    def epochs_for(n_training: int) -> int:
        """Return how many epochs a training on so many photos takes."""
        return min(MOST_EPOCHS, max(LEAST_EPOCHS, round(STEPS / max(1, n_training // BATCH))))

    def tune(self, training: np.ndarray, validation: np.ndarray, progress: Progress, *, epochs: int) -> FitResult:
        """Train from the start weights anew, and keep the epoch that judges the validation photos best.

        Parameters
        ----------
        training, validation : ndarray of int
            Indices of photos; the validation photos choose the epoch.
        progress : callable
            Called after each step with words on the epoch, steps done, and steps in all. What it raises stops the work.
        epochs : int
            See `epochs_for`.

        Raises
        ------
        KeyboardInterrupt
            By Ctrl-C: nothing is kept of a training that was not finished.
        """
        keras.utils.set_random_seed(0)
        for variable, value in zip(self._trunk.top.variables, self._start, strict=True):
            variable.assign(value)
        targets = self._targets[training]
        with tempfile.TemporaryDirectory() as scratch:
            result = fit(
                self._trunk.top,
                CachedViews([self._views.pictures[i] for i in training]),
                TrainingPictures(self._plain[validation], self._targets[validation]),
                classification_loss(LOSS, targets.mean(axis=0)),
                FitSettings(OPTIMISER, ScheduleEntries(epochs, BATCH), epochs, 0, Path(scratch) / "best.weights.h5"),
                lambda done, total, words: progress(words, done, total),
            )
        if result.interrupted:
            raise KeyboardInterrupt
        return result

    def logits(self, photos: np.ndarray) -> np.ndarray:
        """Return the logits of photos, by their indices, as they were taken: shape (n, n_classes)."""
        return predict_logits(self._trunk.top, self._plain[photos])

    def write_blocks(self, file: Path) -> None:
        """Write the trained blocks for OpenVINO: from the last frozen output to a map of logits, in float32.

        Rounded to half precision the same blocks moved logits by 4 % on photos unlike those that they were trained on.
        """
        kernel, bias = self._dense.get_weights()
        self._at_places.set_weights([kernel[None, None], bias])
        with tempfile.TemporaryDirectory() as scratch:
            raw = Path(scratch) / "blocks.xml"
            self._served.export(str(raw), format="openvino", verbose=False)
            core = ov.Core()
            core.set_property({"ENABLE_MMAP": False})
            model = core.read_model(raw)
        ov.save_model(model, file, compress_to_fp16=False)


def _take_weights(network: Any, start: Path) -> None:
    """Take over the start weights of every layer but the last."""
    try:
        source = keras.models.load_model(start / "model.keras", safe_mode=True, compile=False)
        for layer in network.layers:
            if layer.weights and layer.name != LOGITS_LAYER:
                layer.set_weights(source.get_layer(layer.name).get_weights())
    except (OSError, ValueError) as error:
        raise ModelUnavailable(
            f"The start weights in {start.name} cannot be read: {error}", "Restore the folder."
        ) from error


def _freeze_before(network: Any, first_trained: str) -> None:
    """Freeze the layers before the first trained one, and every batch norm: a few photos tell no statistics."""
    reached = False
    for layer in network.layers:
        reached = reached or layer.name == first_trained
        layer.trainable = reached and not isinstance(layer, keras.layers.BatchNormalization)
