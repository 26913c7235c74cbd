"""From a recipe's name to a finished model folder, with what is measured beside it."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

from defect_app.catalog import MODELS_FOLDER, ModelSpec
from defect_app.datasets import LoadedDataset, load_dataset
from defect_app.errors import DataUnavailable
from defect_app.paths import VAR
from defect_app.progress import Progress, no_progress
from defect_app.publishing import DatasetFacts, Publication, TrainingRecord, add_replicates, publish
from defect_app.publishing.training_record import RobustnessFigures
from defect_app.recipes.recipe import Recipe, load_recipe
from defect_app.tasks import Spread, one_by_one
from defect_app.training.crossvalidation import measure_replicates
from defect_app.training.distillation import measure_robustness
from defect_app.training.export import parity
from defect_app.training.gradient_check import check_gradients
from defect_app.training.pictures import read_inputs
from defect_app.training.recipe_spec import draft_spec, input_spec, point_rule
from defect_app.training.training_data import load_data
from defect_app.training.training_run import WHOLE, RunLimits, RunSettings, TrainedNetwork, run_training

WORK_FOLDER = VAR / "training"
REPLICATES_FOLDER = WORK_FOLDER / "measured"
PARITY_PICTURES = 256


def train(
    recipe_name: str | Path,
    *,
    data_dir: Path | None = None,
    seed: int | None = None,
    out: Path | None = None,
    progress: Progress | None = None,
    limits: RunLimits = WHOLE,
    measure: Spread | None = one_by_one,
) -> Path:
    """Train a recipe, evaluate the result with the files that serve, and put the model folder in its place.

    Then the folds and repeats that the recipe asks for are trained and measured, and added to the folder one by one.
    Ctrl-C ends the training: the best epoch so far is exported and evaluated all the same, and folds and repeats that
    are done stay. Nothing in `out` is touched before the new folder is complete.

    Parameters
    ----------
    recipe_name : str or Path
        A bundled recipe's name, or the path of a TOML file.
    data_dir : Path, optional
        The folder with the archives; default: the environment variable ``DEFECT_APP_DATA``.
    seed : int, optional
        Instead of the recipe's.
    out : Path, optional
        The folder that gets the model folder; default: the project's ``models/``.
    progress : callable, optional
        See `progress.Progress`.
    limits : RunLimits
        How much of the recipe is trained.
    measure : Spread or None
        Does the folds and repeats; None leaves them out.

    Returns
    -------
    Path
        The model folder.

    Raises
    ------
    InvalidRecipe
        If the recipe is unknown or wrong.
    DataUnavailable
        If pictures or start weights are missing.
    """
    recipe = _seeded(recipe_name, seed)
    report = progress or no_progress
    loaded = load_data(recipe, data_dir, report)
    settings = _settings(recipe, data_dir, limits)
    staged = settings.work / recipe.model
    trained = run_training(recipe, loaded, staged, settings, report)
    spec = draft_spec(recipe, loaded, trained.network.feature_layer)
    publication = Publication(
        spec=spec,
        rule=point_rule(recipe),
        record=_record(recipe, loaded, trained, spec, staged),
        loaded=loaded,
        training_pixels=trained.task.reference_pixels,
        scenes=trained.task.scenes,
        also_measured=tuple(load_dataset(name, data_dir) for name in recipe.data.also_measured),
    )
    publish(staged, publication, report)
    folder = _moved(staged, (out or MODELS_FOLDER) / recipe.model)
    # Only now: whatever goes wrong before, the best weights are still there.
    shutil.rmtree(settings.work, ignore_errors=True)
    if measure is not None and not trained.result.interrupted:
        _measure(recipe, loaded, folder, settings, report, measure)
    return folder


def measure(
    recipe_name: str | Path,
    *,
    data_dir: Path | None = None,
    out: Path | None = None,
    progress: Progress | None = None,
    limits: RunLimits = WHOLE,
    spread: Spread = one_by_one,
) -> Path:
    """Train and measure the folds and repeats of a model that is there already.

    Parameters are as in `train`; `spread` is what `measure` is there.

    Raises
    ------
    InvalidRecipe
        If the recipe is unknown or wrong.
    DataUnavailable
        If pictures or start weights are missing, or the model folder is.
    """
    recipe = load_recipe(recipe_name)
    folder = (out or MODELS_FOLDER) / recipe.model
    if not folder.is_dir():
        raise DataUnavailable(f"There is no model folder {folder.name}.", "Train it first.")
    report = progress or no_progress
    loaded = load_data(recipe, data_dir, report)
    _measure(recipe, loaded, folder, _settings(recipe, data_dir, limits), report, spread)
    return folder


def _measure(
    recipe: Recipe,
    loaded: LoadedDataset,
    folder: Path,
    settings: RunSettings,
    report: Progress,
    spread: Spread,
) -> None:
    done = []
    try:
        for replicate, rows in measure_replicates(recipe, loaded, REPLICATES_FOLDER, settings, report, spread):
            done.append((replicate, rows))
    except KeyboardInterrupt:
        report("stopped; what is measured stays", len(done), recipe.measurement.folds + recipe.measurement.repeats)
    done.sort(key=lambda measured: (measured[0].run, measured[0].fold))
    if done:
        add_replicates(folder, point_rule(recipe), recipe.measurement.folds, done)
    shutil.rmtree(settings.work, ignore_errors=True)


def _settings(recipe: Recipe, data_dir: Path | None, limits: RunLimits) -> RunSettings:
    # A folder of its own: two trainings at once must not share a checkpoint.
    work = WORK_FOLDER / f"{recipe.name}-{recipe.seed}-{os.getpid()}"
    return RunSettings(limits.epochs or recipe.schedule.epochs, work, data_dir, limits.steps)


def _seeded(recipe_name: str | Path, seed: int | None) -> Recipe:
    recipe = load_recipe(recipe_name)
    return recipe if seed is None else replace(recipe, seed=seed)


def _record(
    recipe: Recipe, loaded: LoadedDataset, trained: TrainedNetwork, spec: ModelSpec, staged: Path
) -> TrainingRecord:
    size = input_spec(recipe)
    compared = read_inputs(loaded.of_split("test")[:PARITY_PICTURES] or loaded.pictures[:PARITY_PICTURES], size)
    robustness: RobustnessFigures | None = None
    if trained.task.teacher is not None:
        test = loaded.of_split("test")
        robustness = measure_robustness(
            trained.task.teacher, trained.network.training_model, test, loaded.class_names, size
        )
    return TrainingRecord(
        recipe=recipe.name,
        dataset=DatasetFacts.of(loaded.dataset),
        seed=recipe.seed,
        epochs=len(trained.result.history),
        best_epoch=trained.result.best_epoch,
        minutes=trained.minutes,
        n_training=len(trained.task.training),
        n_scenes=recipe.data.scenes,
        parity=parity(trained.network.inference_model, staged, compared),
        parity_n=len(compared),
        robustness=robustness,
        gradients=check_gradients(trained.network.inference_model, spec, staged, compared),
    )


def _moved(staged: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        shutil.rmtree(target)
    shutil.move(staged, target)
    return target
