"""Training history of a model, and what its curves say about over- and underfitting."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from defect_app.errors import DefectLensError

HISTORY_FILE = "history.csv"
_NEEDED = ("epoch", "loss", "validation_loss")
_RISE = 1.15
_STILL_FALLING = 0.97


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
        held = np.isfinite(self.validation_loss)
        return int(self.epoch[held][np.argmin(self.validation_loss[held])]) if held.any() else 0

    @property
    def sentence(self) -> str:
        """One line on over- or underfitting, as read from the curves."""
        held = np.isfinite(self.validation_loss) & np.isfinite(self.loss)
        seen, unseen = self.loss[held], self.validation_loss[held]
        if len(seen) < 3:
            return "Too few epochs to read over- or underfitting from."
        best = int(np.argmin(unseen))
        last = float(np.mean(unseen[-2:]))
        if last > _RISE * unseen[best] and seen[-1] < seen[best]:
            said = f"Validation loss rises after epoch {self.epoch[held][best]} while training loss still falls"
            return f"{said}: it overfits from there on."
        if best >= len(unseen) - 2 and unseen[-1] < _STILL_FALLING * unseen[-3]:
            return "Validation loss is still falling at the end: longer training may help (underfitting)."
        said = f"Validation loss is lowest at epoch {self.epoch[held][best]} and then stays level"
        return f"{said}: no sign of overfitting."


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
