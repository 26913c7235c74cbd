"""One training of a study: a variant with a seed on a fold, trained, and asked about the pictures it has not seen."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from defect_app.datasets import LabelledPicture, LoadedDataset
from defect_app.progress import no_progress
from defect_app.studies.plan import Study, Variant
from defect_app.studies.results import EpochFigures, RunFacts, VariantFacts, in_words

if TYPE_CHECKING:
    from defect_app.recipes.recipe import Recipe
    from defect_app.training.fit import FitResult
    from defect_app.training.frozen_heads import Features


@dataclass(frozen=True)
class Run:
    """Which training: the variant, by its place in the study and its name, the seed, and the fold held out, from 0."""

    place: int
    name: str
    seed: int
    fold: int

    @property
    def words(self) -> str:
        """What it is called on a progress bar."""
        return f"{self.name}, seed {self.seed}, fold {self.fold + 1}"

    @property
    def stem(self) -> str:
        """The name of its file, without suffix."""
        return f"{self.place}-{self.seed}-{self.fold}"


@dataclass(frozen=True)
class Finished:
    """What is kept of a run: its rows, its course, and what its network costs."""

    rows: pd.DataFrame
    facts: RunFacts
    costs: VariantFacts


def thinned(loaded: LoadedDataset, shares: dict[str, float], seed: int) -> LoadedDataset:
    """Return the same pictures without a part of the training pictures of some classes.

    Parameters
    ----------
    loaded : LoadedDataset
        Split; validation and test stay whole.
    shares : dict of str to float
        What is kept of a class, in (0, 1]; the first pictures by their content's hash with the seed.
    seed : int
        Another one keeps others.
    """
    dropped: set[str] = set()
    for label, share in shares.items():
        pictures = [p for p in loaded.of_split("train") if p.label == label]
        ordered = sorted(pictures, key=lambda p: hashlib.sha256(f"{seed}:{p.sha256}".encode()).hexdigest())
        dropped |= {p.image for p in ordered[max(1, round(share * len(ordered))) :]}
    kept = tuple(p for p in loaded.pictures if p.image not in dropped)
    return replace(loaded, pictures=kept)


def finish(run: Run, study: Study, loaded: LoadedDataset, store: Path, data_dir: Path | None) -> Finished:
    """Train and measure one run of a study; depends on nothing but what is given.

    Parameters
    ----------
    run : Run
        Which.
    study : Study
        Of the kind ``frozen`` or ``trained``.
    loaded : LoadedDataset
        All pictures, as the study's recipe has them.
    store : Path
        Keeps the features of frozen networks, and what a training needs while it runs.
    data_dir : Path or None
        The folder with the archives; None for that of the environment.

    Raises
    ------
    InvalidRecipe, InvalidStudy
        If the variant asks for what cannot be.
    DataUnavailable
        If pictures or start weights are missing.
    KeyboardInterrupt
        By Ctrl-C.
    """
    from defect_app.training.crossvalidation import refolded

    recipe = study.recipe_of(study.variants[run.place], run.seed)
    folded = refolded(loaded, run.fold, study.folds)
    asked = folded.of_split("test")
    trained_on = thinned(folded, study.thinned, run.seed)
    work = store / f"work-{os.getpid()}"
    work.mkdir(parents=True, exist_ok=True)
    try:
        if study.kind == "trained":
            return _whole(study, run, recipe, loaded, work, data_dir)
        from defect_app.training.frozen_heads import frozen_features, train_head

        features = frozen_features(recipe, loaded, store, data_dir, no_progress)
        head = train_head(recipe, trained_on, features, asked, work)
        rows = _rows(run, asked, head.probabilities, loaded)
        facts = _run_facts(run, head.n_training, head.cpu_seconds_per_epoch, head.result)
        return Finished(rows, facts, _frozen_costs(study, run, features, head.parameters, loaded))
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _frozen_costs(
    study: Study, run: Run, features: Features, head_parameters: int, loaded: LoadedDataset
) -> VariantFacts:
    parameters = features.parameters + head_parameters
    return VariantFacts(
        run.name,
        _what(study.variants[run.place]),
        parameters,
        head_parameters,
        4 * parameters / 1e6,
        features.cpu_ms_per_photo,
        loaded.dataset.title,
    )


def _whole(
    study: Study, run: Run, recipe: Recipe, loaded: LoadedDataset, work: Path, data_dir: Path | None
) -> Finished:
    """Train a whole network on a fold; thinning is for frozen studies."""
    from defect_app.decision import p_defect_of
    from defect_app.errors import InvalidStudy
    from defect_app.publishing.replicates import Replicate
    from defect_app.training.crossvalidation import measured_replicate
    from defect_app.training.training_run import RunSettings

    if study.thinned:
        raise InvalidStudy(f"{study.name}: thinned is for frozen studies.")
    folds = replace(recipe, measurement=replace(recipe.measurement, folds=study.folds))
    settings = RunSettings(recipe.schedule.epochs, work, data_dir)
    began = time.process_time()
    measured = measured_replicate(Replicate(run=0, fold=run.fold), folds, loaded, settings, no_progress)
    network, n_training = measured.trained.network.inference_model, len(measured.trained.task.training)
    probabilities = measured.rows[[f"p_{name}" for name in loaded.class_names]].to_numpy()
    rows = pd.DataFrame(
        {
            **{name: measured.rows[name] for name in ("image", "sha256", "actual")},
            "variant": run.name,
            "seed": run.seed,
            "fold": run.fold,
            "predicted": np.array(loaded.class_names)[probabilities.argmax(axis=1)],
            "p_defect": p_defect_of(probabilities, measured.spec).astype(np.float32),
            "confidence": probabilities.max(axis=1),
        }
    )
    result = measured.trained.result
    seconds = time.process_time() - began - measured.judging_cpu_seconds
    facts = _run_facts(run, n_training, seconds / max(1, len(result.history)), result)
    parameters = int(network.count_params())
    trained = int(sum(np.prod(w.shape) for w in measured.trained.network.training_model.trainable_weights))
    per_photo = 1000 * measured.judging_cpu_seconds / len(rows)
    what, megabytes = _what(study.variants[run.place]), 4 * parameters / 1e6
    costs = VariantFacts(run.name, what, parameters, trained, megabytes, per_photo, loaded.dataset.title)
    return Finished(rows, facts, costs)


def _rows(
    run: Run, asked: tuple[LabelledPicture, ...], probabilities: np.ndarray, loaded: LoadedDataset
) -> pd.DataFrame:
    defects = [i for i, c in enumerate(loaded.classes) if c.role == "defect"]
    return pd.DataFrame(
        {
            "variant": run.name,
            "seed": run.seed,
            "fold": run.fold,
            "image": [p.image for p in asked],
            "sha256": [p.sha256 for p in asked],
            "actual": [p.label for p in asked],
            "predicted": np.array(loaded.class_names)[probabilities.argmax(axis=1)],
            "p_defect": probabilities[:, defects].sum(axis=1),
            "confidence": probabilities.max(axis=1),
        }
    )


def _run_facts(run: Run, n_training: int, seconds: float, result: FitResult) -> RunFacts:
    epochs = (
        EpochFigures(e.epoch, float(e.loss), float(e.validation_loss), float(e.validation_accuracy))
        for e in result.history
    )
    return RunFacts(run.name, run.seed, run.fold, n_training, seconds, tuple(epochs))


def _what(variant: Variant) -> str:
    return in_words(tuple(variant.changes.items()))
