"""The engine on tiny real models: probabilities, class activation maps, threads, and models that are wrong."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import openvino as ov
import pytest
from openvino import opset13 as ops

from defect_app.catalog import ClassSpec, read_spec, write_spec
from defect_app.engine import Engine
from defect_app.errors import ModelUnavailable
from tests.model_folders import BLUE, GREEN, INSPECTION_CLASSES, N_CHANNELS, head_kernel, make_model_folder, part_photo

SIDE = 32


@pytest.fixture(scope="module")
def engine(tiny_models):
    return Engine(read_spec(tiny_models / "tiny"), tiny_models / "tiny")


@pytest.fixture(scope="module")
def recogniser(tiny_models):
    return Engine(read_spec(tiny_models / "colours"), tiny_models / "colours")


def part(redness: float, seed: int = 0, blueness: float = 0.0) -> np.ndarray:
    return part_photo(redness, seed, size=SIDE, blueness=blueness)


def features_by_numpy(pixels: np.ndarray) -> np.ndarray:
    """Recompute the red, green and blue feature planes, shape (8, 8, 3), from what the tiny model is defined as."""
    blocks = pixels.astype(np.float64).reshape(8, 4, 8, 4, 3).mean(axis=(1, 3)) / 255
    red, green, blue = np.moveaxis(blocks, -1, 0)
    return np.maximum(np.stack([red - green, green - red, blue - (red + green) / 2], axis=-1), 0)


@pytest.mark.parametrize("redness", [-1, -0.2, 0, 0.2, 1])
def test_probabilities_sum_to_one_in_spec_order(engine, redness):
    probabilities = engine.predict(part(redness)).probabilities
    assert probabilities.dtype == np.float32
    assert probabilities.sum() == pytest.approx(1, abs=1e-6)
    assert (probabilities[0] > 0.5) == (redness > 0) or redness == 0


def test_the_pooled_features_are_the_mean_of_the_feature_map(engine):
    pixels = part(0.7)
    features = engine.predict(pixels).features
    assert features.shape == (N_CHANNELS,)
    np.testing.assert_allclose(features[: BLUE + 1], features_by_numpy(pixels).mean(axis=(0, 1)), atol=1e-6)


def test_the_activation_map_equals_its_definition_recomputed(tiny_models, engine):
    pixels = part(0.3, seed=4)
    pixels[4:12, 20:28] = (220, 40, 60)
    compiled = ov.Core().compile_model(tiny_models / "tiny" / "model.xml", "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    feature_map = compiled(pixels[None])["features"][0].astype(np.float64)
    kernel = head_kernel(INSPECTION_CLASSES).astype(np.float64)
    evidence = np.maximum(feature_map @ (kernel[:, 0] - kernel[:, 1]), 0)
    found = engine.predict(pixels).activation_map
    np.testing.assert_allclose(found.values, evidence / evidence.max(), atol=1e-5)
    assert (found.target, found.has_evidence) == ("defect", True)
    assert np.unravel_index(found.values.argmax(), found.values.shape) in [(r, c) for r in (1, 2) for c in (5, 6)]


def test_a_recognition_map_is_for_the_top_class(recogniser):
    prediction = recogniser.predict(part(0, blueness=1.0))
    assert recogniser.spec.class_names[int(prediction.probabilities.argmax())] == "blue"
    assert prediction.activation_map.target == "blue"


@pytest.mark.parametrize(
    "pixels",
    [np.full((SIDE, SIDE, 3), (20, 250, 20), np.uint8), np.zeros((SIDE, SIDE, 3), np.uint8)],
    ids=["all evidence is for a good part, softmax saturated", "black"],
)
def test_hostile_30_no_evidence_gives_zeros_and_says_so(engine, pixels):
    prediction = engine.predict(pixels)
    assert not prediction.activation_map.has_evidence
    np.testing.assert_array_equal(prediction.activation_map.values, 0)
    assert np.isfinite(prediction.probabilities).all()


def test_hostile_30_a_saturated_softmax_still_has_a_map_without_nan(engine):
    prediction = engine.predict(np.full((SIDE, SIDE, 3), (255, 0, 0), np.uint8))
    assert prediction.probabilities[0] > 0.99999
    assert prediction.activation_map.has_evidence
    assert np.isfinite(prediction.activation_map.values).all()
    assert prediction.activation_map.values.max() == 1


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((SIDE, SIDE + 1, 3), np.uint8),
        np.zeros((1, SIDE, SIDE, 3), np.uint8),
        np.zeros((SIDE, SIDE), np.uint8),
        np.zeros((SIDE, SIDE, 4), np.uint8),
        np.zeros((SIDE, SIDE, 3), np.float32),
    ],
    ids=["wrong width", "a batch", "grey", "with alpha", "already scaled"],
)
def test_pixels_of_another_shape_or_type_are_refused_with_what_was_expected(engine, pixels):
    with pytest.raises(ValueError, match=r"expected uint8 pixels of shape \(32, 32, 3\)"):
        engine.predict(pixels)


def test_pixels_that_are_a_view_are_judged_as_their_copy(engine):
    wide = np.concatenate([part(1), part(-1)], axis=1)
    view = wide[:, :SIDE]
    assert not view.flags.c_contiguous
    np.testing.assert_array_equal(engine.predict(view).probabilities, engine.predict(view.copy()).probabilities)


def test_hostile_25_eight_threads_get_the_serial_bits(engine):
    photos = [part(redness, seed) for seed, redness in enumerate(np.linspace(-1, 1, 96))]
    serial = [engine.predict(p) for p in photos]
    with ThreadPoolExecutor(8) as pool:
        threaded = list(pool.map(engine.predict, photos))
    for alone, crowded in zip(serial, threaded, strict=True):
        assert alone.probabilities.tobytes() == crowded.probabilities.tobytes()
        assert alone.features.tobytes() == crowded.features.tobytes()
        assert alone.activation_map.values.tobytes() == crowded.activation_map.values.tobytes()


def test_a_prediction_is_not_overwritten_by_the_next_one(engine):
    first = engine.predict(part(1))
    kept = (first.probabilities.copy(), first.features.copy(), first.activation_map.values.copy())
    for seed in range(8):
        engine.predict(part(-1, seed))
    for then, now in zip(kept, (first.probabilities, first.features, first.activation_map.values), strict=True):
        np.testing.assert_array_equal(then, now)


@pytest.mark.parametrize(
    ("variant", "tolerance"),
    [
        ({"transposed_head": True}, 0.0),
        ({"compress_to_fp16": True}, 2e-3),
        ({"transposed_head": True, "compress_to_fp16": True}, 2e-3),
    ],
    ids=["transposed", "FP16", "transposed FP16"],
)
def test_the_head_is_read_alike_however_it_is_stored(tmp_path, engine, variant, tolerance):
    folder = make_model_folder(tmp_path, "tiny", familiarity=False, **variant)
    other = Engine(read_spec(folder), folder)
    pixels = part(0.2, seed=9)
    plain, stored_otherwise = engine.predict(pixels), other.predict(pixels)
    np.testing.assert_allclose(stored_otherwise.probabilities, plain.probabilities, atol=tolerance + 1e-7)
    np.testing.assert_allclose(
        stored_otherwise.activation_map.values, plain.activation_map.values, atol=tolerance + 1e-6
    )


def test_three_classes_with_the_same_number_of_channels_are_not_mixed_up(tmp_path):
    classes = [ClassSpec(f"c{i}", f"C{i}") for i in range(N_CHANNELS)]
    plain = make_model_folder(tmp_path, "plain", "recognition", classes, familiarity=False)
    turned = make_model_folder(tmp_path, "turned", "recognition", classes, familiarity=False, transposed_head=True)
    pixels = np.full((SIDE, SIDE, 3), (30, 250, 30), np.uint8)
    a, b = (Engine(read_spec(f), f).predict(pixels) for f in (plain, turned))
    assert a.activation_map.target == "c1" == classes[GREEN].name
    np.testing.assert_allclose(a.activation_map.values, b.activation_map.values, atol=1e-6)


def test_the_engine_runs_in_float32_whatever_the_processor_offers(engine):
    assert engine._compiled.get_property("INFERENCE_PRECISION_HINT").to_string() == "f32"


def test_a_file_that_is_no_model_is_unavailable(tmp_path):
    folder = make_model_folder(tmp_path, familiarity=False)
    spec = read_spec(folder)
    (folder / "model.xml").write_text("<html>not a model</html>")
    with pytest.raises(ModelUnavailable, match="tiny: OpenVINO cannot load"):
        Engine(spec, folder)
    with pytest.raises(ModelUnavailable, match="tiny: OpenVINO cannot load"):
        Engine(spec, folder, weights="absent")


def test_a_model_without_the_promised_outputs_is_unavailable(tmp_path):
    folder = make_model_folder(tmp_path, familiarity=False)
    pixels = ops.parameter(ov.PartialShape([-1, SIDE, SIDE, 3]), np.uint8)
    mean = ops.reduce_mean(ops.convert(pixels, np.float32), np.array([1, 2]), False)
    ov.save_model(ov.Model([ops.result(ops.softmax(mean, 1))], [pixels]), folder / "model.xml")
    with pytest.raises(ModelUnavailable, match="outputs"):
        Engine(write_spec(folder, read_spec(folder)), folder)


def test_a_spec_with_another_number_of_classes_than_the_model_is_unavailable(tmp_path, tiny_models):
    folder = make_model_folder(tmp_path, familiarity=False)
    spec = read_spec(tiny_models / "colours")
    with pytest.raises(ModelUnavailable, match="3 classes"):
        Engine(spec, folder)


def test_a_spec_with_another_input_size_than_the_model_is_unavailable(tmp_path):
    folder = make_model_folder(tmp_path, "tiny", size=48, familiarity=False)
    text = (folder / "model.toml").read_text().replace("height = 48", "height = 40").replace("width = 48", "width = 40")
    (folder / "model.toml").write_text(text)
    with pytest.raises(ModelUnavailable, match="40"):
        Engine(read_spec(folder), folder)
