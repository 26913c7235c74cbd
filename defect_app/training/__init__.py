"""Training: a recipe becomes a model folder. The only room, beside explanations, that imports TensorFlow."""

from defect_app.training.recipe import Recipe, load_recipe, recipe_names
from defect_app.training.train import measure, train

__all__ = ["Recipe", "load_recipe", "measure", "recipe_names", "train"]
