"""Familiarity of a new model: which pictures become references, and what sets the limit."""

from pathlib import Path

import numpy as np
import pytest

from defect_app.familiarity.model import MOST_REFERENCES
from defect_app.inspection import Inspector
from defect_app.intake import encode_jpeg, fit_to_input
from defect_app.progress import no_progress
from defect_app.publishing.references import fit_familiarity, scenes_of_other_products
from tests.model_folders import make_model_folder, part_photo


@pytest.fixture(scope="module")
def inspector(tmp_path_factory: pytest.TempPathFactory) -> Inspector:
    root: Path = tmp_path_factory.mktemp("models")
    make_model_folder(root, "tiny", familiarity=False)
    return Inspector.from_id("tiny", root)


def inputs(n: int, first: int = 0) -> np.ndarray:
    photos = [part_photo(r, first + seed) for seed, r in enumerate(np.linspace(-1.2, 1.2, n))]
    return np.stack([fit_to_input(p, height=32, width=32, fit="stretch", resize="area") for p in photos])


HELD_OUT = [encode_jpeg(part_photo(r, 500 + seed)) for seed, r in enumerate(np.linspace(-1.2, 1.2, 20))]


def test_the_scenes_of_other_things_are_of_every_other_product_and_none_of_its_own() -> None:
    assert {s.image.split("/")[1] for s in scenes_of_other_products("box")} == {"casting", "metal", "phone"}


def test_held_out_pictures_are_familiar_and_blue_ones_are_not(inspector: Inspector) -> None:
    model = fit_familiarity(inspector, inputs(60), HELD_OUT, seed=0, progress=no_progress)
    blue = fit_to_input(part_photo(0.0, 1, blueness=1.0), height=32, width=32, fit="stretch", resize="area")
    for pixels, familiar in ((inputs(20, 900)[7], True), (blue, False)):
        assert model.assess(inspector.engine.predict(pixels).features, pixels).familiar is familiar


def test_no_more_references_than_the_limit_and_the_seed_chooses_them(inspector: Inspector) -> None:
    many = np.repeat(inputs(350), 2, axis=0)
    models = [fit_familiarity(inspector, many, HELD_OUT, seed=seed, progress=no_progress) for seed in (1, 1, 2)]
    assert len(models[0].references) == MOST_REFERENCES
    np.testing.assert_array_equal(models[0].references, models[1].references)
    assert not np.array_equal(models[0].references, models[2].references)


def test_held_out_files_that_the_app_refuses_set_no_limit(inspector: Inspector) -> None:
    plain = fit_familiarity(inspector, inputs(30), HELD_OUT, seed=0, progress=no_progress)
    broken = fit_familiarity(inspector, inputs(30), [*HELD_OUT, b"", b"GIF89a"], seed=0, progress=no_progress)
    assert broken.limit == plain.limit
