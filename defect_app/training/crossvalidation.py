"""What is measured beside the bundled model: fold models over all pictures, and repeats with other seeds.

Each of these trainings is a *replicate*. A finished one is stored as its rows, so that a stopped measurement goes on
where it was; replicates of another recipe, of other pictures or of another length are not taken for it.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pandas as pd

from defect_app.catalog import ModelSpec, write_spec
from defect_app.datasets import LabelledPicture, LoadedDataset, assign_folds, content_digest, picture_bytes
from defect_app.datasets.splits import carve_out
from defect_app.inspection import Inspector
from defect_app.progress import Progress, no_progress
from defect_app.publishing import EvaluatedPicture, evaluate_pictures
from defect_app.publishing.replicates import CV_SPLIT, Replicate, replicates_of
from defect_app.recipes.recipe import Recipe
from defect_app.tasks import Spread, one_by_one
from defect_app.training.recipe_spec import draft_spec
from defect_app.training.training_run import RunSettings, TrainedNetwork, run_training

FOLD_VALIDATION_SHARE = 0.12
"""Of the pictures outside a fold: they decide which epoch of the fold's model is the best."""


def measure_replicates(
    recipe: Recipe,
    loaded: LoadedDataset,
    store: Path,
    settings: RunSettings,
    report: Progress,
    spread: Spread = one_by_one,
) -> Iterator[tuple[Replicate, pd.DataFrame]]:
    """Train and measure the replicates of a recipe, and give the rows of each as soon as it is done, in any order.

    Parameters
    ----------
    recipe : Recipe
        See `recipe.MeasurementEntries`.
    loaded : LoadedDataset
        All pictures, with the splits of the bundled model.
    store : Path
        Folder of finished replicates.
    settings : RunSettings
        Epochs, data folder, limits; each replicate works in a folder below `settings.work`.
    report : callable
        See `progress.Progress`.
    spread : Spread
        Does the trainings that are missing. Only those that are done here tell how far they are.

    Yields
    ------
    tuple of (Replicate, DataFrame)
        Rows as in ``evaluation.parquet``: a fold's pictures with the split ``cv``, or the validation and test rows of
        a repeat.

    Raises
    ------
    KeyboardInterrupt
        By Ctrl-C; finished replicates stay, the one under way does not.
    """
    home = store / _digest(recipe, loaded, settings)
    home.mkdir(parents=True, exist_ok=True)
    wanted = replicates_of(recipe.measurement.folds, recipe.measurement.repeats)
    kept = {replicate: home / f"{replicate.stem}.parquet" for replicate in wanted}
    missing = [replicate for replicate, path in kept.items() if not path.exists()]
    for replicate in wanted:
        if replicate not in missing:
            yield replicate, pd.read_parquet(kept[replicate])
    here = spread is one_by_one
    told = report if here else no_progress
    measured = partial(_rows_of, recipe=recipe, loaded=loaded, settings=settings, report=told)
    done = len(wanted) - len(missing)
    if not here:
        report("folds and repeats", done, len(wanted))
    for replicate, rows in spread(measured, missing):
        path = kept[replicate]
        # Under another name first: a half-written file must not pass for a finished one.
        rows.to_parquet(path.with_suffix(".part"))
        path.with_suffix(".part").rename(path)
        done += 1
        if not here:
            report(replicate.words, done, len(wanted))
        yield replicate, pd.read_parquet(path)


def _rows_of(
    replicate: Replicate, recipe: Recipe, loaded: LoadedDataset, settings: RunSettings, report: Progress
) -> pd.DataFrame:
    return measured_replicate(replicate, recipe, loaded, settings, report).rows


