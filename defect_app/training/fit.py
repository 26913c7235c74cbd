"""The training loop: schedule, running average of weights, best epoch kept, history, a clean stop by Ctrl-C."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from typing_extensions import override

from defect_app.recipes.entries import OptimiserEntries, ScheduleEntries
from defect_app.training.batches import SampleSource, steps_per_epoch, training_batches
from defect_app.training.history import EpochRecord
from defect_app.training.losses import Loss
from defect_app.training.pictures import TrainingPictures

PREDICTION_BATCH = 32
STEPS_UNTRACED = 1
"""A trial of so few steps runs eagerly: to trace one into a graph takes ten times as long as to do it."""
COSINE_START, COSINE_END = 1 / 20, 1 / 100
ONE_CYCLE_START, ONE_CYCLE_END = 1 / 25, 1 / 250_000
"""First and last learning rate as shares of the greatest one."""


@dataclass(frozen=True)
class FitResult:
    """How a training went; the model holds the weights of the best epoch.

    Attributes
    ----------
    history : tuple of EpochRecord
        Every finished epoch.
    best_epoch : int
        From 1; 0 when none finished.
    interrupted : bool
        Whether Ctrl-C ended it.
    """

    history: tuple[EpochRecord, ...]
    best_epoch: int
    interrupted: bool


@dataclass(frozen=True)
class FitSettings:
    """How a network is trained.

    Attributes
    ----------
    optimiser : OptimiserEntries
        Of the recipe.
    schedule : ScheduleEntries
        Of the recipe; its number of epochs is that of `epochs`.
    epochs, seed : int
        Of this run.
    checkpoint : Path
        A ``.weights.h5`` file that holds the best weights so far.
    steps_limit : int or None
        Steps an epoch at most, for trials.
    """

    optimiser: OptimiserEntries
    schedule: ScheduleEntries
    epochs: int
    seed: int
    checkpoint: Path
    steps_limit: int | None = None


StepProgress = Callable[[int, int, str], None]
"""Called with steps done, steps in all, and a line of words."""


def fit(
    model: Any,
    source: SampleSource,
    validation: TrainingPictures,
    loss: Loss,
    settings: FitSettings,
    progress: StepProgress,
) -> FitResult:
    """Train, and leave the weights of the best epoch in the model.

    Parameters
    ----------
    model : keras.Model
        From the source's samples to logits.
    source : SampleSource
        The training set.
    validation : TrainingPictures
        What is measured after each epoch, of the model's input size.
    loss : callable
        From targets and logits to a loss a picture; it also decides which epoch is the best.
    settings : FitSettings
        How it is trained.
    progress : callable
        See `StepProgress`.
    """
    schedule = settings.schedule
    steps = min(steps_per_epoch(len(source), schedule.batch_size), settings.steps_limit or 10**9)
    batches = training_batches(source, batch_size=schedule.batch_size, epochs=settings.epochs, seed=settings.seed)
    total_steps = steps * settings.epochs
    optimiser = _optimiser(settings.optimiser, schedule, total_steps)
    model.compile(optimizer=optimiser, loss=loss, run_eagerly=total_steps <= STEPS_UNTRACED)
    checkpoint = _BestCheckpoint(validation, loss, settings, steps, progress)
    callbacks: list[Any] = [checkpoint]
    if schedule.kind == "plateau":
        callbacks.append(keras.callbacks.ReduceLROnPlateau("val_loss", factor=0.3, patience=2))
    interrupted = False
    try:
        # The batches come in an order of their own.
        model.fit(batches, epochs=settings.epochs, steps_per_epoch=steps, callbacks=callbacks, verbose=0, shuffle=False)
    except KeyboardInterrupt:
        interrupted = True
    checkpoint.restore_best(model)
    return FitResult(tuple(checkpoint.history), checkpoint.best_epoch, interrupted)


def predict_logits(model: Any, pixels: np.ndarray) -> np.ndarray:
    """Return logits of shape (n, n_classes) for uint8 pictures of shape (n, height, width, 3)."""
    parts = [
        np.asarray(model.predict_on_batch(pixels[start : start + PREDICTION_BATCH].astype(np.float32)))
        for start in range(0, len(pixels), PREDICTION_BATCH)
    ]
    return np.concatenate(parts)


class _BestCheckpoint(keras.callbacks.Callback):
    """Averages the weights, measures them after each epoch, and keeps the best."""

    def __init__(
        self,
        validation: TrainingPictures,
        loss: Loss,
        settings: FitSettings,
        steps: int,
        progress: StepProgress,
    ) -> None:
        super().__init__()
        self.history: list[EpochRecord] = []
        self.best_epoch = 0
        self._validation, self._loss, self._settings = validation, loss, settings
        self._steps, self._progress = settings.epochs * steps, progress
        self._best_loss = float("inf")
        self._average: list[Any] | None = None
        self._done = 0
        self._started = 0.0

    @override
    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Start the epoch's clock."""
        self._started = time.perf_counter()

    @override
    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Move the running average towards the weights."""
        self._done += 1
        decay = self._settings.optimiser.weight_average
        if decay:
            variables = self.model.trainable_variables
            if self._average is None:
                self._average = [np.array(v) for v in variables]
            # A young average follows faster, or the start weights would stay in it.
            inertia = min(decay, (1 + self._done) / (10 + self._done))
            for average, variable in zip(self._average, variables, strict=True):
                np.multiply(average, inertia, out=average)
                np.add(average, (1 - inertia) * np.asarray(variable), out=average)
        loss = (logs or {}).get("loss", float("nan"))
        self._progress(self._done, self._steps, f"epoch {len(self.history) + 1}, loss {loss:.4f}")

    @override
    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Measure, record, and keep the weights if they are the best so far."""
        logs = logs if logs is not None else {}
        current = [np.array(v) for v in self.model.trainable_variables]
        if self._average is not None:
            self._assign(self._average)
        n_classes = self._validation.targets.shape[1]
        logits = predict_logits(self.model, np.asarray(self._validation.pixels))[:, :n_classes]
        value = float(np.mean(np.asarray(self._loss(self._validation.targets, logits))))
        right = float(np.mean(logits.argmax(axis=1) == self._validation.targets.argmax(axis=1)))
        last = self._settings.schedule.keep == "last"
        if last or value < self._best_loss:
            self._best_loss, self.best_epoch = value, epoch + 1
            self._settings.checkpoint.parent.mkdir(parents=True, exist_ok=True)
            self.model.save_weights(self._settings.checkpoint)
        self._assign(current)
        logs["val_loss"] = value
        rate = float(np.asarray(self.model.optimizer.learning_rate))
        seconds = time.perf_counter() - self._started
        self.history.append(EpochRecord(epoch + 1, logs.get("loss", float("nan")), value, right, rate, seconds))
        self._progress(
            self._done,
            self._steps,
            f"epoch {epoch + 1} done in {seconds:.0f} s: validation loss {value:.4f}, accuracy {right:.4f}",
        )
        patience = self._settings.schedule.patience
        if patience and epoch + 1 - self.best_epoch >= patience:
            self.model.stop_training = True

    def restore_best(self, model: Any) -> None:
        """Load the best epoch's weights; without a finished epoch the average so far, or the weights as they are."""
        if self.best_epoch:
            model.load_weights(self._settings.checkpoint)
        elif self._average is not None:
            self._assign(self._average)

    def _assign(self, values: list[Any]) -> None:
        for variable, value in zip(self.model.trainable_variables, values, strict=True):
            variable.assign(value)


def _optimiser(entries: OptimiserEntries, schedule: ScheduleEntries, total_steps: int) -> Any:
    rate: Any = entries.learning_rate
    if schedule.kind in ("cosine", "one_cycle"):
        warm = int(schedule.warm_up * total_steps)
        # One cycle: Smith, Topin, "Super-Convergence", 2018; its shares are PyTorch's. The momentum stays.
        cycle = schedule.kind == "one_cycle"
        start, end = (ONE_CYCLE_START, ONE_CYCLE_END) if cycle else (COSINE_START, COSINE_END)
        rate = keras.optimizers.schedules.CosineDecay(
            entries.learning_rate * start,
            decay_steps=max(1, total_steps - warm),
            warmup_target=entries.learning_rate,
            warmup_steps=max(1, warm),
            alpha=end,
        )
    if entries.kind == "adamw":
        return keras.optimizers.AdamW(rate, weight_decay=entries.weight_decay)
    if entries.kind == "adam":
        return keras.optimizers.Adam(rate)
    if entries.kind == "rmsprop":
        return keras.optimizers.RMSprop(rate)
    return keras.optimizers.SGD(rate, momentum=0.9, nesterov=True, weight_decay=entries.weight_decay)
