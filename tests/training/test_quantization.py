"""An INT8 copy answers as its model does, and keeps a class activation map."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import openvino as ov
import pytest

from defect_app.catalog import find_model, write_spec
from defect_app.engine import Engine
from defect_app.intake import fit_to_input
from defect_app.recipes import load_recipe
from defect_app.recipes.entries import BackboneEntries, HeadEntries, InputEntries, LossEntries
from defect_app.training.export import export_network
from defect_app.training.networks import build_network
from defect_app.training.quantization import attention_operations, quantized
from tests.model_folders import make_model_folder, part_photo


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> tuple[Engine, Engine, ov.Model]:
    root = tmp_path_factory.mktemp("models")
    folder = make_model_folder(root, "tiny")
    spec, _ = find_model("tiny", root)
    photos = [fit_to_input(part_photo(r, seed), height=32, width=32, fit="stretch") for seed, r in redness(60)]
    targets = np.array([[float(r > 0), float(r <= 0)] for _, r in redness(60)])
    model = ov.Core().read_model(folder / "model.xml")
    fast = quantized(model, np.stack(photos[::2]), np.stack(photos[1::2]), targets[1::2])
    (root / "fast").mkdir()
    ov.save_model(fast, root / "fast" / "model.xml")
    fast_spec = replace(spec, id="fast", sha256={})
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


@pytest.mark.parametrize("attention", [False, True])
def test_what_weighs_places_is_found_to_be_left_exact(tmp_path: Path, attention: bool) -> None:
    recipe = replace(
        load_recipe("casting-mobilenetv2"),
        backbone=BackboneEntries("SmallCNN", weights="none"),
        input=InputEntries(64, 64),
        loss=LossEntries(),
        head=HeadEntries(attention=attention),
    )
    network = build_network(recipe, 2)
    export_network(network.inference_model, tmp_path, network.descriptor_map)
    model = ov.Core().read_model(tmp_path / "model.xml")
    by_name = {op.get_friendly_name(): op for op in model.get_ops()}
    found = [by_name[name] for name in attention_operations(model)]
    if not attention:
        assert found == []
        return
    scores, weighed = found
    assert scores.get_output_partial_shape(0)[1].get_length() == 1
    assert weighed.get_type_name() == "Multiply"
    assert sorted(map(str, weighed.get_output_partial_shape(0))) == sorted(
        map(str, model.output("features").get_partial_shape())
    )
