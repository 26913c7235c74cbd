"""Training recipes: small TOML files, read into frozen dataclasses and checked entry by entry."""

from __future__ import annotations

import dataclasses
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from defect_app.errors import InvalidRecipe
from defect_app.training.entries import (
    AugmentationEntries,
    BackboneEntries,
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

RECIPES_FOLDER = Path(__file__).parent / "recipes"


@dataclass(frozen=True)
class Recipe:
    """All that `train` needs to make a model.

    Raises
    ------
    InvalidRecipe
        If a number is out of its range; the message names the entry.
    """

    name: str
    model: str
    title: str
    summary: str
    data: DataEntries
    backbone: BackboneEntries
    schedule: ScheduleEntries
    product: str = ""
    seed: int = 0
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
        """Check the ranges."""
        in_unit = {
            "augmentation.share": self.augmentation.share,
            "augmentation.crop": self.augmentation.crop,
            "augmentation.hue": self.augmentation.hue,
            "head.dropout": self.head.dropout,
            "loss.label_smoothing": self.loss.label_smoothing,
            "loss.localisation": self.loss.localisation,
            "optimiser.weight_average": self.optimiser.weight_average,
            "schedule.warm_up": self.schedule.warm_up,
            "operating_point.least_recall": self.operating_point.least_recall,
            "operating_point.most_good_reviewed": self.operating_point.most_good_reviewed,
            "operating_point.least_accepted_accuracy": self.operating_point.least_accepted_accuracy,
        }
        for name, share in in_unit.items():
            if not 0 <= share <= 1:
                raise InvalidRecipe(f"{self.name}: {name} must lie in [0, 1], got {share}.")
        least_one = {
            "schedule.epochs": self.schedule.epochs,
            "schedule.batch_size": self.schedule.batch_size,
            "head.dropouts": self.head.dropouts,
            "head.units": min(self.head.units, default=1),
            "input.height": self.input.height // 32,
            "input.width": self.input.width // 32,
        }
        for name, number in least_one.items():
            if number < 1:
                raise InvalidRecipe(f"{self.name}: {name} is too small.")
        for name in ("brightness_range", "contrast_range", "saturation_range"):
            factors = getattr(self.augmentation, name)
            if factors and not (len(factors) == 2 and 0 <= factors[0] <= factors[1]):
                raise InvalidRecipe(f"{self.name}: augmentation.{name} must be two rising factors, got {factors}.")
        between = self.head.units or self.head.standardised
        if self.head.kind == "imagenet" and between:
            raise InvalidRecipe(f"{self.name}: head.kind = 'imagenet' has no layers before its classifier.")
        if self.loss.localisation and (between or self.head.kind not in ("pooled", "imagenet")):
            raise InvalidRecipe(f"{self.name}: loss.localisation needs a pooled head without layers between.")
        if self.loss.focal_gamma < 0:
            raise InvalidRecipe(f"{self.name}: loss.focal_gamma must not be below 0, got {self.loss.focal_gamma}.")
        if self.optimiser.learning_rate <= 0:
            raise InvalidRecipe(f"{self.name}: optimiser.learning_rate must be above 0.")
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
    path = Path(name_or_path)
    if path.suffix != ".toml":
        path = RECIPES_FOLDER / f"{name_or_path}.toml"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        known = ", ".join(recipe_names())
        raise InvalidRecipe(f"There is no recipe {str(name_or_path)!r}.", f"Recipes here: {known}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidRecipe(f"{path.name} is not valid TOML: {error}.") from error
    recipe: Recipe = _built(Recipe, {"name": path.stem, **table}, path.stem)
    return recipe


def _built(kind: Any, table: dict[str, Any], where: str) -> Any:
    hints = get_type_hints(kind)
    fields = {f.name: f for f in dataclasses.fields(kind)}
    unknown = sorted(set(table) - set(fields))
    if unknown:
        raise InvalidRecipe(f"{where}: unknown entry {unknown[0]!r}.", f"Entries here: {', '.join(fields)}.")
    missing = [
        name
        for name, f in fields.items()
        if name not in table and f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
    ]
    if missing:
        raise InvalidRecipe(f"{where}: the entry {missing[0]!r} is missing.")
    return kind(**{name: _checked(hints[name], value, f"{where}.{name}") for name, value in table.items()})


def _checked(hint: Any, value: Any, where: str) -> Any:
    options = [h for h in get_args(hint) if dataclasses.is_dataclass(h)] or [hint]
    if dataclasses.is_dataclass(options[0]):
        if not isinstance(value, dict):
            raise InvalidRecipe(f"{where} must be a table, got {value!r}.")
        return _built(options[0], value, where)
    if get_origin(hint) is Literal:
        if value not in get_args(hint):
            raise InvalidRecipe(f"{where} must be one of {', '.join(get_args(hint))}, got {value!r}.")
        return value
    if get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise InvalidRecipe(f"{where} must be a list, got {value!r}.")
        return tuple(_checked(get_args(hint)[0], v, f"{where}[{i}]") for i, v in enumerate(value))
    accepted = (int, float) if hint is float else (hint,)
    if not isinstance(value, accepted) or (isinstance(value, bool) and hint is not bool):
        raise InvalidRecipe(f"{where} must be of type {hint.__name__}, got {value!r}.")
    return hint(value)
