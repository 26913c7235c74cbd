"""``explain.npz`` gives back what was written, and a damaged one is named."""

from pathlib import Path

import numpy as np
import pytest

from defect_app.engine.layer_names import EXPLAIN_FILE, LayerNames, read_layer_names, write_layer_names
from defect_app.errors import ModelUnavailable

NAMES = LayerNames(
    {"relu_1": "Transpose_7", "scope/add": "Transpose_9"},
    {"scope/kernel": np.arange(-6, 6, dtype=np.int8).reshape(3, 4), "bias": np.array([[-32767, 9]], np.int16)},
)


def test_names_and_lost_weights_are_read_as_written(tmp_path: Path) -> None:
    write_layer_names(tmp_path, NAMES)
    found = read_layer_names(tmp_path)
    assert list(found.operations.items()) == list(NAMES.operations.items())
    assert found.lost.keys() == NAMES.lost.keys()
    for name, lost in NAMES.lost.items():
        assert found.lost[name].dtype == lost.dtype
        np.testing.assert_array_equal(found.lost[name], lost)


def test_the_same_names_are_the_same_file(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    first, second = write_layer_names(tmp_path, NAMES), write_layer_names(tmp_path / "other", NAMES)
    assert first.read_bytes() == second.read_bytes()


def test_a_folder_without_the_file_names_nothing(tmp_path: Path) -> None:
    found = read_layer_names(tmp_path)
    assert found.operations == found.lost == {}


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 no archive", b"0123"])
def test_a_damaged_file_is_named(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / EXPLAIN_FILE).write_bytes(damage)
    with pytest.raises(ModelUnavailable, match=r"explain\.npz cannot be read"):
        read_layer_names(tmp_path)


def test_a_truncated_file_is_named(tmp_path: Path) -> None:
    path = write_layer_names(tmp_path, NAMES)
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(ModelUnavailable, match="cannot be read"):
        read_layer_names(tmp_path)
