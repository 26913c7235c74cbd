"""``models/studies/NAME.parquet``: a row a judged picture, variant and seed, with what was run in its metadata."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pandas as pd

from defect_app.catalog import MODELS_FOLDER
from defect_app.errors import DefectLensError, InvalidDocument
from defect_app.evaluation.stamped_table import read_stamped, write_stamped
from defect_app.validation import validated

STUDIES_FOLDER = MODELS_FOLDER / "studies"
COLUMNS = ("variant", "seed", "fold", "image", "sha256", "actual", "predicted", "p_defect", "confidence")


@dataclass(frozen=True)
class EpochFigures:
    """An epoch of one training: its losses, and the share of validation pictures that it got right."""

    epoch: int
    loss: float
    validation_loss: float
    validation_accuracy: float


@dataclass(frozen=True)
class RunFacts:
    """One training of a variant.

    Attributes
    ----------
    variant : str
        Its name.
    seed, fold : int
        Which training.
    n_training : int
        Pictures that it learnt from.
    cpu_seconds_per_epoch : float
        Time of all cores together, which other work on the machine hardly changes.
    epochs : tuple of EpochFigures
        Its course.
    """

    variant: str
    seed: int
    fold: int
    n_training: int
    cpu_seconds_per_epoch: float
    epochs: tuple[EpochFigures, ...]


@dataclass(frozen=True)
class VariantFacts:
    """What a variant is, and what it costs.

    Attributes
    ----------
    name : str
        As in the rows.
    what : str
        The changed entries in words.
    parameters, trained_parameters : int
        Numbers of the network, and of those that were trained.
    megabytes : float
        Of its numbers in float32, or of the files of a stored model.
    cpu_ms_per_photo : float
        Time of all cores together from pixels (frozen, trained) or bytes (stored) to an answer.
    dataset : str
        What it was measured on.
    """

    name: str
    what: str
    parameters: int
    trained_parameters: int
    megabytes: float
    cpu_ms_per_photo: float
    dataset: str = ""


@dataclass(frozen=True)
class StudyOrigin:
    """Where the rows come from.

    Attributes
    ----------
    study : str
        Its name.
    digest : str
        Of the study as it was run: another one means that its file was changed since.
    dataset_sha256 : str
        See `datasets.content_digest`.
    classes, roles : tuple of str
        Names, and ``ok``, ``defect`` or nothing for each.
    seeds : tuple of int
        Of the trainings.
    folds : int
        Of the pictures.
    variants : tuple of VariantFacts
        In the study's order.
    runs : tuple of RunFacts
        Every training; none for stored evaluations.
    created : str
        ISO 8601, UTC.
    versions : dict
        Package name to version.
    """

    study: str
    digest: str
    dataset_sha256: str
    classes: tuple[str, ...]
    roles: tuple[str, ...]
    seeds: tuple[int, ...]
    folds: int
    variants: tuple[VariantFacts, ...]
    runs: tuple[RunFacts, ...] = ()
    created: str = ""
    versions: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StudyResult:
    """Rows with `COLUMNS`, every picture judged by a network that has not seen it, and their origin."""

    rows: pd.DataFrame
    origin: StudyOrigin


def write_result(folder: Path, result: StudyResult) -> Path:
    """Write a study's result into a folder, whole or not at all, and return the path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = result_path(folder, result.origin.study)
    # Under another name first: a half-written file must not pass for a result.
    write_stamped(path.with_suffix(".part"), result.rows[list(COLUMNS)], asdict(result.origin)).replace(path)
    return path


def result_path(folder: Path, name: str) -> Path:
    """Return where a study's result lies, whether or not it is there."""
    return folder / f"{name}.parquet"


def read_result(name: str, folder: Path = STUDIES_FOLDER) -> StudyResult | None:
    """Read a study's result; None where it has not been run.

    Raises
    ------
    DefectLensError
        If the file cannot be read or is of no study.
    """
    path = result_path(folder, name)
    try:
        rows, origin = read_stamped(path, COLUMNS)
        return StudyResult(rows, validated(StudyOrigin, origin))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, InvalidDocument) as error:
        raise DefectLensError(f"The study {name} cannot be read ({error}).", f"Run it again: study {name}") from error


def in_words(changes: Sequence[tuple[str, object]]) -> str:
    """Say changed entries: ``loss.kind = focal, head.units = [64]``."""
    return ", ".join(f"{entry} = {value}" for entry, value in changes) or "as the recipe has it"
