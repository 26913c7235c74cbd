"""From an exported network to a complete model folder: evaluation, familiarity, operating point, spec and card."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from defect_app.catalog import ModelSpec, read_spec, weights_sha256, write_spec
from defect_app.datasets import LabelledPicture, LoadedDataset, content_digest, picture_bytes
from defect_app.evaluation import Evaluation, EvaluationOrigin, read_evaluation, write_evaluation
from defect_app.progress import Progress
from defect_app.publishing.card import write_card
from defect_app.publishing.measuring import EvaluatedPicture, evaluate_pictures
from defect_app.publishing.point_rule import PointRule, choose_point
from defect_app.publishing.references import fit_familiarity
from defect_app.publishing.release import write_release_answers
from defect_app.publishing.replicates import Replicate
from defect_app.publishing.training_record import TrainingRecord, write_record
from defect_app.scenes.files import SCENES_VERSION, SceneFile

if TYPE_CHECKING:
    from defect_app.inspection import Inspector

FAMILIARITY_FILE = "familiarity.npz"
SCENES_SPLIT = "scenes"
"""Rows of rendered scenes in ``evaluation.parquet``: apart from the validation and test rows, which are real."""


@dataclass(frozen=True, eq=False)
class Publication:
    """What a model folder is completed from, beside the exported network in it.

    Attributes
    ----------
    spec : ModelSpec
        What the model is: id, title, classes, input, licence, data set; its operating point is chosen anew.
    rule : PointRule
        How that point is chosen.
    record : TrainingRecord
        How the model came to be.
    loaded : LoadedDataset
        The labelled pictures, split; those for validation and test are evaluated.
    training_pixels : ndarray of uint8, shape (n, height, width, 3)
        Training pictures at the input size, as references of familiarity; empty for a model without familiarity.
    scenes : tuple of SceneFile
        Rendered scenes that were not trained on, evaluated beside.
    also_measured : tuple of LoadedDataset
        Other data sets, whose test pictures are evaluated beside.
    """

    spec: ModelSpec
    rule: PointRule
    record: TrainingRecord
    loaded: LoadedDataset
    training_pixels: np.ndarray
    scenes: tuple[SceneFile, ...] = ()
    also_measured: tuple[LoadedDataset, ...] = ()


@dataclass(frozen=True, eq=False)
class MeasuredModel:
    """A model whose answers are there already, however they were measured.

    Attributes
    ----------
    spec, rule, record
        As in `Publication`.
    rows : DataFrame
        As in ``evaluation.parquet``.
    dataset_sha256 : str
        See `datasets.content_digest`.
    scenes_version : int or None
        See `EvaluationOrigin`.
    """

    spec: ModelSpec
    rule: PointRule
    record: TrainingRecord
    rows: pd.DataFrame
    dataset_sha256: str
    scenes_version: int | None = None


def publish(folder: Path, publication: Publication, progress: Progress) -> ModelSpec:
    """Measure an exported network with the files that serve, and complete its folder.

    Parameters
    ----------
    folder : Path
        Named as the model, with ``model.xml`` and ``model.bin``; ``model.keras`` and ``history.csv`` where there are.
    publication : Publication
        All else.
    progress : callable
        See `progress.Progress`.

    Returns
    -------
    ModelSpec
        As written, with hashes and operating point.

    Raises
    ------
    ModelUnavailable
        If the network cannot be loaded.
    ValueError
        If a picture cannot be used, or is of no class of the model.
    """
    from defect_app.inspection import Inspector

    spec, record = publication.spec, publication.record
    inspector = Inspector(write_spec(folder, spec), folder)
    rows = evaluate(inspector, publication, progress)
    if spec.task == "inspection" and len(publication.training_pixels):
        held_out = [picture_bytes(p) for p in publication.loaded.of_split("validation")]
        held_out += [scene.data for scene in publication.scenes]
        familiarity = fit_familiarity(
            inspector, publication.training_pixels, held_out, seed=record.seed, progress=progress
        )
        familiarity.save(folder / FAMILIARITY_FILE)
    return complete_folder(
        folder,
        MeasuredModel(
            spec,
            publication.rule,
            record,
            rows,
            content_digest(publication.loaded),
            SCENES_VERSION if publication.scenes else None,
        ),
    )


def complete_folder(folder: Path, model: MeasuredModel) -> ModelSpec:
    """Choose the operating point, and write evaluation, training record, spec and card.

    Parameters
    ----------
    folder : Path
        Holds ``model.xml`` and ``model.bin``, and ``familiarity.npz`` where the model has one.
    model : MeasuredModel
        All else.

    Returns
    -------
    ModelSpec
        As written, with hashes and operating point.
    """
    spec = replace(model.spec, default_point=choose_point(model.rows, model.spec, model.rule))
    origin = EvaluationOrigin(
        model_id=spec.id,
        model_sha256=weights_sha256(folder),
        dataset=spec.dataset,
        dataset_sha256=model.dataset_sha256,
        seeds=(model.record.seed,),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        scenes_version=model.scenes_version,
    )
    write_record(folder, model.record)
    return _written(folder, spec, Evaluation(model.rows, origin))


def evaluate(inspector: Inspector, publication: Publication, progress: Progress) -> pd.DataFrame:
    """Judge all validation and test pictures, the scenes, and the test pictures of other sets, as they are served.

    Returns
    -------
    DataFrame
        The rows of ``evaluation.parquet``.
    """
    measured: list[tuple[LabelledPicture, str]] = [
        (p, p.split) for p in publication.loaded.pictures if p.split in ("validation", "test")
    ]
    measured += [(p, other.dataset.name) for other in publication.also_measured for p in other.of_split("test")]

    def pictures() -> Iterator[EvaluatedPicture]:
        for p, split in measured:
            yield EvaluatedPicture(p.image, picture_bytes(p), p.label, split, p.leaked)
        for scene in publication.scenes:
            yield EvaluatedPicture(scene.image, scene.data, scene.label, SCENES_SPLIT)

    total = len(measured) + len(publication.scenes)
    return evaluate_pictures(inspector, pictures(), progress=lambda done: progress("evaluating", done, total))


def add_replicates(
    folder: Path, rule: PointRule, n_folds: int, replicates: Sequence[tuple[Replicate, pd.DataFrame]]
) -> ModelSpec:
    """Add the rows of folds and repeats to a complete model folder, in the place of older ones.

    Parameters
    ----------
    folder : Path
        A complete model folder.
    rule : PointRule
        With all folds there, the default operating point is chosen anew on their predictions, see `choose_point`.
    n_folds : int
        How many folds there are to be.
    replicates : sequence of (Replicate, DataFrame)
        Each with its rows; at least one.

    Returns
    -------
    ModelSpec
        As written.
    """
    evaluation, spec = read_evaluation(folder), read_spec(folder)
    own = evaluation.rows[(evaluation.rows["run"] == 0) & (evaluation.rows["fold"] == -1)]
    rows = pd.concat([own, *(added for _, added in replicates)], ignore_index=True)
    runs = max(replicate.run for replicate, _ in replicates)
    first = evaluation.origin.seeds[0]
    origin = replace(evaluation.origin, seeds=tuple(first + run for run in range(runs + 1)))
    if sum(replicate.fold >= 0 for replicate, _ in replicates) == n_folds > 0:
        spec = replace(spec, default_point=choose_point(rows, spec, rule))
    return _written(folder, spec, Evaluation(rows, origin))


def _written(folder: Path, spec: ModelSpec, evaluation: Evaluation) -> ModelSpec:
    write_evaluation(folder, evaluation)
    write_release_answers(folder, spec)
    spec = write_spec(folder, spec)
    write_card(folder)
    return spec
