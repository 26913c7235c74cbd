"""The bundled models: each one is explained by every method, as tf-keras-vis explains it."""

import os
from pathlib import Path

import numpy as np
import pytest

from defect_app.catalog import load_catalog, original_of
from defect_app.engine.layer_names import read_layer_names
from defect_app.explanation import default_target, input_map
from defect_app.explanation.gradient_engines import explained_model_id, gradient_engine, release_gradient_engines
from defect_app.explanation.gradients import load_logit_model, reference_evidence
from defect_app.inspection import Inspector, input_pixels
from defect_app.intake import Photo, read_photo
from defect_app.publishing.training_record import read_record
from defect_app.scenes.samples import samples_for
from tests.thorough import represented_by

MODELS = [entry.id for entry in load_catalog().usable]
ORIGINALS = [entry.id for entry in load_catalog().usable if original_of(entry.usable_spec) is None]
OF_EACH_NETWORK = ("casting-mobilenetv2", "cifar10-cnn", "metal-cnn", "phone-wearnet")
SHARE = 1e-3
"""Of a map's greatest value, up to which two maps are the same."""
APART = 1e-3
"""Share of the places of a layer in the middle that may lie farther apart: where a number lies on an activation's
bound, rounding decides whether the gradient passes."""


def sample_of(model: Inspector) -> np.ndarray:
    """Return the first defective sample at the model's input size."""
    samples = sorted(samples_for(model.spec), key=lambda sample: not sample.is_defective)
    photo = read_photo(samples[0].read(), samples[0].name, least_side=model.least_side)
    assert isinstance(photo, Photo)
    return input_pixels(photo.pixels, model.spec)


BY_TENSORFLOW = ("phone-efficientnet-lite2",)
"""Too far from TensorFlow's by early layers, as their cards say: gradient maps of these are TensorFlow's."""


@pytest.mark.parametrize("model_id", MODELS)
def test_every_gradient_is_known_and_was_checked_against_tensorflows(model_id: str) -> None:
    model = Inspector.from_id(model_id)
    engine = gradient_engine(model)
    assert engine.missing_gradient() == ""
    assert engine.missing_gradient(model.spec.explain_layer) == ""
    explained = Inspector.from_id(explained_model_id(model))
    assert len(engine.layers) == len(read_layer_names(explained.folder).operations) >= 9
    check = read_record(explained.folder).gradients
    assert check is not None
    assert check.usable is (model_id not in BY_TENSORFLOW)
    assert (check.pictures, check.layers) == (20, len(engine.layers))


def test_the_integer_copy_is_explained_by_its_original() -> None:
    copy, original = (Inspector.from_id(name) for name in ("casting-mobilenetv2-int8", "casting-mobilenetv2"))
    pixels = sample_of(copy)
    target = default_target(copy.spec, copy.engine.predict(pixels).probabilities)
    np.testing.assert_array_equal(
        input_map(copy, pixels, target, "layer-cam").values, input_map(original, pixels, target, "layer-cam").values
    )


def test_a_map_of_single_pixels_gives_the_memory_of_its_activations_back() -> None:
    """The tallest photos: 168 MB of activations while it is computed, 4 MB of answer."""
    model = Inspector.from_id("metal-features")
    size, engine = model.spec.input, gradient_engine(model)
    photo = np.zeros((size.height, size.width, 3), np.uint8)
    engine.at_photo(photo, np.array([-1.0, 1.0]))
    working = resident_mb()
    engine.rest()
    assert working - resident_mb() > 120
    release_gradient_engines()


def resident_mb() -> float:
    """Return how much memory this process holds, in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@pytest.mark.parametrize("model_id", represented_by(OF_EACH_NETWORK, ORIGINALS))
def test_maps_of_every_model_equal_those_of_tf_keras_vis(model_id: str) -> None:
    model = Inspector.from_id(model_id)
    pixels = sample_of(model)
    target = default_target(model.spec, model.engine.predict(pixels).probabilities)
    network, ends = load_logit_model(model.folder), gradient_engine(model).stage_ends
    last = model.spec.explain_layer
    for method, layer in (("hires-cam", last), ("layer-cam", ends[len(ends) // 2].name)):
        direct = reference_evidence(network, pixels, target, method, layer)
        found = input_map(model, pixels, target, method, layer)
        assert direct.max() > 0
        assert (np.abs(found.unscaled - direct) > SHARE * direct.max()).mean() <= (0 if layer == last else APART)


@pytest.mark.parametrize("method", ["grad-cam", "hires-cam", "score-cam"])
def test_the_other_methods_of_a_bundled_model_equal_those_of_tf_keras_vis(method: str) -> None:
    model = Inspector.from_id("casting-cnn")
    pixels = sample_of(model)
    target = default_target(model.spec, model.engine.predict(pixels).probabilities)
    for layer in ("relu_1", "relu_4"):
        direct = reference_evidence(load_logit_model(model.folder), pixels, target, method, layer)
        found = input_map(model, pixels, target, method, layer)
        assert direct.max() > 0
        np.testing.assert_allclose(found.unscaled, direct, atol=SHARE * direct.max())
