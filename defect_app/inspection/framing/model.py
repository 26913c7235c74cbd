"""What a model folder holds to find the part in a photo: ``framing.npz``."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from defect_app.catalog.spec import FRAMING_FILE
from defect_app.engine import WindowFilter
from defect_app.errors import ModelUnavailable

__all__ = ["CONTEXT_CELLS", "FRAMING_FILE", "FrameModel"]

CONTEXT_CELLS = 1
"""Cells of surroundings on each side that the fine filter sees beside the frame."""


@dataclass(frozen=True, eq=False)
class FrameModel:
    """Filters on a model's own feature map that find the part, and from when on a found frame counts.

    Attributes
    ----------
    layer : str
        The map, see `engine.FrameNetwork`.
    stride : int
        Pixels of a cell of the map.
    coarse : WindowFilter
        Five answers for a window: how much it is a frame (about 1 for one, 0 for none), and by how much the frame lies
        to the right of it, below it, and is wider and taller: shares of its sides, and logarithms of factors.
    fine : WindowFilter
        The latter four, for a frame with `CONTEXT_CELLS` of its surroundings.
    least_score : float
        Of the first answer: what lies below is no part.
    most_distance : float
        The greatest distance to the training photos at which a found frame counts as familiar. It is a limit of its
        own, fitted on searched photos of other things: among thousands of frames one is always the nearest.
    """

    layer: str
    stride: int
    coarse: WindowFilter
    fine: WindowFilter
    least_score: float
    most_distance: float

    def rounded(self) -> FrameModel:
        """Return the model as it will be read back: weights are stored in half precision."""

        def half(filter_: WindowFilter) -> WindowFilter:
            return replace(filter_, weights=filter_.weights.astype(np.float16).astype(np.float32))

        return replace(self, coarse=half(self.coarse), fine=half(self.fine))

    def save(self, path: Path) -> None:
        """Write ``framing.npz``."""
        np.savez_compressed(
            path,
            layer=np.str_(self.layer),
            stride=np.int64(self.stride),
            coarse=self.coarse.weights.astype(np.float16),
            coarse_bias=self.coarse.bias.astype(np.float32),
            fine=self.fine.weights.astype(np.float16),
            fine_bias=self.fine.bias.astype(np.float32),
            limits=np.array([self.least_score, self.most_distance], np.float64),
        )

    @classmethod
    def load(cls, path: Path) -> FrameModel:
        """Read ``framing.npz``.

        Raises
        ------
        ModelUnavailable
            If the file is missing, damaged, or holds something else.
        """
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                coarse, fine = (
                    WindowFilter(stored[name].astype(np.float32), stored[f"{name}_bias"].astype(np.float32))
                    for name in ("coarse", "fine")
                )
                least_score, most_distance = map(float, stored["limits"])
                model = cls(str(stored["layer"]), int(stored["stride"]), coarse, fine, least_score, most_distance)
                _check_shapes(model)
                return model
        except (OSError, EOFError, KeyError, ValueError, TypeError, BadZipFile, zlib.error) as error:
            raise ModelUnavailable(f"{path.parent.name}: {path.name} cannot be read.", "Restore the folder.") from error


def _check_shapes(model: FrameModel) -> None:
    for filter_, n_answers in ((model.coarse, 5), (model.fine, 4)):
        if filter_.weights.ndim != 4 or filter_.weights.shape[0] != n_answers or filter_.bias.shape != (n_answers,):
            raise ValueError(f"expected a filter of {n_answers} answers, got weights of {filter_.weights.shape}")
        if not (np.isfinite(filter_.weights).all() and np.isfinite(filter_.bias).all()):
            raise ValueError("expected finite weights")
    if model.stride < 1 or min(model.fine.rows, model.fine.columns) <= 2 * CONTEXT_CELLS:
        raise ValueError("expected a stride of at least a pixel and a fine filter larger than its surroundings")
    if not np.isfinite([model.least_score, model.most_distance]).all():
        raise ValueError("expected finite limits")
