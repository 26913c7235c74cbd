"""Runs a study: every variant, seed and fold, each kept when it is done, so that a stopped study goes on."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from defect_app.datasets import LabelledPicture, LoadedDataset, content_digest
from defect_app.evaluation.stamped_table import read_stamped, write_stamped
from defect_app.paths import VAR
from defect_app.progress import Progress, no_progress
from defect_app.studies.card import write_card
from defect_app.studies.plan import Study, Variant
from defect_app.studies.results import (
    COLUMNS,
    STUDIES_FOLDER,
    EpochFigures,
    RunFacts,
    StudyOrigin,
    StudyResult,
    VariantFacts,
    in_words,
    write_result,
)
from defect_app.validation import validated

if TYPE_CHECKING:
    from defect_app.recipes.recipe import Recipe
    from defect_app.training.fit import FitResult
    from defect_app.training.frozen_heads import Features

STORE = VAR / "studies"
_VERSIONS = ("keras", "numpy", "openvino", "tensorflow")


@dataclass(frozen=True)
class _Run:
    """One training of one variant."""

    variant: Variant
    seed: int
    fold: int

    @property
    def words(self) -> str:
        return f"{self.variant.name}, seed {self.seed}, fold {self.fold + 1}"


@dataclass(frozen=True)
class _Finished:
    """What is kept of a run: its rows, its course, and what its network costs."""

    rows: pd.DataFrame
    facts: RunFacts
    costs: VariantFacts


def run_study(
    study: Study,
    data_dir: Path | None = None,
    out: Path = STUDIES_FOLDER,
    store: Path = STORE,
    progress: Progress | None = None,
) -> StudyResult:
    """Train and measure what is not yet done of a study, and write its result and card.

    Parameters
    ----------
    study : Study
        Of the kind ``frozen`` or ``trained``.
    data_dir : Path, optional
        The folder with the archives; default: the environment variable ``DEFECT_APP_DATA``.
    out : Path
        Gets ``NAME.parquet`` and ``NAME.md``.
    store : Path
        Keeps finished runs and features.
    progress : callable, optional
        See `progress.Progress`.

    Raises
    ------
    InvalidRecipe
        If a variant asks for what cannot be.
    DataUnavailable
        If pictures or start weights are missing.
    KeyboardInterrupt
        By Ctrl-C; finished runs stay.
    """
    from defect_app.training.training_data import load_data

    report = progress or no_progress
    recipes = [study.recipe_of(variant, study.seeds[0]) for variant in study.variants]
    loaded = load_data(recipes[0], data_dir, report)
    home = store / f"{study.name}-{_digest(study, loaded)}"
    home.mkdir(parents=True, exist_ok=True)
    finished: list[_Finished] = []
    runs = [_Run(v, seed, fold) for v in study.variants for seed in study.seeds for fold in range(study.folds)]
    for done, run in enumerate(runs):
        report(run.words, done, len(runs))
        place = study.variants.index(run.variant)
        path = home / f"{place}-{run.seed}-{run.fold}.parquet"
        if not path.exists():
            _keep(path, _finish(study, run, loaded, store, data_dir))
        finished.append(_kept(path))
    report("done", len(runs), len(runs))
    result = StudyResult(
        pd.concat([one.rows for one in finished], ignore_index=True),
        StudyOrigin(
            study=study.name,
            digest=study_digest(study),
            dataset_sha256=content_digest(loaded),
            classes=loaded.class_names,
            roles=tuple(c.role or "" for c in loaded.classes),
            seeds=study.seeds,
            folds=study.folds,
            variants=tuple(
                next(one.costs for one in finished if one.costs.name == variant.name) for variant in study.variants
            ),
            runs=tuple(one.facts for one in finished),
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            versions={name: version(name) for name in _VERSIONS},
        ),
    )
    write_result(out, result)
    write_card(out, study, result)
    return result


def study_digest(study: Study) -> str:
    """Return what tells a study from another state of its file."""
    return hashlib.sha256(repr(study).encode()).hexdigest()[:16]


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


def _finish(study: Study, run: _Run, loaded: LoadedDataset, store: Path, data_dir: Path | None) -> _Finished:
    from defect_app.training.crossvalidation import refolded

    recipe = study.recipe_of(run.variant, run.seed)
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
        return _Finished(rows, facts, _frozen_costs(run, features, head.parameters, loaded))
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _frozen_costs(run: _Run, features: Features, head_parameters: int, loaded: LoadedDataset) -> VariantFacts:
    parameters = features.parameters + head_parameters
    return VariantFacts(
        run.variant.name,
        _what(run.variant),
        parameters,
        head_parameters,
        4 * parameters / 1e6,
        features.cpu_ms_per_photo,
        loaded.dataset.title,
    )


def _whole(
    study: Study, run: _Run, recipe: Recipe, loaded: LoadedDataset, work: Path, data_dir: Path | None
) -> _Finished:
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
            "variant": run.variant.name,
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
    costs = VariantFacts(
        run.variant.name, _what(run.variant), parameters, trained, 4 * parameters / 1e6, per_photo, loaded.dataset.title
    )
    return _Finished(rows, facts, costs)


def _rows(
    run: _Run, asked: tuple[LabelledPicture, ...], probabilities: np.ndarray, loaded: LoadedDataset
) -> pd.DataFrame:
    defects = [i for i, c in enumerate(loaded.classes) if c.role == "defect"]
    return pd.DataFrame(
        {
            "variant": run.variant.name,
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


def _run_facts(run: _Run, n_training: int, seconds: float, result: FitResult) -> RunFacts:
    epochs = (
        EpochFigures(e.epoch, float(e.loss), float(e.validation_loss), float(e.validation_accuracy))
        for e in result.history
    )
    return RunFacts(run.variant.name, run.seed, run.fold, n_training, seconds, tuple(epochs))


def _what(variant: Variant) -> str:
    return in_words(tuple(variant.changes.items()))


def _keep(path: Path, finished: _Finished) -> None:
    origin = {"facts": asdict(finished.facts), "costs": asdict(finished.costs)}
    write_stamped(path.with_suffix(".part"), finished.rows[list(COLUMNS)], origin).replace(path)


def _kept(path: Path) -> _Finished:
    rows, origin = read_stamped(path, COLUMNS)
    return _Finished(rows, validated(RunFacts, origin["facts"]), validated(VariantFacts, origin["costs"]))


def _digest(study: Study, loaded: LoadedDataset) -> str:
    recipes = "\n".join(repr(study.recipe_of(variant, 0)) for variant in study.variants)
    identity = f"{study.kind} {study.folds} {study.thinned!r}\n{recipes}\n{content_digest(loaded)}"
    return hashlib.sha256(identity.encode()).hexdigest()[:16]
