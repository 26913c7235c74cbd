"""The sample photos: twelve scenes a product, each made again from its card, and everyday photos inside packages."""

import tomllib

import numpy as np
import pytest

from defect_app.catalog import (
    ChosenThresholds,
    ClassSpec,
    InputSpec,
    InspectionThresholds,
    LicenceSpec,
    ModelSpec,
    RecognitionThresholds,
)
from defect_app.intake import Photo, read_photo
from defect_app.scenes import PRODUCTS, labels, render
from defect_app.scenes.samples import CARD_FILE, SAMPLES_FOLDER, samples_for

CARDS = {p: tomllib.loads((SAMPLES_FOLDER / p / CARD_FILE).read_text())["samples"] for p in PRODUCTS}
ENTRIES = [(product, entry) for product in PRODUCTS for entry in CARDS[product]]


def spec_for(task: str, product: str = "") -> ModelSpec:
    inspection = task == "inspection"
    thresholds = InspectionThresholds(0.5, 0.5) if inspection else RecognitionThresholds(0.5)
    return ModelSpec(
        id="x", title="X", task="inspection" if inspection else "recognition", product=product,
        classes=(ClassSpec("a", "A", "ok"), ClassSpec("b", "B", "defect")),
        input=InputSpec(32, 32, "stretch", "area"), explain_layer="",
        default_point=ChosenThresholds(thresholds), licence=LicenceSpec("MIT"),
    )  # fmt: skip


@pytest.mark.parametrize("product", PRODUCTS)
def test_each_product_has_twelve_samples_with_good_parts_and_defects(product: str) -> None:
    card = CARDS[product]
    assert len(card) == 12
    assert {entry["label"] for entry in card} == set(labels(product))
    assert all(entry["see"] for entry in card)
    assert len(samples_for(spec_for("inspection", product))) == 12


@pytest.mark.parametrize(("product", "entry"), ENTRIES, ids=[entry["file"] for _, entry in ENTRIES])
def test_a_sample_is_the_scene_that_its_card_names(product: str, entry: dict[str, str]) -> None:
    photo = read_photo((SAMPLES_FOLDER / product / entry["file"]).read_bytes(), entry["file"])
    assert isinstance(photo, Photo)
    scene = render(product, int(entry["seed"]), entry["defect"] or False)
    assert scene.label == entry["label"]
    # Another processor may round a few pixels otherwise, and JPEG comes on top.
    assert np.abs(photo.pixels.astype(np.int16) - scene.photo).mean() < 6


def test_recognition_models_get_photos_out_of_installed_packages() -> None:
    samples = samples_for(spec_for("recognition"))
    assert len(samples) >= 4
    for sample in samples:
        assert isinstance(read_photo(sample.read(), sample.name), Photo)
        assert sample.source


def test_an_unknown_product_has_no_samples() -> None:
    assert samples_for(spec_for("inspection", "spoons")) == ()
