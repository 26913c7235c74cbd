"""How to photograph a part: four lines for every product, and an example that shows a good part of it."""

from dataclasses import replace
from pathlib import Path

import pytest

from defect_app.catalog import ModelSpec, read_spec
from defect_app.scenes import PRODUCTS
from defect_app.scenes.photographing import guidance_for
from tests.model_folders import make_model_folder


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> ModelSpec:
    return read_spec(make_model_folder(tmp_path_factory.mktemp("models"), familiarity=False))


@pytest.mark.parametrize("product", PRODUCTS)
def test_every_rendered_product_has_four_lines_and_a_good_part_for_its_example(spec: ModelSpec, product: str) -> None:
    guidance = guidance_for(replace(spec, product=product))
    assert len(guidance.lines) == 4
    assert guidance.example is not None
    assert guidance.example.name.startswith(product)
    assert not guidance.example.is_defective
    assert 0.2 < guidance.width_by_height < 5


def test_a_part_of_ones_own_has_general_lines_no_example_and_the_shape_of_the_models_input(spec: ModelSpec) -> None:
    guidance = guidance_for(replace(spec, product="brackets", input=replace(spec.input, width=64, height=32)))
    assert guidance.example is None
    assert len(guidance.lines) == 4
    assert guidance.width_by_height == 2.0


def test_a_thing_to_be_named_has_lines_of_its_own(spec: ModelSpec, tmp_path: Path) -> None:
    named = read_spec(make_model_folder(tmp_path, "colours", task="recognition", familiarity=False))
    assert len(guidance_for(named).lines) == 4
    assert guidance_for(named).lines != guidance_for(replace(spec, product="brackets")).lines
