"""An INT8 copy answers as its model does, and keeps a class activation map."""

import numpy as np
import openvino as ov
import pytest

from defect_app.catalog import ModelSpec, find_model, write_spec
from defect_app.engine import Engine
from defect_app.intake import fit_to_input
from defect_app.training.quantization import quantized
from tests.model_folders import make_model_folder, part_photo


@pytest.fixture(scope="module")
def engines(tmp_path_factory) -> tuple[Engine, Engine, ov.Model]:  # type: ignore[no-untyped-def]
    root = tmp_path_factory.mktemp("models")
    folder = make_model_folder(root, "tiny")
    spec, _ = find_model("tiny", root)
    photos = [fit_to_input(part_photo(r, seed), height=32, width=32, fit="stretch") for seed, r in redness(60)]
    targets = np.array([[float(r > 0), float(r <= 0)] for _, r in redness(60)])
    model = ov.Core().read_model(folder / "model.xml")
    fast = quantized(model, np.stack(photos[::2]), np.stack(photos[1::2]), targets[1::2])
    (root / "fast").mkdir()
    ov.save_model(fast, root / "fast" / "model.xml")
    fast_spec = ModelSpec(**{**vars(spec), "id": "fast", "sha256": {}})
    write_spec(root / "fast", fast_spec)
    return Engine(spec, folder), Engine(fast_spec, root / "fast"), fast


def redness(n: int) -> list[tuple[int, float]]:
    return list(enumerate(np.linspace(-1.2, 1.2, n)))


def test_some_of_it_is_quantised(engines: tuple[Engine, Engine, ov.Model]) -> None:
    assert any(op.get_type_name() == "FakeQuantize" for op in engines[2].get_ops())


def test_the_copy_answers_nearly_alike_and_shows_the_same_place(engines: tuple[Engine, Engine, ov.Model]) -> None:
    exact, fast, _ = engines
    for seed, r in redness(12):
        pixels = fit_to_input(part_photo(r, 100 + seed), height=32, width=32, fit="stretch")
        first, second = exact.predict(pixels), fast.predict(pixels)
        np.testing.assert_allclose(second.probabilities, first.probabilities, atol=0.1)
        assert first.activation_map is not None
        assert second.activation_map is not None
        np.testing.assert_allclose(second.activation_map.values, first.activation_map.values, atol=0.25)
