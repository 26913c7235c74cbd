"""The loop, on a network small enough to be trained in a second."""

from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import keras
import numpy as np
import pytest

from defect_app.catalog import InputSpec
from defect_app.recipes import Recipe
from defect_app.recipes.entries import BackboneEntries, DataEntries, LossEntries, OptimiserEntries, ScheduleEntries
from defect_app.training.batches import AugmentedPictures
from defect_app.training.fit import FitResult, FitSettings, StepProgress, _optimiser, fit
from defect_app.training.history import write_history
from defect_app.training.losses import classification_loss
from defect_app.training.pictures import TrainingPictures

SIZE = InputSpec(8, 8, "stretch", "area")


def _pictures(n: int = 24) -> TrainingPictures:
    bright = np.arange(n) % 2
    pixels = np.where(bright[:, None, None, None], 200, 50).astype(np.uint8) * np.ones((n, 8, 8, 3), np.uint8)
    return TrainingPictures(pixels, np.eye(2, dtype=np.float32)[bright])


def _network() -> keras.Model:
    keras.utils.set_random_seed(0)
    inputs = keras.Input((8, 8, 3))
    scaled = keras.layers.Rescaling(1 / 127.5, -1)(inputs)
    return keras.Model(inputs, keras.layers.Dense(2)(keras.layers.Flatten()(scaled)))


def _recipe(**schedule: Any) -> Recipe:
    return Recipe(
        name="tiny",
        model="tiny",
        title="",
        summary="",
        data=DataEntries("none"),
        backbone=BackboneEntries("none"),
        schedule=ScheduleEntries(**({"epochs": 3, "batch_size": 8} | schedule)),
        optimiser=OptimiserEntries(learning_rate=0.05, weight_average=0.5),
    )


def _fit(
    tmp_path: Path, network: keras.Model, recipe: Recipe, progress: StepProgress = lambda done, total, words: None
) -> FitResult:
    loss = classification_loss(LossEntries(), np.array([0.5, 0.5]))
    return fit(
        network,
        AugmentedPictures(_pictures(), lambda pixels, rng: pixels, SIZE),
        _pictures(8),
        loss,
        FitSettings(recipe.optimiser, recipe.schedule, recipe.schedule.epochs, 0, tmp_path / "best.weights.h5"),
        progress,
    )


@pytest.mark.parametrize("kind", ["cosine", "one_cycle", "constant", "plateau"])
def test_the_loop_learns_records_every_epoch_and_keeps_the_best(tmp_path: Path, kind: str) -> None:
    network = _network()
    result = _fit(tmp_path, network, _recipe(kind=kind))
    assert [row.epoch for row in result.history] == [1, 2, 3]
    assert result.history[-1].validation_accuracy == 1.0
    assert result.best_epoch == 1 + int(np.argmin([row.validation_loss for row in result.history]))
    write_history(tmp_path, result.history)
    lines = (tmp_path / "history.csv").read_text().splitlines()
    assert lines[0] == "epoch,loss,validation_loss,validation_accuracy,learning_rate,seconds"
    assert len(lines) == 4


def test_ctrl_c_ends_the_loop_with_the_best_epoch_so_far(tmp_path: Path) -> None:
    def press(done: int, total: int, words: str) -> None:
        if done == 5:
            raise KeyboardInterrupt

    network = _network()
    result = _fit(tmp_path, network, _recipe(), press)
    assert result.interrupted
    assert result.best_epoch == 1
    assert len(result.history) == 1


def test_one_cycle_rises_to_the_rate_and_falls_to_nothing() -> None:
    entries = OptimiserEntries(kind="rmsprop", learning_rate=0.1)
    schedule = ScheduleEntries(epochs=1, kind="one_cycle", warm_up=0.3)
    rates = [float(_optimiser(entries, schedule, 100)._learning_rate(step)) for step in range(101)]
    assert rates[0] == pytest.approx(0.004)
    assert int(np.argmax(rates)) == 30
    assert max(rates) == pytest.approx(0.1)
    assert rates[-1] < 1e-6
    assert np.all(np.diff(rates[:31]) > 0)
    assert np.all(np.diff(rates[30:]) < 0)


@pytest.mark.parametrize("kind", ["adamw", "adam", "sgd", "rmsprop"])
def test_each_optimiser_learns(tmp_path: Path, kind: Literal["adamw", "adam", "sgd", "rmsprop"]) -> None:
    entries = OptimiserEntries(kind=kind, learning_rate=0.05)
    result = _fit(tmp_path, _network(), replace(_recipe(), optimiser=entries))
    assert result.history[-1].validation_accuracy == 1.0


def test_patience_ends_the_loop_early(tmp_path: Path) -> None:
    recipe = _recipe(epochs=9, patience=2, kind="constant")
    # A rate so small moves no weight, so no epoch gains on the first.
    standing = replace(recipe, optimiser=OptimiserEntries(learning_rate=1e-14, weight_decay=0.0))
    result = _fit(tmp_path, _network(), standing)
    assert len(result.history) == 3
    assert result.best_epoch == 1