def refolded(loaded: LoadedDataset, fold: int, n_folds: int) -> LoadedDataset:
    """Return the same pictures with one fold as the test split, and the rest split into train and validation.

    Groups stay whole, as in `datasets.assign_folds`.

    Raises
    ------
    ValueError
        If there is no such fold.
    """
    if not 0 <= fold < n_folds:
        raise ValueError(f"expected a fold from 0 to {n_folds - 1}, got {fold}")
    pictures = [p for p in loaded.pictures if p.split != "excluded"]
    digests, labels, groups = [p.sha256 for p in pictures], [p.label for p in pictures], [p.group for p in pictures]
    folds = assign_folds(digests, labels, groups, n_folds)
    rest = [i for i in range(len(pictures)) if folds[i] != fold]
    chosen = carve_out(
        [digests[i] for i in rest],
        [labels[i] for i in rest],
        [groups[i] for i in rest],
        FOLD_VALIDATION_SHARE,
        f"fold {fold}",
    )
    validation = {rest[i] for i in chosen.nonzero()[0]}

    def in_split(i: int, picture: LabelledPicture) -> LabelledPicture:
        split = "test" if folds[i] == fold else "validation" if i in validation else "train"
        return replace(picture, split=split, leaked=False)  # type: ignore[arg-type]

    return replace(loaded, pictures=tuple(in_split(i, p) for i, p in enumerate(pictures)))


@dataclass(frozen=True)
class MeasuredReplicate:
    """A replicate that was trained and measured.

    Attributes
    ----------
    rows : DataFrame
        As in ``evaluation.parquet``.
    trained : TrainedNetwork
        The network and its course.
    spec : ModelSpec
        As it was measured.
    judging_cpu_seconds : float
        Time of all cores together that its pictures took, from bytes to answer.
    """

    rows: pd.DataFrame
    trained: TrainedNetwork
    spec: ModelSpec
    judging_cpu_seconds: float


def measured_replicate(
    replicate: Replicate, recipe: Recipe, loaded: LoadedDataset, settings: RunSettings, report: Progress
) -> MeasuredReplicate:
    """Train one replicate of a recipe and judge its pictures; parameters as in `measure_replicates`.

    Raises
    ------
    KeyboardInterrupt
        By Ctrl-C.
    """
    # Scenes are measured once, with the bundled model.
    changed = replace(recipe, seed=recipe.seed + replicate.run, data=replace(recipe.data, scenes_validation=0))
    pictures = refolded(loaded, replicate.fold, recipe.measurement.folds) if replicate.fold >= 0 else loaded
    work = settings.work / replicate.stem
    staged = work / recipe.model
    trained = run_training(changed, pictures, staged, replace(settings, work=work), _named(report, replicate))
    if trained.result.interrupted:
        raise KeyboardInterrupt
    spec = draft_spec(changed, pictures, trained.network.feature_layer)
    inspector = Inspector(write_spec(staged, spec), staged)
    measured = pictures.of_split("test")
    if replicate.fold < 0:
        measured = pictures.of_split("validation") + measured

    def evaluated() -> Iterator[EvaluatedPicture]:
        for p in measured:
            split = CV_SPLIT if replicate.fold >= 0 else p.split
            yield EvaluatedPicture(p.image, picture_bytes(p), p.label, split, p.leaked, replicate.fold)

    started = time.process_time()
    rows = evaluate_pictures(inspector, evaluated(), run=replicate.run)
    judging = time.process_time() - started
    shutil.rmtree(work, ignore_errors=True)
    return MeasuredReplicate(rows, trained, spec, judging)


def _named(report: Progress, replicate: Replicate) -> Progress:
    return lambda words, done, total: report(f"{replicate.words}: {words}", done, total)


def _digest(recipe: Recipe, loaded: LoadedDataset, settings: RunSettings) -> str:
    # How many repeats are wanted does not change what a replicate is, except for the number of folds.
    asked = replace(recipe, measurement=replace(recipe.measurement, repeats=0))
    identity = f"{asked!r}\n{content_digest(loaded)}\n{settings.epochs}\n{settings.steps_limit}"
    return hashlib.sha256(identity.encode()).hexdigest()[:16]
