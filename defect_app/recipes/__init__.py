"""Training recipes: TOML files, checked, without a word of Keras."""

from defect_app.recipes.recipe import Recipe, load_recipe, recipe_names

__all__ = ["Recipe", "load_recipe", "recipe_names"]
