import pytest

from defect_app.datasets import get_dataset
from defect_app.errors import InvalidRecipe
from defect_app.training.recipe import load_recipe, recipe_names

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


def _recipe(tmp_path, text, before=""):
    path = tmp_path / "mine.toml"
    path.write_text(before + text, encoding="utf-8")
    return load_recipe(path)


@pytest.mark.parametrize("name", recipe_names())
def test_every_bundled_recipe_parses_and_names_known_data(name):
    recipe = load_recipe(name)
    assert recipe.name == recipe.model == name
    for dataset in (recipe.data.dataset, *recipe.data.unlabelled):
        assert get_dataset(dataset)


def test_what_a_recipe_does_not_say_has_a_default(tmp_path):
    recipe = _recipe(tmp_path, LEAST)
    assert (recipe.input.height, recipe.input.width) == (224, 224)
    assert recipe.distillation is None
    assert recipe.name == "mine"


def test_a_whole_number_stands_for_a_decimal(tmp_path):
    assert _recipe(tmp_path, LEAST + "[head]\ndropout = 0\n").head.dropout == 0.0


@pytest.mark.parametrize(
    ("added", "said"),
    [
        pytest.param("[loss]\nsmoothing = 0.1", "unknown entry 'smoothing'", id="an unknown entry"),
        pytest.param("[lost]\nkind = 1", "unknown entry 'lost'", id="an unknown table"),
        pytest.param("[head]\ndropout = 'much'", "must be of type float", id="a text for a number"),
        pytest.param("[head]\ndropout = 1.5", r"must lie in \[0, 1\]", id="out of range"),
        pytest.param("[augmentation]\nflip_horizontal = 1", "must be of type bool", id="a number for yes or no"),
        pytest.param("[optimiser]\nkind = 'magic'", "must be one of adamw, adam, sgd", id="an unknown choice"),
        pytest.param("[optimiser]\nlearning_rate = 0", "above 0", id="a rate of zero"),
        pytest.param("[input]\nheight = 16", "input.height is too small", id="too small an input"),
        pytest.param("[distillation]\nheat = 2", "unknown entry 'heat'", id="unknown in an optional table"),
        pytest.param("distillation = 3", "must be a table", id="a number for a table"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path, added, said):
    top_level = not added.startswith("[")
    with pytest.raises(InvalidRecipe, match=said):
        _recipe(tmp_path, LEAST + ("" if top_level else added + "\n"), before=added + "\n" if top_level else "")


def test_a_missing_entry_is_named(tmp_path):
    with pytest.raises(InvalidRecipe, match="'title' is missing"):
        _recipe(tmp_path, LEAST.replace('title = "M"', ""))


def test_scenes_need_a_product(tmp_path):
    with pytest.raises(InvalidRecipe, match="needs the product"):
        _recipe(tmp_path, LEAST.replace('dataset = "casting"', 'dataset = "casting"\nscenes = 5'))


def test_an_unknown_recipe_is_answered_with_the_known_ones():
    with pytest.raises(InvalidRecipe) as caught:
        load_recipe("castings")
    assert "casting-mobilenetv2" in caught.value.remedy


def test_a_file_that_is_not_toml_is_named(tmp_path):
    with pytest.raises(InvalidRecipe, match=r"mine\.toml is not valid TOML"):
        _recipe(tmp_path, "model = ")
