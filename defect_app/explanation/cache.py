"""``explanations.parquet``: how well each method finds known defects, with the origin in the file's metadata."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from defect_app.errors import DefectLensError, InvalidDocument
from defect_app.evaluation.stamped_table import read_stamped, write_stamped
from defect_app.explanation.localisation import DILATION
from defect_app.validation import validated

EXPLANATIONS_FILE = "explanations.parquet"
COLUMNS = (
    "image", "sha256", "source", "split", "method", "layer", "p_defect", "hit", "heat_inside", "best_iou", "chance",
)  # fmt: skip
_FIGURES = ("p_defect", "heat_inside", "best_iou", "chance")
_AGAIN = "Run the explain command."


@dataclass(frozen=True)
class ExplanationOrigin:
    """Which model, data and software the figures come from.

    Attributes
    ----------
    model_id, model_sha256 : str
        The model; the hash is `catalog.weights_sha256`.
    dataset : str
        Name of the real pictures' data set; empty where there are scenes alone.
    dilation : float
        See `localisation.DILATION`.
    created : str
        ISO 8601, UTC.
    versions : dict
        Package name to version.
    scenes_version : int or None
        As in `evaluation.EvaluationOrigin`.
    """

    model_id: str
    model_sha256: str
    dataset: str = ""
    dilation: float = DILATION
    created: str = ""
    versions: dict[str, str] = field(default_factory=lambda: {n: version(n) for n in ("openvino", "numpy")})
    scenes_version: int | None = None


@dataclass(frozen=True)
class Explanations:
    """Measured heat maps.

    Attributes
    ----------
    rows : DataFrame
        A row a picture and method: `image`, `sha256`, `source` ("real" or "scene"), `split`, `method`, `layer` (empty
        where the method takes none), `p_defect`, and `hit`, `heat_inside`, `best_iou`, `chance` (see `Localisation`).
    origin : ExplanationOrigin
        Where they come from.
    """

    rows: pd.DataFrame
    origin: ExplanationOrigin


def write_explanations(folder: Path, explanations: Explanations) -> Path:
    """Write ``explanations.parquet`` into a model folder.

    Raises
    ------
    ValueError
        If the columns are not those of the contract.
    """
    if tuple(explanations.rows.columns) != COLUMNS:
        raise ValueError(f"expected the columns {COLUMNS}, got {tuple(explanations.rows.columns)}")
    return write_stamped(folder / EXPLANATIONS_FILE, explanations.rows, asdict(explanations.origin))


def read_explanations(folder: Path) -> Explanations:
    """Read ``explanations.parquet`` of a model folder.

    Raises
    ------
    DefectLensError
        If the file is missing, is not Parquet, lacks a column or carries no origin.
    """
    try:
        rows, origin = read_stamped(folder / EXPLANATIONS_FILE, COLUMNS)
        figures = {name: pd.to_numeric(rows[name]) for name in _FIGURES}
        return Explanations(rows.assign(**figures), validated(ExplanationOrigin, origin))
    except FileNotFoundError as error:
        raise DefectLensError(f"The heat maps of {folder.name} have not been measured yet.", _AGAIN) from error
    except (OSError, TypeError, ValueError, InvalidDocument) as error:
        raise DefectLensError(f"{folder.name}: {EXPLANATIONS_FILE} cannot be read.", _AGAIN) from error
