"""The engine on tiny real models: probabilities, class activation maps, threads, and models that are wrong."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import pytest
from openvino import opset13 as ops

from defect_app.catalog import ClassSpec, read_spec, write_spec
from defect_app.engine import Engine
from defect_app.errors import ModelUnavailable
from defect_app.paths import MODELS
from tests.model_folders import (
    BLUE,
    GREEN,
    INSPECTION_CLASSES,
    N_CHANNELS,
    TinyNetwork,
    head_kernel,
    make_model_folder,
    part_photo,
)

SIDE = 32


@pytest.fixture(scope="module")
def engine(tiny_models: Path) -> Engine:
    return Engine(read_spec(tiny_models / "tiny"), tiny_models / "tiny")


@pytest.fixture(scope="module")
def recogniser(tiny_models: Path) -> Engine:
    return Engine(read_spec(tiny_models / "colours"), tiny_models / "colours")


def part(redness: float, seed: int = 0, blueness: float = 0.0) -> np.ndarray:
    return part_photo(redness, seed, size=SIDE, blueness=blueness)


def features_by_numpy(pixels: np.ndarray) -> np.ndarray:
    """Recompute the red, green and blue feature planes, shape (8, 8, 3), from what the tiny model is defined as."""
    blocks = pixels.astype(np.float64).reshape(8, 4, 8, 4, 3).mean(axis=(1, 3)) / 255
    red, green, blue = np.moveaxis(blocks, -1, 0)
    planes: np.ndarray = np.maximum(np.stack([red - green, green - red, blue - (red + green) / 2], axis=-1), 0)
    return planes


@pytest.mark.parametrize("redness", [-1, -0.2, 0, 0.2, 1])
def test_probabilities_sum_to_one_in_spec_order(engine: Engine, redness: float) -> None:
    probabilities = engine.predict(part(redness)).probabilities
    assert probabilities.dtype == np.float32
    assert probabilities.sum() == pytest.approx(1, abs=1e-6)
    assert (probabilities[0] > 0.5) == (redness > 0) or redness == 0


def test_the_pooled_features_are_the_mean_of_the_feature_map(engine: Engine) -> None:
    pixels = part(0.7)
    features = engine.predict(pixels).features
    assert features.shape == (N_CHANNELS,)
    np.testing.assert_allclose(features[: BLUE + 1], features_by_numpy(pixels).mean(axis=(0, 1)), atol=1e-6)


def test_the_activation_map_equals_its_definition_recomputed(tiny_models: Path, engine: Engine) -> None:
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


def test_a_recognition_map_is_for_the_top_class(recogniser: Engine) -> None:
    prediction = recogniser.predict(part(0, blueness=1.0))
    assert recogniser.spec.class_names[int(prediction.probabilities.argmax())] == "blue"
    assert prediction.activation_map.target == "blue"


@pytest.mark.parametrize(
    "pixels",
    [np.full((SIDE, SIDE, 3), (20, 250, 20), np.uint8), np.zeros((SIDE, SIDE, 3), np.uint8)],
    ids=["all evidence is for a good part, softmax saturated", "black"],
)
def test_hostile_30_no_evidence_gives_zeros_and_says_so(engine: Engine, pixels: np.ndarray) -> None:
    prediction = engine.predict(pixels)
    assert not prediction.activation_map.has_evidence
    np.testing.assert_array_equal(prediction.activation_map.values, 0)
    assert np.isfinite(prediction.probabilities).all()


def test_hostile_30_a_saturated_softmax_still_has_a_map_without_nan(engine: Engine) -> None:
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
def test_pixels_of_another_shape_or_type_are_refused_with_what_was_expected(engine: Engine, pixels: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"expected uint8 pixels of shape \(32, 32, 3\)"):
        engine.predict(pixels)


def test_pixels_that_are_a_view_are_judged_as_their_copy(engine: Engine) -> None:
    wide = np.concatenate([part(1), part(-1)], axis=1)
    view = wide[:, :SIDE]
    assert not view.flags.c_contiguous
    np.testing.assert_array_equal(engine.predict(view).probabilities, engine.predict(view.copy()).probabilities)


def test_hostile_25_eight_threads_get_the_serial_bits(engine: Engine) -> None:
    photos = [part(redness, seed) for seed, redness in enumerate(np.linspace(-1, 1, 96))]
    serial = [engine.predict(p) for p in photos]
    with ThreadPoolExecutor(8) as pool:
        threaded = list(pool.map(engine.predict, photos))
    for alone, crowded in zip(serial, threaded, strict=True):
        assert alone.probabilities.tobytes() == crowded.probabilities.tobytes()
        assert alone.features.tobytes() == crowded.features.tobytes()
        assert alone.activation_map.values.tobytes() == crowded.activation_map.values.tobytes()


def test_a_prediction_is_not_overwritten_by_the_next_one(engine: Engine) -> None:
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
def test_the_head_is_read_alike_however_it_is_stored(
    tmp_path: Path, engine: Engine, variant: dict[str, Any], tolerance: float
) -> None:
    folder = make_model_folder(tmp_path, "tiny", familiarity=False, network=TinyNetwork(**variant))
    other = Engine(read_spec(folder), folder)
    pixels = part(0.2, seed=9)
    plain, stored_otherwise = engine.predict(pixels), other.predict(pixels)
    np.testing.assert_allclose(stored_otherwise.probabilities, plain.probabilities, atol=tolerance + 1e-7)
    np.testing.assert_allclose(
        stored_otherwise.activation_map.values, plain.activation_map.values, atol=tolerance + 1e-6
    )


def test_three_classes_with_the_same_number_of_channels_are_not_mixed_up(tmp_path: Path) -> None:
    classes = [ClassSpec(f"c{i}", f"C{i}") for i in range(N_CHANNELS)]
    plain = make_model_folder(tmp_path, "plain", "recognition", classes, familiarity=False)
    turned = make_model_folder(
        tmp_path, "turned", "recognition", classes, familiarity=False, network=TinyNetwork(transposed_head=True)
    )
    pixels = np.full((SIDE, SIDE, 3), (30, 250, 30), np.uint8)
    a, b = (Engine(read_spec(f), f).predict(pixels) for f in (plain, turned))
    assert a.activation_map.target == "c1" == classes[GREEN].name
    np.testing.assert_allclose(a.activation_map.values, b.activation_map.values, atol=1e-6)


def test_the_engine_runs_in_float32_whatever_the_processor_offers(engine: Engine) -> None:
    assert engine._compiled.get_property("INFERENCE_PRECISION_HINT").to_string() == "f32"


def test_a_file_that_is_no_model_is_unavailable(tmp_path: Path) -> None:
    folder = make_model_folder(tmp_path, familiarity=False)
    spec = read_spec(folder)
    (folder / "model.xml").write_text("<html>not a model</html>")
    with pytest.raises(ModelUnavailable, match=r"tiny: model.xml and model.bin are no model that OpenVINO [\d.]+ can"):
        Engine(spec, folder)
    with pytest.raises(ModelUnavailable, match=r"tiny: the file absent\.xml is missing"):
        Engine(spec, folder, weights="absent")


def test_a_torn_model_is_refused_in_our_words_and_openvinos_own_are_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = make_model_folder(tmp_path, familiarity=False)
    text = (folder / "model.xml").read_text()
    (folder / "model.xml").write_text(text[: len(text) // 2])
    with caplog.at_level("INFO"), pytest.raises(ModelUnavailable) as caught:
        Engine(read_spec(folder), folder)
    assert "Exception from" not in str(caught.value)
    assert "src/" not in str(caught.value)
    (record,) = caplog.records
    assert isinstance(record.msg, dict)
    assert record.msg["event"] == "model_load_failed"
    assert "Exception from" in record.msg["openvino"]


@pytest.mark.parametrize("spoil", ["cut short", "overwritten"])
def test_a_loaded_model_answers_as_before_when_its_file_is_changed_in_place(tmp_path: Path, spoil: str) -> None:
    # In a process of its own, since reading a mapped file that was cut short ends the process.
    folder = shutil.copytree(MODELS / "casting-mobilenetv2", tmp_path / "casting-mobilenetv2")
    command = [sys.executable, "-c", ANSWERS_BEFORE_AND_AFTER, str(folder), spoil]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert (finished.returncode, finished.stdout) == (0, "alike\n"), finished.stderr


ANSWERS_BEFORE_AND_AFTER = """
import os, sys
from pathlib import Path
import numpy as np
from defect_app.catalog import read_spec
from defect_app.engine import Engine

