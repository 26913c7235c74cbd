"""From a recipe's name to a finished model folder, with what is measured beside it."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

from defect_app.catalog import MODELS_FOLDER
from defect_app.datasets import LoadedDataset
from defect_app.errors import DataUnavailable
from defect_app.training.crossvalidation import measure_parts
from defect_app.training.distillation import RobustnessFigures, measure_robustness
from defect_app.training.export import parity
from defect_app.training.learning import Learnt, Progress, Run, input_size, learn
from defect_app.training.material import load_data
from defect_app.training.measured_parts import parts_of
from defect_app.training.pipeline import read_inputs
from defect_app.training.publish import DatasetFacts, TrainingRecord, add_parts, draft_spec, publish
from defect_app.training.recipe import Recipe, load_recipe

WORK_FOLDER = Path(__file__).resolve().parents[2] / "var" / "training"
KEPT_FOLDER = WORK_FOLDER / "measured"
PARITY_PICTURES = 256


def train(
    recipe_name: str | Path,
    *,
    data_dir: Path | None = None,
    epochs: int | None = None,
    seed: int | None = None,
    out: Path | None = None,
    progress: Progress | None = None,
    steps_limit: int | None = None,
    measure: bool = True,
) -> Path:
    """Train a recipe, evaluate the result with the files that serve, and put the model folder in its place.

    Then the folds and repeats that the recipe asks for are learnt and measured, and added to the folder one by one.
    Ctrl-C ends the learning: the best epoch so far is exported and evaluated all the same, and folds and repeats that
    are done stay. Nothing in `out` is touched before the new folder is complete.

    Parameters
    ----------
    recipe_name : str or Path
        A bundled recipe's name, or the path of a TOML file.
    data_dir : Path, optional
        The folder with the archives; default: the environment variable ``DEFECT_APP_DATA``.
    epochs, seed : int, optional
        Instead of the recipe's.
    out : Path, optional
        The folder that gets the model folder; default: the project's ``models/``.
    progress : callable, optional
        See `learning.Progress`.
    steps_limit : int, optional
        Steps an epoch at most, for trials.
    measure : bool
        Whether folds and repeats follow.

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
    report = progress or _silent
    loaded = load_data(recipe, data_dir, report)
    run = _run(recipe, data_dir, epochs, steps_limit)
    staged = run.work / recipe.model
    learnt = learn(recipe, loaded, staged, run, report)
    record = _record(recipe, loaded, learnt, staged)
    spec = draft_spec(recipe, loaded, learnt.network.feature_layer)
    publish(staged, spec, recipe, loaded, record, learnt.lesson.remembered, learnt.lesson.scenes, report, data_dir)
    folder = _moved(staged, (out or MODELS_FOLDER) / recipe.model)
    # Only now: whatever goes wrong before, the best weights are still there.
    shutil.rmtree(run.work, ignore_errors=True)
    if measure and not learnt.result.interrupted:
        _measure(recipe, loaded, folder, run, report)
    return folder


def measure(
    recipe_name: str | Path,
    *,
    data_dir: Path | None = None,
    epochs: int | None = None,
    out: Path | None = None,
    progress: Progress | None = None,
    steps_limit: int | None = None,
) -> Path:
    """Learn and measure the folds and repeats of a model that is there already; parameters as in `train`.

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
    report = progress or _silent
    loaded = load_data(recipe, data_dir, report)
    _measure(recipe, loaded, folder, _run(recipe, data_dir, epochs, steps_limit), report)
    return folder


def _measure(recipe: Recipe, loaded: LoadedDataset, folder: Path, run: Run, report: Progress) -> None:
    done = []
    try:
        for part, rows in measure_parts(recipe, loaded, KEPT_FOLDER, run, report):
            done.append((part, rows))
    except KeyboardInterrupt:
        report("stopped; what is measured is kept", len(done), len(parts_of(recipe)))
    if done:
        add_parts(folder, recipe, done)
    shutil.rmtree(run.work, ignore_errors=True)


def _run(recipe: Recipe, data_dir: Path | None, epochs: int | None, steps_limit: int | None) -> Run:
    # A folder of its own: two trainings at once must not share a checkpoint.
    work = WORK_FOLDER / f"{recipe.name}-{recipe.seed}-{os.getpid()}"
    return Run(epochs or recipe.schedule.epochs, work, data_dir, steps_limit)


def _seeded(recipe_name: str | Path, seed: int | None) -> Recipe:
    recipe = load_recipe(recipe_name)
    return recipe if seed is None else replace(recipe, seed=seed)


def _silent(words: str, done: int, total: int) -> None:
    """Report nothing."""


def _record(recipe: Recipe, loaded: LoadedDataset, learnt: Learnt, staged: Path) -> TrainingRecord:
    size = input_size(recipe)
    compared = read_inputs(loaded.of_split("test")[:PARITY_PICTURES] or loaded.pictures[:PARITY_PICTURES], size)
    robustness: RobustnessFigures | None = None
    if learnt.lesson.teacher is not None:
        test = loaded.of_split("test")
        robustness = measure_robustness(learnt.lesson.teacher, learnt.network.learner, test, loaded.class_names, size)
    return TrainingRecord(
        recipe=recipe.name,
        dataset=DatasetFacts.of(loaded.dataset),
        seed=recipe.seed,
        epochs=len(learnt.result.history),
        best_epoch=learnt.result.best_epoch,
        minutes=learnt.minutes,
        n_training=len(learnt.lesson.deck),
        n_scenes=recipe.data.scenes,
        parity=parity(learnt.network.server, staged, compared),
        parity_n=len(compared),
        robustness=robustness,
    )


def _moved(staged: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        shutil.rmtree(target)
    shutil.move(staged, target)
    return target
