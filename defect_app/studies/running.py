"""Runs a study: every variant, seed and fold, each kept when it is done, so that a stopped study goes on."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from defect_app.datasets import LoadedDataset, content_digest
from defect_app.evaluation.stamped_table import read_stamped, write_stamped
from defect_app.paths import VAR
from defect_app.progress import Progress, no_progress
from defect_app.studies.card import write_card
from defect_app.studies.plan import Study
from defect_app.studies.results import (
    COLUMNS,
    STUDIES_FOLDER,
    RunFacts,
    StudyOrigin,
    StudyResult,
    VariantFacts,
    write_result,
)
from defect_app.studies.trainings import Finished, Run, finish
from defect_app.tasks import Spread, one_by_one
from defect_app.validation import validated

STORE = VAR / "studies"
_VERSIONS = ("keras", "numpy", "openvino", "tensorflow")


def run_study(
    study: Study,
    data_dir: Path | None = None,
    out: Path = STUDIES_FOLDER,
    store: Path = STORE,
    progress: Progress | None = None,
    spread: Spread = one_by_one,
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
    spread : Spread
        Does the trainings that are missing. Default: here, one after another.

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
    runs = [
        Run(place, variant.name, seed, fold)
        for place, variant in enumerate(study.variants)
        for seed in study.seeds
        for fold in range(study.folds)
    ]
    kept = {run: home / f"{run.stem}.parquet" for run in runs}
    missing = [run for run, path in kept.items() if not path.exists()]
    if missing:
        report(missing[0].words, len(runs) - len(missing), len(runs))
    train = partial(finish, study=study, loaded=loaded, store=store, data_dir=data_dir)
    for done, (run, trained) in enumerate(spread(train, missing), start=1 + len(runs) - len(missing)):
        _keep(kept[run], trained)
        report(run.words, done, len(runs))
    finished = [_kept(path) for path in kept.values()]
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


def _keep(path: Path, finished: Finished) -> None:
    origin = {"facts": asdict(finished.facts), "costs": asdict(finished.costs)}
    write_stamped(path.with_suffix(".part"), finished.rows[list(COLUMNS)], origin).replace(path)


def _kept(path: Path) -> Finished:
    rows, origin = read_stamped(path, COLUMNS)
    return Finished(rows, validated(RunFacts, origin["facts"]), validated(VariantFacts, origin["costs"]))


def _digest(study: Study, loaded: LoadedDataset) -> str:
    recipes = "\n".join(repr(study.recipe_of(variant, 0)) for variant in study.variants)
    identity = f"{study.kind} {study.folds} {study.thinned!r}\n{recipes}\n{content_digest(loaded)}"
    return hashlib.sha256(identity.encode()).hexdigest()[:16]
