"""A packed Keras file is smaller, the same every time, and loads to the same weights."""

from pathlib import Path

import keras
import numpy as np

from defect_app.training.keras_archive import deflate


def test_packing_keeps_the_network_and_shrinks_rounded_kernels(tmp_path: Path) -> None:
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(256), keras.layers.Dense(64)])
    for variable in model.variables:
        variable.assign(np.asarray(variable).astype(np.float16).astype(np.float32))
    first, second = tmp_path / "first.keras", tmp_path / "second.keras"
    model.save(first)
    second.write_bytes(first.read_bytes())
    before = first.stat().st_size
    deflate(first)
    deflate(second)
    assert first.stat().st_size < 0.75 * before
    assert first.read_bytes() == second.read_bytes()
    again = keras.models.load_model(first, compile=False, safe_mode=True)
    for old, new in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
