"""Studies as they are written: each bundled one can be run, and what is wrong in one is named."""

from pathlib import Path

import pytest

from defect_app.catalog import find_model
from defect_app.errors import InvalidRecipe, InvalidStudy
from defect_app.evaluation.published import load_reports
from defect_app.studies import load_study, study_names

LEAST = """
title = "t"
question = "q"
kind = "frozen"
recipe = "boxes-mobilenetv2"
[[variants]]
name = "one"
[[variants]]
name = "two"
"""


@pytest.mark.parametrize("name", study_names())
def test_every_variant_of_a_bundled_study_is_a_recipe_or_a_model_that_is_there(name: str) -> None:
    study = load_study(name)
    for variant in study.variants:
        if study.kind == "stored":
            assert find_model(variant.model)[0].id == variant.model
        else:
            assert study.recipe_of(variant, 3).seed == 3


@pytest.mark.parametrize("name", study_names())
def test_every_published_row_that_a_bundled_study_names_is_in_the_report(name: str) -> None:
    study = load_study(name)
    report = next(r for r in load_reports() if r.id == study.published_report)
    table = report.tables.get(study.published_table)
    known = [r.model for r in report.results] if table is None else list(table["variant"])
    assert {v.published_row for v in study.variants} - {""} <= set(known)


def test_a_variant_changes_what_it_names_and_nothing_else() -> None:
    study = load_study("boxes-imbalance")
    as_is, under = study.recipe_of(study.variants[0], 0), study.recipe_of(study.variants[1], 0)
    assert (as_is.data.sampling, under.data.sampling) == ("none", "under")
    assert as_is.loss == under.loss
    assert as_is.head == under.head


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "frozen"', 'kind = "deep"', "kind must be"),
        ('name = "two"', 'name = "one"', "names of their own"),
        ('question = "q"', "", "'question' is missing"),
        ('recipe = "boxes-mobilenetv2"', "", "names a model in each variant, any other one a recipe"),
        ('recipe = "boxes-mobilenetv2"', 'recipe = "boxes-mobilenetv2"\nfolds = 1', "folds must be"),
        ('title = "t"', 'title = "t"\ntitel = "t"', "unknown entry 'titel'"),
    ],
    ids=["an unknown kind", "a name twice", "no question", "no recipe", "one fold", "a misspelt entry"],
)
def test_what_is_wrong_in_a_study_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(LEAST.replace(old, new), encoding="utf-8")
    with pytest.raises(InvalidStudy, match=said):
        load_study(path)


def test_an_entry_that_no_recipe_has_is_refused_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(LEAST + '[variants.changes]\n"loss.kindness" = "focal"\n', encoding="utf-8")
    study = load_study(path)
    with pytest.raises(InvalidRecipe, match=r"loss\.kindness"):
        study.recipe_of(study.variants[1], 0)


def test_a_study_that_is_not_there_is_answered_with_those_that_are() -> None:
    with pytest.raises(InvalidStudy) as refused:
        load_study("none-such")
    assert "boxes-imbalance" in refused.value.remedy
