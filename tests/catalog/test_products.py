"""Products: what a person is offered first, what stands behind it, and what only teaches."""

from dataclasses import replace
from pathlib import Path

import pytest

from defect_app.catalog import (
    Catalog,
    CatalogEntry,
    ChosenThresholds,
    ClassSpec,
    InputSpec,
    InspectionThresholds,
    LicenceSpec,
    ModelSpec,
    RecognitionThresholds,
    by_importance,
    for_lessons,
    load_catalog,
    models_by_product,
    products_of,
)
from defect_app.catalog.spec import Standing
from defect_app.paths import MODELS

PART = ModelSpec(
    id="part",
    title="Lids (big network)",
    task="inspection",
    classes=(ClassSpec("ok", "Good", "ok"), ClassSpec("bad", "Bad", "defect")),
    input=InputSpec(32, 32, "stretch", "area"),
    explain_layer="features",
    default_point=ChosenThresholds(InspectionThresholds(0.3, 0.7)),
    licence=LicenceSpec("MIT"),
    product="lid",
)
THING = replace(
    PART, id="thing", title="Things", task="recognition", product="",
    classes=(ClassSpec("a", "A"), ClassSpec("b", "B")), default_point=ChosenThresholds(RecognitionThresholds(0.5)),
)  # fmt: skip


def entry(spec: ModelSpec, model_id: str, standing: Standing = "alternative", problem: str = "") -> CatalogEntry:
    return CatalogEntry(model_id, Path(model_id), replace(spec, id=model_id, standing=standing), problem)


def test_a_product_offers_its_recommended_model_first_and_bears_no_architecture() -> None:
    models = Catalog((entry(PART, "a"), entry(PART, "b", "recommended"), entry(PART, "c", "lessons")))
    (product,) = products_of(models)
    assert product.title == "Lids"
    assert product.recommended.id == "b"
    assert [e.id for e in product.others] == ["a"]
    assert [e.id for e in for_lessons(models)] == ["c"]
    assert [e.id for e in by_importance(models)] == ["b", "a", "c"]
    assert [e.id for e in models_by_product(models)] == ["b", "a", "c"]


def test_a_disabled_recommendation_steps_behind_a_model_that_works() -> None:
    models = Catalog((entry(PART, "a"), entry(PART, "b", "recommended", "its weights were changed.")))
    assert [e.id for e in products_of(models)[0].entries] == ["a", "b"]
    assert [e.id for e in by_importance(models)] == ["a"]
    assert [e.id for e in models_by_product(models)] == ["a", "b"]


@pytest.mark.parametrize("spec", [THING, replace(PART, product="")], ids=["recognition", "no product"])
def test_models_without_a_product_are_not_mixed_and_keep_their_whole_titles_where_those_are_alike(
    spec: ModelSpec,
) -> None:
    one, other = replace(spec, title="Coins (old)"), replace(spec, title="Coins (new)")
    products = products_of(Catalog((entry(one, "one"), entry(other, "other"), entry(PART, "part"))))
    assert {p.title for p in products} == {"Coins (old)", "Coins (new)", "Lids"}


def test_parts_come_before_things_and_a_folder_without_a_spec_comes_last() -> None:
    broken = CatalogEntry("broken", Path("broken"), None, "its spec cannot be read.")
    models = Catalog((broken, entry(THING, "thing"), entry(PART, "part")))
    assert [p.recommended.id for p in products_of(models)] == ["part", "thing", "broken"]


def test_the_bundled_models_are_five_products_each_with_one_recommendation() -> None:
    products = products_of(load_catalog(MODELS))
    assert [p.title for p in products] == [
        "Cardboard boxes",
        "Castings",
        "Metal parts",
        "Phone screens",
        "Everyday things",
    ]
    for product in products:
        standings = [e.spec.standing for e in product.entries if e.spec]
        assert standings.count("recommended") == 1
        assert standings[0] == "recommended"
