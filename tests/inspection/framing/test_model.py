"""What finds the part: it survives the disk, and a damaged file puts the model out of service."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import openvino as ov
import pytest

from defect_app.catalog import find_model, load_catalog, read_spec, write_spec
from defect_app.engine import FrameNetwork, WindowFilter
from defect_app.errors import ModelUnavailable
from defect_app.inspection.framing import FRAMING_FILE, FrameModel
from tests.model_folders import N_CHANNELS, make_model_folder, part_photo


def window(n_answers: int, rows: int, columns: int, seed: int = 0) -> WindowFilter:
    rng = np.random.default_rng(seed)
    shape = (n_answers, N_CHANNELS, rows, columns)
    return WindowFilter(rng.normal(size=shape).astype(np.float32), rng.normal(size=n_answers).astype(np.float32))


MODEL = FrameModel("", 4, window(5, 2, 3), window(4, 6, 8), 0.5, 0.2).rounded()


def test_a_network_answers_for_every_window_as_a_weighted_sum_of_its_features(tiny_models: Path) -> None:
    folder = tiny_models / "tiny"
    layer = activations_of(folder)
    filter_ = window(5, 2, 3)
    pixels = part_photo(0.3, size=64)[:48]
    features = FrameNetwork(folder, layer, None)(pixels)
    answers = FrameNetwork(folder, layer, filter_)(pixels)
    assert features.shape == (12, 16, N_CHANNELS)
    assert answers.shape == (11, 14, 5)
    for row, column in ((0, 0), (10, 13), (4, 7)):
        seen = features[row : row + 2, column : column + 3].transpose(2, 0, 1)
        expected = (filter_.weights * seen).sum(axis=(1, 2, 3)) + filter_.bias
        assert answers[row, column] == pytest.approx(expected, abs=1e-4)


def test_a_network_without_the_layer_is_told(tiny_models: Path) -> None:
    with pytest.raises(ModelUnavailable, match="no map 'elsewhere' to search"):
        FrameNetwork(tiny_models / "tiny", "elsewhere", None)(part_photo(0))


def activations_of(folder: Path) -> str:
    """Return the operation whose output is the tiny network's feature map."""
    model = ov.Core().read_model(folder / "model.xml")
    return next(str(n.get_friendly_name()) for n in model.get_ordered_ops() if n.get_type_name() == "Relu")


def test_what_is_written_is_read_back_to_the_bit(tmp_path: Path) -> None:
    MODEL.save(tmp_path / FRAMING_FILE)
    read = FrameModel.load(tmp_path / FRAMING_FILE)
    assert (read.coarse.weights == MODEL.coarse.weights).all()
    assert (read.fine.weights == MODEL.fine.weights).all()
    assert (read.fine.bias == MODEL.fine.bias).all()
    assert (read.layer, read.stride, read.least_score, read.most_distance) == ("", 4, 0.5, 0.2)


@pytest.mark.parametrize(
    "broken",
    [
        replace(MODEL, coarse=window(4, 2, 3)),
        replace(MODEL, fine=window(4, 2, 8)),
        replace(MODEL, most_distance=float("nan")),
        replace(MODEL, fine=WindowFilter(np.full((4, N_CHANNELS, 6, 8), np.inf), np.zeros(4))),
        replace(MODEL, stride=0),
    ],
    ids=["answers are missing", "nothing but surroundings", "no limit", "infinite weights", "no stride"],
)
def test_what_cannot_find_anything_is_refused(broken: FrameModel, tmp_path: Path) -> None:
    broken.save(tmp_path / FRAMING_FILE)
    with pytest.raises(ModelUnavailable, match=r"framing\.npz cannot be read"):
        FrameModel.load(tmp_path / FRAMING_FILE)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short", b"not a file of arrays"])
def test_a_damaged_file_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / FRAMING_FILE).write_bytes(content)
    with pytest.raises(ModelUnavailable, match=r"framing\.npz cannot be read"):
        FrameModel.load(tmp_path / FRAMING_FILE)


def test_the_search_is_sealed_and_part_of_what_decides(tmp_path: Path) -> None:
    folder = make_model_folder(tmp_path)
    before = read_spec(folder)
    MODEL.save(folder / FRAMING_FILE)
    assert load_catalog(tmp_path).get("tiny").problem == "its model.toml gives no sha256 for framing.npz."
    sealed = write_spec(folder, before)
    assert load_catalog(tmp_path).get("tiny").usable
    assert sealed.identity != before.identity
    replace(MODEL, most_distance=2.0).save(folder / FRAMING_FILE)
    assert "framing.npz is damaged or was changed" in load_catalog(tmp_path).get("tiny").problem


def test_a_quantised_network_is_not_run_at_sizes_that_end_the_process() -> None:
    folder = find_model("casting-mobilenetv2-int8")[1]
    with pytest.raises(ModelUnavailable, match="a quantised network cannot search"):
        FrameNetwork(folder, "", None)(part_photo(0))
