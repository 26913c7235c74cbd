"""``evaluation.parquet``: one row a picture and run, with the origin of the figures in the file's metadata."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pandas as pd

from defect_app.errors import DefectLensError, InvalidDocument
from defect_app.evaluation.stamped_table import read_stamped, write_stamped
from defect_app.validation import validated

EVALUATION_FILE = "evaluation.parquet"
FIXED_COLUMNS = ("image", "sha256", "split", "fold", "run", "actual", "leaked")
PROBABILITY_PREFIX = "p_"
_AGAIN = "Run the evaluate command again."


@dataclass(frozen=True)
class EvaluationOrigin:
    """Which model, data and software made an evaluation.

    Attributes
    ----------
    model_id, model_sha256 : str
        The model that answered; the hash is `catalog.weights_sha256`.
    dataset, dataset_sha256 : str
        The data set's name, and a hash of its content.
    seeds : tuple of int
        Seed of run 0, 1, ...
    created : str
        ISO 8601, UTC.
    versions : dict
        Package name to version.
    scenes_version : int or None
        `scenes.files.SCENES_VERSION` of the rendered scenes among the rows; None where there are none, or where the
        file is older than the version.
    """

    model_id: str
    model_sha256: str
    dataset: str
    dataset_sha256: str
    seeds: tuple[int, ...] = (0,)
    created: str = ""
    versions: dict[str, str] = field(default_factory=lambda: _installed("openvino", "numpy", "keras"))
    scenes_version: int | None = None


@dataclass(frozen=True)
class Evaluation:
    """A cached evaluation.

    Attributes
    ----------
    rows : DataFrame
        Columns `image`, `sha256`, `split`, `fold`, `run`, `actual`, `leaked`, and ``p_<class name>`` for each class.
    origin : EvaluationOrigin
        Where the rows come from.
    """

    rows: pd.DataFrame
    origin: EvaluationOrigin

    @property
    def probability_columns(self) -> list[str]:
        """The columns that hold probabilities, in the model's class order."""
        return [c for c in self.rows.columns if c.startswith(PROBABILITY_PREFIX)]


def write_evaluation(folder: Path, evaluation: Evaluation) -> Path:
    """Write ``evaluation.parquet`` into a model folder.

    Raises
    ------
    ValueError
        If a fixed column is missing or another column starts with ``p_``.
    """
    columns = list(evaluation.rows.columns)
    missing = [c for c in FIXED_COLUMNS if c not in columns]
    unknown = [c for c in columns if c not in FIXED_COLUMNS and not c.startswith(PROBABILITY_PREFIX)]
    if missing or unknown:
        raise ValueError(f"expected the columns {FIXED_COLUMNS} and p_<class>; missing {missing}, unknown {unknown}")
    return write_stamped(folder / EVALUATION_FILE, evaluation.rows, asdict(evaluation.origin))


def read_evaluation(folder: Path) -> Evaluation:
    """Read ``evaluation.parquet`` of a model folder.

    Raises
    ------
    DefectLensError
        If the file is missing, is not Parquet, or carries no origin.
    """
    try:
        rows, origin = read_stamped(folder / EVALUATION_FILE)
        return Evaluation(rows, validated(EvaluationOrigin, origin))
    except FileNotFoundError as error:
        raise DefectLensError(f"{folder.name} has no evaluation yet.", "Run the evaluate command.") from error
    except (OSError, ValueError, InvalidDocument) as error:
        raise DefectLensError(f"{folder.name}: {EVALUATION_FILE} cannot be read ({error}).", _AGAIN) from error


def _installed(*packages: str) -> dict[str, str]:
    """Return the versions of those packages that are there: what only training needs may not be."""
    found = {}
    for name in packages:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
