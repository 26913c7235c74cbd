"""Recipes: read with defaults, and refused with the entry, what is expected and what was found."""

import os
from pathlib import Path

import pytest

from defect_app.datasets import get_dataset
from defect_app.errors import InvalidRecipe
from defect_app.recipes.recipe import Recipe, load_recipe, recipe_names

LEAST = """
model = "m"
title = "M"
summary = "s"
[data]
dataset = "casting"
[backbone]
name = "MobileNetV2"
[schedule]
epochs = 1
"""


def _recipe(tmp_path: Path, text: str, before: str = "") -> Recipe:
    path = tmp_path / "mine.toml"
    path.write_text(before + text, encoding="utf-8")
    return load_recipe(path)


@pytest.mark.parametrize("name", recipe_names())
def test_every_bundled_recipe_parses_and_names_known_data(name: str) -> None:
    recipe = load_recipe(name)
    assert recipe.name == recipe.model == name
    for dataset in (recipe.data.dataset, *recipe.data.unlabelled):
        assert get_dataset(dataset)


def test_what_a_recipe_does_not_say_has_a_default(tmp_path: Path) -> None:
    recipe = _recipe(tmp_path, LEAST)
    assert (recipe.input.height, recipe.input.width) == (224, 224)
    assert recipe.distillation is None
    assert recipe.name == "mine"


def test_a_whole_number_stands_for_a_decimal(tmp_path: Path) -> None:
    assert _recipe(tmp_path, LEAST + "[head]\ndropout = 0\n").head.dropout == 0.0


@pytest.mark.parametrize(
    ("added", "said"),
    [
        pytest.param("[loss]\nsmoothing = 0.1", "unknown entry 'loss.smoothing'", id="an unknown entry"),
        pytest.param("[lost]\nkind = 1", "unknown entry 'lost'", id="an unknown table"),
        pytest.param("[head]\ndropout = 'much'", r"head\.dropout must be a number from 0 to 1, got 'm", id="a text"),
        pytest.param("[head]\ndropout = 1.5", r"head\.dropout must be a number from 0 to 1, got 1\.5", id="too large"),
        pytest.param("[head]\ndropout = true", r"head\.dropout must be a number from 0 to 1, got True", id="yes or no"),
        pytest.param("[head]\ndropouts = 1.0", r"head\.dropouts must be a whole number of 1 or more", id="a decimal"),
        pytest.param("[head]\nunits = 8", r"head\.units must be a list, got 8", id="a number for a list"),
        pytest.param(
            "[head]\nunits = [8, 0]", r"units\[1\] must be a whole number of 1 or more, got 0", id="in a list"
        ),
        pytest.param("[augmentation]\nflip_horizontal = 1", "must be true or false, got 1", id="a number for a bool"),
        pytest.param("[augmentation]\nzoom = nan", r"augmentation\.zoom must be a number of 0 or more", id="NaN"),
        pytest.param("[augmentation]\nnoise = inf", r"augmentation\.noise must be a number", id="infinite"),
        pytest.param(
            "[augmentation]\nhue = 1\nbrightness_range = [1.1, 0.9]",
            r"augmentation: brightness_range must be two rising factors, got \(1\.1, 0\.9\)",
            id="a falling pair",
        ),
        pytest.param("[optimiser]\nkind = 'magic'", "must be one of adamw, adam, sgd", id="an unknown choice"),
        pytest.param("[optimiser]\nlearning_rate = 0", "must be a number above 0, got 0", id="a rate of zero"),
        pytest.param("[input]\nheight = 16", "pixels from 32 to 4096, got 16", id="too small an input"),
        pytest.param("[distillation]\nheat = 2", "unknown entry 'distillation.heat'", id="an optional table"),
        pytest.param("distillation = 3", "distillation must be a table, got 3", id="a number for a table"),
        pytest.param("summary = 3", "summary must be text, got 3", id="a number for a text"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, added: str, said: str) -> None:
    top_level = not added.startswith("[")
    least = LEAST.replace('summary = "s"\n', "") if added.startswith("summary") else LEAST
    with pytest.raises(InvalidRecipe, match=said):
        _recipe(tmp_path, least + ("" if top_level else added + "\n"), before=added + "\n" if top_level else "")


def test_an_unknown_entry_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(InvalidRecipe) as caught:
        _recipe(tmp_path, LEAST + "[loss]\nsmoothing = 0.1\n")
    assert caught.value.remedy == ("Entries here: kind, focal_gamma, label_smoothing, balance_classes, localisation.")


def test_a_byte_order_mark_is_no_part_of_a_recipe(tmp_path: Path) -> None:
    assert _recipe(tmp_path, LEAST, before="\ufeff").title == "M"


def test_a_missing_entry_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidRecipe, match="'title' is missing"):
        _recipe(tmp_path, LEAST.replace('title = "M"', ""))


def test_scenes_need_a_product(tmp_path: Path) -> None:
    with pytest.raises(InvalidRecipe, match="needs the product"):
        _recipe(tmp_path, LEAST.replace('dataset = "casting"', 'dataset = "casting"\nscenes = 5'))


def test_an_unknown_recipe_is_answered_with_the_known_ones() -> None:
    with pytest.raises(InvalidRecipe) as caught:
        load_recipe("castings")
    assert "casting-mobilenetv2" in caught.value.remedy


def test_a_file_that_is_not_toml_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidRecipe, match=r"mine\.toml is not valid TOML"):
        _recipe(tmp_path, "model = ")


def test_what_is_no_regular_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "device.toml").symlink_to("/dev/zero")
    (tmp_path / "folder.toml").mkdir()
    for name in ("pipe", "device", "folder"):
        with pytest.raises(InvalidRecipe, match=rf"{name}\.toml is no regular file"):
            load_recipe(tmp_path / f"{name}.toml")
