"""Run a bundled model over labelled pictures: the very files, precision and intake that serve."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from defect_app.evaluation.cache import PROBABILITY_PREFIX
from defect_app.intake import Rejection

if TYPE_CHECKING:
    from defect_app.inspection import Inspected, Inspector


@dataclass(frozen=True)
class EvaluatedPicture:
    """A labelled picture to evaluate: its name, bytes, true class, and place in the splits."""

    image: str
    data: bytes
    actual: str
    split: str
    leaked: bool = False
    fold: int = -1


def evaluate_pictures(
    inspector: Inspector,
    pictures: Iterable[EvaluatedPicture],
    *,
    run: int = 0,
    progress: Callable[[int], None] | None = None,
) -> pd.DataFrame:
    """Judge labelled pictures, and return the rows of ``evaluation.parquet``.

    Parameters
    ----------
    inspector : Inspector
        The model.
    pictures : iterable of EvaluatedPicture
        Read lazily.
    run : int
        0 for the bundled model.
    progress : callable, optional
        Called with the number of pictures done.

    Raises
    ------
    ValueError
        If a picture cannot be used, or its class is none of the model's.
    """
    waiting: list[EvaluatedPicture] = []

    def files() -> Iterable[tuple[str, bytes]]:
        for picture in pictures:
            if picture.actual not in inspector.spec.class_names:
                raise ValueError(f"{picture.image}: {picture.actual!r} is no class of {inspector.spec.id}")
            waiting.append(picture)
            yield picture.image, picture.data

    rows = []
    for done, result in enumerate(inspector.inspect_many(files(), whole_photos=True), start=1):
        picture = waiting.pop(0)
        if isinstance(result, Rejection):
            raise ValueError(f"{picture.image}: {result.reason}")
        rows.append(evaluation_row(picture, result, inspector.spec.class_names, run))
        if progress is not None:
            progress(done)
    return pd.DataFrame(rows)


def evaluation_row(
    picture: EvaluatedPicture, result: Inspected, names: tuple[str, ...], run: int = 0
) -> dict[str, object]:
    """Return the row of ``evaluation.parquet`` of a picture that a model has judged."""
    row: dict[str, object] = {
        "image": picture.image,
        "sha256": result.photo.sha256,
        "split": picture.split,
        "fold": picture.fold,
        "run": run,
        "actual": picture.actual,
        "leaked": picture.leaked,
    }
    return row | {PROBABILITY_PREFIX + name: np.float32(p) for name, p in zip(names, result.probabilities, strict=True)}
