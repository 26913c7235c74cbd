"""Tiny trained-looking model folders with a Keras file: not square, of two kinds of head."""

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from defect_app.catalog import (
    ChosenThresholds,
    ClassSpec,
    InputSpec,
    InspectionThresholds,
    LicenceSpec,
    ModelSpec,
    write_spec,
)
from defect_app.catalog.spec import Fit
from defect_app.explanation import Target, defect_target
from defect_app.inspection import Inspector
from defect_app.recipes.entries import BackboneEntries, HeadEntries, InputEntries, LossEntries
from defect_app.recipes.recipe import load_recipe
from defect_app.training.export import export_network
from defect_app.training.networks import build_network

CLASSES = (
    ClassSpec("none", "None", "ok"),
    ClassSpec("minor", "Minor", "defect"),
    ClassSpec("major", "Major", "defect"),
)
HEIGHT, WIDTH = 48, 96
HEADS = {"gap": HeadEntries(), "dense": HeadEntries("flat", units=(8,))}


def make_keras_folder(root: Path, model_id: str, *, fit: Fit = "stretch") -> Path:
    """Write a folder with a random network that answers differently to different photos, and return it."""
    keras.utils.set_random_seed(3)
    recipe = replace(
        load_recipe("casting-mobilenetv2"),
        backbone=BackboneEntries("SmallCNN", weights="none"),
        input=InputEntries(HEIGHT, WIDTH),
        loss=LossEntries(),
        head=HEADS[model_id],
    )
    network = build_network(recipe, len(CLASSES))
    rng = np.random.default_rng(0)
    for variable in network.inference_model.variables:
        if "gamma" in variable.path or "moving_variance" in variable.path:
            variable.assign(rng.uniform(0.5, 1.5, variable.shape))
        elif "beta" in variable.path or "moving_mean" in variable.path:
            variable.assign(rng.normal(0, 0.3, variable.shape))
    export_network(network.inference_model, root / model_id, network.descriptor_map)
    spec = ModelSpec(
        id=model_id,
        title=f"Tiny {model_id}",
        task="inspection",
        classes=CLASSES,
        input=InputSpec(HEIGHT, WIDTH, fit, "area"),
        explain_layer=network.feature_layer,
        default_point=ChosenThresholds(InspectionThresholds(0.0, 0.0)),
        licence=LicenceSpec("MIT"),
        product="casting",
        dataset="generated",
    )
    write_spec(root / model_id, spec)
    return root / model_id


@pytest.fixture(scope="package")
def keras_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a models folder with ``gap`` (class activation map) and ``dense`` (gradient head); do not change it."""
    root = tmp_path_factory.mktemp("keras-models")
    for model_id in HEADS:
        make_keras_folder(root, model_id)
    return root


@pytest.fixture(scope="package")
def gap(keras_models: Path) -> Inspector:
    return Inspector.from_id("gap", keras_models)


@pytest.fixture(scope="package")
def dense(keras_models: Path) -> Inspector:
    return Inspector.from_id("dense", keras_models)


@pytest.fixture(scope="package")
def pixels() -> np.ndarray:
    """Draw a photo of coloured blocks at the input size."""
    rng = np.random.default_rng(4)
    photo = np.kron(rng.integers(0, 256, (6, 12, 3)), np.ones((8, 8, 1))) + rng.normal(0, 12, (HEIGHT, WIDTH, 3))
    return np.clip(photo, 0, 255).astype(np.uint8)


@pytest.fixture(scope="package")
def target(gap: Inspector) -> Target:
    return defect_target(gap.spec)
