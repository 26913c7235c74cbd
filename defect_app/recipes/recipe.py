"""Training recipes: small TOML files, read into frozen dataclasses and checked entry by entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import with_config

from defect_app.catalog.spec import Standing
from defect_app.documents import read_toml
from defect_app.errors import InvalidDocument, InvalidRecipe
from defect_app.recipes.entries import (
    AugmentationEntries,
    BackboneEntries,
    Count,
    DataEntries,
    DistillationEntries,
    FamiliarityEntries,
    HeadEntries,
    InputEntries,
    LossEntries,
    MeasurementEntries,
    OptimiserEntries,
    PointEntries,
    ScheduleEntries,
)
from defect_app.validation import validated

RECIPES_FOLDER = Path(__file__).parent / "bundled"


@with_config(extra="forbid", allow_inf_nan=False)
@dataclass(frozen=True)
class Recipe:
    """All that `train` needs to make a model.

    Raises
    ------
    InvalidRecipe
        If entries of different tables contradict each other; the message names them.
    """

    name: str
    model: str
    title: str
    summary: str
    data: DataEntries
    backbone: BackboneEntries
    schedule: ScheduleEntries
    product: str = ""
    standing: Standing = "alternative"
    seed: Count = 0
    input: InputEntries = field(default_factory=InputEntries)
    head: HeadEntries = field(default_factory=HeadEntries)
    augmentation: AugmentationEntries = field(default_factory=AugmentationEntries)
    loss: LossEntries = field(default_factory=LossEntries)
    optimiser: OptimiserEntries = field(default_factory=OptimiserEntries)
    distillation: DistillationEntries | None = None
    operating_point: PointEntries = field(default_factory=PointEntries)
    familiarity: FamiliarityEntries = field(default_factory=FamiliarityEntries)
    measurement: MeasurementEntries = field(default_factory=MeasurementEntries)

    def __post_init__(self) -> None:
        """Check what no table alone can show to be wrong."""
        between = self.head.units or self.head.standardised
        if self.head.kind == "imagenet" and between:
            raise InvalidRecipe(f"{self.name}: head.kind = 'imagenet' has no layers before its classifier.")
        if self.loss.localisation and (between or self.head.kind not in ("pooled", "imagenet")):
            raise InvalidRecipe(f"{self.name}: loss.localisation needs a pooled head without layers between.")
        if self.data.scenes and not self.product:
            raise InvalidRecipe(f"{self.name}: data.scenes needs the product to render.")


def recipe_names() -> tuple[str, ...]:
    """Return the names of the bundled recipes, sorted."""
    return tuple(sorted(p.stem for p in RECIPES_FOLDER.glob("*.toml")))


def load_recipe(name_or_path: str | Path) -> Recipe:
    """Read a bundled recipe by name, or any recipe by the path of its TOML file.

    Raises
    ------
    InvalidRecipe
        If there is no such recipe, it is not TOML, or an entry is unknown, missing or of a wrong kind.
    """
    name, table = _table(name_or_path)
    return _checked(name, table)


def changed_recipe(name_or_path: str | Path, changes: Mapping[str, object]) -> Recipe:
    """Read a recipe with some entries changed.

    Parameters
    ----------
    name_or_path : str or Path
        See `load_recipe`.
    changes : mapping of str to object
        Values by dotted names: ``{"loss.kind": "focal", "seed": 3}``.

    Raises
    ------
    InvalidRecipe
        See `load_recipe`; changed entries are checked like those of the file.
    """
    name, table = _table(name_or_path)
    for entry, value in changes.items():
        *tables, last = entry.split(".")
        within = table
        for part in tables:
            within = within.setdefault(part, {})
            if not isinstance(within, dict):
                raise InvalidRecipe(f"{name}: {entry!r} cannot be changed: {part!r} is no table.")
        within[last] = value
    return _checked(name, table)


def _table(name_or_path: str | Path) -> tuple[str, dict[str, Any]]:
    path = Path(name_or_path)
    if path.suffix != ".toml":
        path = RECIPES_FOLDER / f"{name_or_path}.toml"
    if not path.exists():
        known = ", ".join(recipe_names())
        raise InvalidRecipe(f"There is no recipe {str(name_or_path)!r}.", f"Recipes here: {known}.")
    try:
        return path.stem, dict(read_toml(path))
    except InvalidDocument as error:
        raise InvalidRecipe(f"{error}.") from error


def _checked(name: str, table: dict[str, Any]) -> Recipe:
    try:
        return validated(Recipe, {"name": name, **table})
    except InvalidDocument as error:
        raise InvalidRecipe(f"{name}: {error}.", error.remedy) from error