folder, spoil = Path(sys.argv[1]), sys.argv[2]
spec = read_spec(folder)
engine = Engine(spec, folder)
pixels = np.random.default_rng(0).integers(0, 256, (spec.input.height, spec.input.width, 3), np.uint8)
before = engine.predict(pixels)
weights = folder / "model.bin"
if spoil == "cut short":
    os.truncate(weights, 100)
else:
    with weights.open("r+b") as file:
        file.write(bytes(weights.stat().st_size))
after = engine.predict(pixels)
print("alike" if (before.probabilities == after.probabilities).all() else "changed")
"""


def test_there_are_as_many_streams_as_the_setting_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEFECT_APP_THREADS", "3")
    folder = make_model_folder(tmp_path, familiarity=False)
    assert Engine(read_spec(folder), folder).streams == 3


def test_a_model_without_the_promised_outputs_is_unavailable(tmp_path: Path) -> None:
    folder = make_model_folder(tmp_path, familiarity=False)
    pixels = ops.parameter(ov.PartialShape([-1, SIDE, SIDE, 3]), np.uint8)
    mean = ops.reduce_mean(ops.convert(pixels, np.float32), np.array([1, 2]), False)
    ov.save_model(ov.Model([ops.result(ops.softmax(mean, 1))], [pixels]), folder / "model.xml")
    with pytest.raises(ModelUnavailable, match="outputs"):
        Engine(write_spec(folder, read_spec(folder)), folder)


def test_a_spec_with_another_number_of_classes_than_the_model_is_unavailable(tmp_path: Path, tiny_models: Path) -> None:
    folder = make_model_folder(tmp_path, familiarity=False)
    spec = read_spec(tiny_models / "colours")
    with pytest.raises(ModelUnavailable, match="3 classes"):
        Engine(spec, folder)


def test_a_spec_with_another_input_size_than_the_model_is_unavailable(tmp_path: Path) -> None:
    folder = make_model_folder(tmp_path, "tiny", network=TinyNetwork(size=48), familiarity=False)
    spec = read_spec(folder)
    with pytest.raises(ModelUnavailable, match="40"):
        Engine(replace(spec, input=replace(spec.input, height=40, width=40)), folder)
