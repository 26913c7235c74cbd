"""Training history of a model, and what its curves say about over- and underfitting."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from defect_app.errors import DefectLensError

HISTORY_FILE = "history.csv"
_NEEDED = ("epoch", "loss", "validation_loss")
_LEAST_EPOCHS = 5
_CHANGE = 0.03
"""Of the loss: a trend below this share says nothing, however steady it is."""
_HIDDEN = 0.25
"""Of the loss: a rise of this share is worth knowing; where noise could hide it, nothing is told."""
_SURE = 2.0
"""A trend counts from so many standard deviations of what the curve jumps from epoch to epoch."""
_NOT_LEARNT = 0.98
"""Of its first value: a loss that ends above it has not fallen."""
_APART = 0.3
"""Of the losses: so far apart, with training's below half of validation's, they tell of learning by heart."""
_FALLEN = 0.05
"""Of the accuracy: a fall from its best that is worth knowing."""


@dataclass(frozen=True)
class TrainingHistory:
    """A training, epoch by epoch.

    Attributes
    ----------
    epoch : ndarray of int, shape (m,)
        From 1.
    loss, validation_loss, validation_accuracy : ndarray, shape (m,)
        Accuracy in [0, 1], NaN where it was not recorded.
    """

    epoch: np.ndarray
    loss: np.ndarray
    validation_loss: np.ndarray
    validation_accuracy: np.ndarray

    @property
    def best_epoch(self) -> int:
        """The epoch with the least validation loss; 0 where none is a number."""
        finite = np.isfinite(self.validation_loss)
        return int(self.epoch[finite][np.argmin(self.validation_loss[finite])]) if finite.any() else 0

    @property
    def sentence(self) -> str:
        """One line on over- or underfitting, as read from the curves."""
        finite = np.isfinite(self.validation_loss) & np.isfinite(self.loss)
        if finite.sum() < _LEAST_EPOCHS:
            return "Too few epochs to read over- or underfitting from."
        if not finite[-1]:
            last = self.epoch[finite][-1]
            return f"After epoch {last} the loss is no number: the training came apart there."
        epoch, seen, unseen = self.epoch[finite], self.loss[finite], self.validation_loss[finite]
        best, end, noise = int(np.argmin(unseen)), max(2, len(unseen) // 5), _noise(unseen)
        lowest = float(unseen[best])
        rise = float(unseen[-end:].mean()) - lowest
        # The least of m values lies below the course by about sqrt(2 ln m) standard deviations of the noise alone.
        doubt = noise * (np.sqrt(2 * np.log(len(unseen))) + _SURE / np.sqrt(end))
        after = best < len(unseen) - end
        if after and rise > max(_CHANGE * lowest, doubt) and seen[-end:].mean() < seen[best]:
            rises = f"Validation loss rises by {rise / lowest:.0%} after epoch {epoch[best]}"
            falls = f"while training loss still falls{self._accuracy_words(finite, best)}"
            return f"{rises} {falls}: it overfits from there on."
        if seen[-end:].mean() >= _NOT_LEARNT * seen[0] and unseen[-end:].mean() >= _NOT_LEARNT * unseen[0]:
            return "Neither loss falls: nothing is learnt that can be seen."
        third = max(3, len(unseen) // 3)
        fall = -_slope(unseen[-third:]) * (third - 1)
        if fall > max(_CHANGE * unseen[-third:].mean(), _SURE * noise):
            falls = f"Validation loss still falls, by {fall / unseen[-third]:.0%} over the last {third} epochs"
            return f"{falls}: longer training may help (underfitting)."
        if after and rise > _CHANGE * lowest and doubt > _HIDDEN * lowest:
            ends = f"Validation loss ends {rise / lowest:.0%} above its lowest, at epoch {epoch[best]}"
            return f"{ends}, but changes by {noise / lowest:.0%} from epoch to epoch: overfitting cannot be told."
        return self._level_words(finite, float(seen[-end:].mean()), float(unseen[-end:].mean()))

    def _level_words(self, finite: np.ndarray, seen: float, unseen: float) -> str:
        """Say what a validation loss that is level at its end hides, by both losses there."""
        fallen = self._fallen_accuracy(finite)
        if fallen:
            return f"Validation loss is level at the end, but {fallen}: the two do not say the same."
        if unseen - seen > _APART and seen < unseen / 2:
            ends = f"Validation loss is level at {unseen:.2f}, training loss at {seen:.2f}"
            return f"{ends}: much of what is learnt does not carry over."
        return "Validation loss is level at the end: no sign of overfitting."

    def _fallen_accuracy(self, finite: np.ndarray) -> str:
        accuracy = self.validation_accuracy[finite]
        if not np.isfinite(accuracy).all():
            return ""
        end = max(2, len(accuracy) // 5)
        best, last = float(accuracy.max()), float(accuracy[-end:].mean())
        fell = best - last > max(_FALLEN, _SURE * _noise(accuracy))
        return f"accuracy falls from {best:.2f} to {last:.2f}" if fell else ""

    def _accuracy_words(self, finite: np.ndarray, best: int) -> str:
        accuracy = self.validation_accuracy[finite]
        if not np.isfinite(accuracy).all():
            return ""
        return f" and accuracy goes from {accuracy[best]:.2f} to {accuracy[-1]:.2f}"


def _noise(values: np.ndarray) -> float:
    """Return the standard deviation of a curve about its own course, by the median of its second differences.

    Of a curve of nine values and more its first third, where it falls steeply, is left out.
    """
    values = values[len(values) // 3 :] if len(values) >= 9 else values
    # Of independent noise of variance s**2 the second differences have the variance 6 s**2; a straight course has none.
    return float(1.4826 * np.median(np.abs(np.diff(values, 2))) / np.sqrt(6))


def _slope(values: np.ndarray) -> float:
    return float(np.polyfit(np.arange(len(values)), values, 1)[0])


def read_history(folder: Path) -> TrainingHistory:
    """Read ``history.csv`` of a model folder.

    Raises
    ------
    DefectLensError
        If it is missing or is not such a table.
    """
    try:
        table = pd.read_csv(folder / HISTORY_FILE)
        columns = {name: pd.to_numeric(table[name], errors="coerce").to_numpy(np.float64) for name in _NEEDED}
    except FileNotFoundError as error:
        raise DefectLensError(f"{folder.name} has no training history.") from error
    except (OSError, KeyError, ValueError) as error:
        raise DefectLensError(f"{folder.name}: {HISTORY_FILE} cannot be read ({error}).") from error
    accuracy = table["validation_accuracy"] if "validation_accuracy" in table else pd.Series(np.nan, table.index)
    numbers = pd.to_numeric(accuracy, errors="coerce").to_numpy(np.float64)
    epoch = np.nan_to_num(columns["epoch"]).astype(np.int64)
    return TrainingHistory(epoch, columns["loss"], columns["validation_loss"], numbers)
