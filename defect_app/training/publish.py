"""Makes a model folder of a trained network: files, evaluation, operating point, familiarity, spec and card."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from defect_app.catalog import DefaultPoint, InputSpec, LicenceSpec, ModelSpec, model_digest, read_spec, write_spec
from defect_app.datasets import Dataset, LabelledPicture, LoadedDataset, content_digest, load_dataset, picture_bytes
from defect_app.decision import p_defect_of
from defect_app.evaluation import (
    EvaluatedPicture,
    Evaluation,
    EvaluationOrigin,
    evaluate_pictures,
    read_evaluation,
    write_evaluation,
)
from defect_app.familiarity import FamiliarityModel, measure_quality
from defect_app.inspection import Inspector
from defect_app.intake import Rejection, read_photo
from defect_app.training.card import RECORD_FILE, write_card
from defect_app.training.distillation import RobustnessFigures
from defect_app.training.material import CountProgress, RenderedScene, strangers_to
from defect_app.training.measured_parts import CV_SPLIT, Part
from defect_app.training.operating_points import choose_accept_at, choose_inspection_point
from defect_app.training.pipeline import input_pixels
from defect_app.training.recipe import Recipe

SCENES_SPLIT = "scenes"
"""Rows of rendered scenes in ``evaluation.parquet``: kept apart from the validation and test rows, which are real."""
REMEMBERED = 600


@dataclass(frozen=True)
class DatasetFacts:
    """What a card tells about the data: see `datasets.Dataset`."""

    title: str
    source: str
    licence: str
    limits: str
    traps: tuple[str, ...]

    @classmethod
    def of(cls, dataset: Dataset) -> DatasetFacts:
        """Take them from a registered data set, or one made of a folder."""
        return cls(dataset.title, dataset.source, dataset.licence, dataset.limits, dataset.traps)


@dataclass(frozen=True)
class TrainingRecord:
    """How a model came to be: what its card tells beside its evaluation.

    Attributes
    ----------
    recipe : str
        Its name.
    dataset : DatasetFacts
        What it learnt from.
    seed, epochs, best_epoch : int
        Of the run.
    minutes : float
        Of training.
    n_training, n_scenes : int
        Pictures learnt from, and how many of them were rendered.
    parity : float
        Greatest difference of a probability between the file that serves and Keras.
    parity_n : int
        Pictures it was measured on.
    robustness : RobustnessFigures or None
        Teacher against student, for a distilled model.
    """

    recipe: str
    dataset: DatasetFacts
    seed: int
    epochs: int
    best_epoch: int
    minutes: float
    n_training: int
    n_scenes: int
    parity: float
    parity_n: int
    robustness: RobustnessFigures | None = None


def draft_spec(recipe: Recipe, loaded: LoadedDataset, feature_layer: str) -> ModelSpec:
    """Describe the model with neutral thresholds, so that the engine can run it before any are chosen."""
    inspection = any(c.role for c in loaded.classes)
    dataset = loaded.dataset
    return ModelSpec(
        id=recipe.model,
        title=recipe.title,
        task="inspection" if inspection else "recognition",
        classes=loaded.classes,
        input=InputSpec(recipe.input.height, recipe.input.width, recipe.input.fit, recipe.input.resize),
        explain_layer=feature_layer,
        default_point=DefaultPoint(review_at=0.5, reject_at=0.5) if inspection else DefaultPoint(accept_at=0.5),
        licence=LicenceSpec(f"training pictures: {dataset.licence}", dataset.limits),
        product=recipe.product,
        summary=recipe.summary,
        recipe=recipe.name,
        dataset=dataset.name,
        trained=datetime.now(UTC).date().isoformat(),
    )


def publish(
    folder: Path,
    spec: ModelSpec,
    recipe: Recipe,
    loaded: LoadedDataset,
    record: TrainingRecord,
    remembered: np.ndarray,
    scenes: tuple[RenderedScene, ...],
    progress: CountProgress,
    data_dir: Path | None = None,
) -> ModelSpec:
    """Complete a folder that holds the exported network.

    Parameters
    ----------
    folder : Path
        Named as the model, with ``model.keras``, ``model.xml``, ``model.bin`` and ``history.csv``.
    spec : ModelSpec
        See `draft_spec`.
    recipe : Recipe
        Its rule for the operating point.
    loaded : LoadedDataset
        The real pictures, split.
    record : TrainingRecord
        How the model came to be.
    remembered : ndarray of uint8, shape (n, height, width, 3)
        Training pictures at the input size; up to 600 of them become the model's memory. Empty for none.
    scenes : tuple of RenderedScene
        Scenes to measure, never learnt from.
    progress : callable
        See `material.CountProgress`.
    data_dir : Path, optional
        Where the data sets lie that are measured beside.
    """
    (folder / RECORD_FILE).write_text(json.dumps(asdict(record), indent=2) + "\n", encoding="utf-8")
    write_spec(folder, spec)
    inspector = Inspector(spec.id, folder.parent)
    beside = tuple(load_dataset(name, data_dir) for name in recipe.data.also_measured)
    rows = evaluate(inspector, loaded, scenes, progress, beside)
    if spec.task == "inspection" and len(remembered):
        _remember(inspector, remembered, loaded, scenes, record.seed, progress).save(folder / "familiarity.npz")
    spec = replace(spec, default_point=choose_point(rows, spec, recipe))
    origin = EvaluationOrigin(
        model_id=spec.id,
        model_sha256=model_digest(folder),
        dataset=loaded.dataset.name,
        dataset_sha256=content_digest(loaded),
        seeds=(record.seed,),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    write_evaluation(folder, Evaluation(rows, origin))
    spec = write_spec(folder, spec)
    write_card(folder)
    return spec


def evaluate(
    inspector: Inspector,
    loaded: LoadedDataset,
    scenes: tuple[RenderedScene, ...],
    progress: CountProgress,
    beside: tuple[LoadedDataset, ...] = (),
) -> pd.DataFrame:
    """Judge all validation and test pictures, the scenes, and the test pictures of other sets, as they are served."""
    measured: list[tuple[LabelledPicture, str]] = [
        (p, p.split) for p in loaded.pictures if p.split in ("validation", "test")
    ]
    measured += [(p, other.dataset.name) for other in beside for p in other.of_split("test")]

    def pictures() -> Iterator[EvaluatedPicture]:
        for p, split in measured:
            yield EvaluatedPicture(p.image, picture_bytes(p), p.label, split, p.leaked)
        for s in scenes:
            yield EvaluatedPicture(s.image, s.data, s.label, SCENES_SPLIT)

    total = len(measured) + len(scenes)
    return evaluate_pictures(inspector, pictures(), progress=lambda done: progress("evaluating", done, total))


def add_parts(folder: Path, recipe: Recipe, parts: Sequence[tuple[Part, pd.DataFrame]]) -> ModelSpec:
    """Add the rows of folds and repeats to a complete model folder, in the place of older ones.

    With all folds there, the default operating point is chosen anew on their predictions, see `choose_point`.
    """
    evaluation, spec = read_evaluation(folder), read_spec(folder)
    own = evaluation.rows[(evaluation.rows["run"] == 0) & (evaluation.rows["fold"] == -1)]
    rows = pd.concat([own, *(part_rows for _, part_rows in parts)], ignore_index=True)
    runs = max(part.run for part, _ in parts)
    first = evaluation.origin.seeds[0]
    origin = replace(evaluation.origin, seeds=tuple(first + run for run in range(runs + 1)))
    if sum(part.fold >= 0 for part, _ in parts) == recipe.measurement.folds > 0:
        spec = replace(spec, default_point=choose_point(rows, spec, recipe))
    write_evaluation(folder, Evaluation(rows, origin))
    spec = write_spec(folder, spec)
    write_card(folder)
    return spec


def choose_point(rows: pd.DataFrame, spec: ModelSpec, recipe: Recipe) -> DefaultPoint:
    """Choose the default operating point on the validation rows.

    A small set has too few of them. Where fold models were measured, their predictions on all pictures outside the
    test split take that place: of each picture by a network that has not seen it, and of no test picture.
    """
    validation = rows[(rows["split"] == "validation") & (rows["run"] == 0)]
    out_of_fold = rows[(rows["split"] == CV_SPLIT) & ~rows["sha256"].isin(rows["sha256"][rows["split"] == "test"])]
    if len(out_of_fold):
        validation = out_of_fold
    probabilities = validation[[f"p_{name}" for name in spec.class_names]].to_numpy(np.float64)
    actual = validation["actual"].to_numpy()
    if spec.task == "inspection":
        defects = [spec.class_names[i] for i in spec.indices_with_role("defect")]
        return choose_inspection_point(
            p_defect_of(probabilities, spec),
            np.isin(actual, defects),
            recipe.operating_point.most_good_reviewed,
            least_recall=recipe.operating_point.least_recall,
            split=CV_SPLIT if len(out_of_fold) else "validation",
        )
    right = np.array(spec.class_names)[probabilities.argmax(axis=1)] == actual
    return choose_accept_at(probabilities.max(axis=1), right, recipe.operating_point.least_accepted_accuracy)


def _remember(
    inspector: Inspector,
    remembered: np.ndarray,
    loaded: LoadedDataset,
    scenes: tuple[RenderedScene, ...],
    seed: int,
    progress: CountProgress,
) -> FamiliarityModel:
    chosen = np.random.default_rng(seed).permutation(len(remembered))[:REMEMBERED]
    known = [remembered[i] for i in chosen]

    def features(pictures: list[np.ndarray]) -> np.ndarray:
        found = []
        for done, pixels in enumerate(pictures, start=1):
            found.append(inspector.engine.predict(np.ascontiguousarray(pixels)).features)
            progress("remembering", done, len(pictures))
        return np.stack(found)

    held_out = _as_delivered(inspector, [picture_bytes(p) for p in loaded.of_split("validation")])
    held_out += _as_delivered(inspector, [s.data for s in scenes])
    product = inspector.spec.product
    # Without a product every scene might be of it.
    strangers = _as_delivered(inspector, [s.data for s in strangers_to(product)]) if product else []
    return FamiliarityModel.fit(
        features(known),
        features(held_out),
        [measure_quality(p) for p in known],
        strangers=features(strangers) if strangers else None,
        seed=seed,
    )


def _as_delivered(inspector: Inspector, files: list[bytes]) -> list[np.ndarray]:
    """Return files at the model's input size, as the app reads them; those that it refuses are left out."""
    photos = [read_photo(data, "remembered", least_side=inspector.least_side) for data in files]
    return [input_pixels(p.pixels, inspector.spec.input) for p in photos if not isinstance(p, Rejection)]
