"""``history.csv``: what each epoch of a training came to."""

from __future__ import annotations

import csv
from dataclasses import dataclass, fields
from pathlib import Path


@dataclass(frozen=True)
class EpochRecord:
    """One row of ``history.csv``: the epoch from 1, its losses, the share of right answers, its rate and duration."""

    epoch: int
    loss: float
    validation_loss: float
    validation_accuracy: float
    learning_rate: float
    seconds: float


def write_history(folder: Path, history: tuple[EpochRecord, ...]) -> None:
    """Write ``history.csv``."""
    with (folder / "history.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        names = [f.name for f in fields(EpochRecord)]
        writer.writerow(names)
        writer.writerows([[f"{getattr(row, n):.6g}" for n in names] for row in history])
