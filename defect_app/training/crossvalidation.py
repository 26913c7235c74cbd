"""What is measured beside the bundled model: fold models over all pictures, and repeats with other seeds.

Each learning is one *part*. A finished part is kept on disk as its rows, so that a stopped measurement goes on where
it was; parts of another recipe, of other pictures or of another length are not taken for it.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd

from defect_app.catalog import write_spec
from defect_app.datasets import LabelledPicture, LoadedDataset, assign_folds, content_digest, picture_bytes
from defect_app.datasets.splits import carve_out
from defect_app.evaluation import EvaluatedPicture, evaluate_pictures
from defect_app.inspection import Inspector
from defect_app.training.learning import Progress, Run, learn
from defect_app.training.measured_parts import CV_SPLIT, Part, parts_of
from defect_app.training.publish import draft_spec
from defect_app.training.recipe import Recipe

FOLD_VALIDATION_SHARE = 0.12
"""Of the pictures outside a fold: they decide which epoch of the fold's model is the best."""


def measure_parts(
    recipe: Recipe, loaded: LoadedDataset, kept: Path, run: Run, report: Progress
) -> Iterator[tuple[Part, pd.DataFrame]]:
    """Learn and measure the parts of a recipe one by one, and give the rows of each as soon as it is done.

    Parameters
    ----------
    recipe : Recipe
        See `recipe.MeasurementEntries`.
    loaded : LoadedDataset
        All pictures, with the splits of the bundled model.
    kept : Path
        Folder in which finished parts wait.
    run : Run
        Epochs, data folder, limits; each part works in a folder below `run.work`.
    report : callable
        See `learning.Progress`.

    Yields
    ------
    tuple of (Part, DataFrame)
        Rows as in ``evaluation.parquet``: a fold's pictures with the split ``cv``, or the validation and test rows of
        a repeat.

    Raises
    ------
    KeyboardInterrupt
        By Ctrl-C; finished parts are kept, the one under way is not.
    """
    home = kept / _digest(recipe, loaded, run)
    home.mkdir(parents=True, exist_ok=True)
    for part in parts_of(recipe):
        path = home / f"{part.stem}.parquet"
        if not path.exists():
            rows = _measured(part, recipe, loaded, run, report)
            # Written aside first: a half-written part must not pass for a finished one.
            rows.to_parquet(path.with_suffix(".part"))
            path.with_suffix(".part").rename(path)
        yield part, pd.read_parquet(path)


def refolded(loaded: LoadedDataset, fold: int, n_folds: int) -> LoadedDataset:
    """Return the same pictures with one fold as the test split, and the rest dealt into train and validation.

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

    def dealt(i: int, picture: LabelledPicture) -> LabelledPicture:
        split = "test" if folds[i] == fold else "validation" if i in validation else "train"
        return replace(picture, split=split, leaked=False)  # type: ignore[arg-type]

    return replace(loaded, pictures=tuple(dealt(i, p) for i, p in enumerate(pictures)))


def _measured(part: Part, recipe: Recipe, loaded: LoadedDataset, run: Run, report: Progress) -> pd.DataFrame:
    # Scenes are measured once, with the bundled model.
    of_part = replace(recipe, seed=recipe.seed + part.run, data=replace(recipe.data, scenes_validation=0))
    pictures = refolded(loaded, part.fold, recipe.measurement.folds) if part.fold >= 0 else loaded
    work = run.work / part.stem
    staged = work / recipe.model
    learnt = learn(of_part, pictures, staged, replace(run, work=work), _named(report, part))
    if learnt.result.interrupted:
        raise KeyboardInterrupt
    spec = draft_spec(of_part, pictures, learnt.network.feature_layer)
    write_spec(staged, spec)
    inspector = Inspector(spec.id, work)
    measured = pictures.of_split("test")
    if part.fold < 0:
        measured = pictures.of_split("validation") + measured

    def evaluated() -> Iterator[EvaluatedPicture]:
        for p in measured:
            split = CV_SPLIT if part.fold >= 0 else p.split
            yield EvaluatedPicture(p.image, picture_bytes(p), p.label, split, p.leaked, part.fold)

    rows = evaluate_pictures(inspector, evaluated(), run=part.run)
    shutil.rmtree(work, ignore_errors=True)
    return rows


def _named(report: Progress, part: Part) -> Progress:
    return lambda words, done, total: report(f"{part.words}: {words}", done, total)


def _digest(recipe: Recipe, loaded: LoadedDataset, run: Run) -> str:
    # How many parts are wanted does not change what one part is, except for the number of folds.
    asked = replace(recipe, measurement=replace(recipe.measurement, repeats=0))
    told = f"{asked!r}\n{content_digest(loaded)}\n{run.epochs}\n{run.steps_limit}"
    return hashlib.sha256(told.encode()).hexdigest()[:16]
