"""What a recipe says of the model that it makes, in publishing's words: its spec, and the rule for its point."""

from __future__ import annotations

from datetime import UTC, datetime

from defect_app.catalog import InputSpec, LicenceSpec, ModelSpec
from defect_app.catalog.spec import Task
from defect_app.datasets import LoadedDataset
from defect_app.publishing import PointRule, neutral_point
from defect_app.recipes.recipe import Recipe


def draft_spec(recipe: Recipe, loaded: LoadedDataset, feature_layer: str) -> ModelSpec:
    """Describe the model with neutral thresholds, so that the engine can run it before any are chosen."""
    task: Task = "inspection" if any(c.role for c in loaded.classes) else "recognition"
    dataset = loaded.dataset
    return ModelSpec(
        id=recipe.model,
        title=recipe.title,
        task=task,
        classes=loaded.classes,
        input=input_spec(recipe),
        explain_layer=feature_layer,
        default_point=neutral_point(task),
        licence=LicenceSpec(f"training pictures: {dataset.licence}", dataset.limits),
        product=recipe.product,
        standing=recipe.standing,
        summary=recipe.summary,
        recipe=recipe.name,
        dataset=dataset.name,
        trained=datetime.now(UTC).date().isoformat(),
    )


def input_spec(recipe: Recipe) -> InputSpec:
    """Return the model's input as its spec has it."""
    return InputSpec(recipe.input.height, recipe.input.width, recipe.input.fit, recipe.input.resize)


def point_rule(recipe: Recipe) -> PointRule:
    """Return the rule by which the model's default operating point is chosen."""
    entries = recipe.operating_point
    return PointRule(entries.most_good_reviewed, entries.least_recall, entries.least_accepted_accuracy)
