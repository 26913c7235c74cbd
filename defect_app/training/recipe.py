"""Training recipes: small TOML files, read into frozen dataclasses and checked entry by entry."""

from __future__ import annotations

import dataclasses
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from defect_app.catalog.spec import Fit, Resize
from defect_app.errors import InvalidRecipe

RECIPES_FOLDER = Path(__file__).parent / "recipes"


@dataclass(frozen=True)
class DataEntries:
    """What is learnt from: a registered data set or a folder, rendered scenes, further pictures without labels.

    `sampling` makes the classes of the training pictures equally many: ``over`` repeats pictures of the rare ones,
    ``under`` leaves out some of the others. `also_measured` names further data sets of the same classes: their test
    pictures are evaluated beside, each set under its own name as the split.
    """

    dataset: str
    also_measured: tuple[str, ...] = ()
    sampling: Literal["none", "over", "under"] = "none"
    scenes: int = 0
    scenes_validation: int = 0
    unlabelled: tuple[str, ...] = ()
    unlabelled_limit: int = 1000


@dataclass(frozen=True)
class InputEntries:
    """Size of the model's input in pixels, and how photos are brought to it."""

    height: int = 224
    width: int = 224
    fit: Fit = "stretch"
    resize: Resize = "area"


@dataclass(frozen=True)
class BackboneEntries:
    """Which network, which weights it starts from, which layers learn, and whether batch norm learns its statistics.

    `learns_from` names the first layer that learns where `learns` is ``all``; empty for the very first. With `views`,
    the layers before it see so many changed views of each picture once, see `views`; 0 changes pictures anew each time.
    `joined_with` names a second network, which always starts from chance and always learns: its features are joined
    with the first one's before the head. `features_at` names a layer to cut the network at; empty for its last one.
    """

    name: str
    weights: Literal["imagenet", "none"] = "imagenet"
    learns: Literal["all", "head"] = "all"
    learns_from: str = ""
    views: int = 0
    batch_norm: Literal["frozen", "trained"] = "frozen"
    joined_with: str = ""
    features_at: str = ""


@dataclass(frozen=True)
class HeadEntries:
    """What turns the feature map into probabilities.

    Attributes
    ----------
    kind : str
        ``pooled`` takes the mean over the picture, ``max`` the strongest place of each channel, ``flat`` every place
        for itself; ``imagenet`` is pooled, and keeps the classifier of the backbone's weights.
    standardised : bool
        Whether batch norm brings the pooled features to mean 0 and variance 1 before they are weighed.
    units : tuple of int
        Sizes of dense layers between the features and the classes, none by default.
    activation : str
        Of those layers.
    batch_norm : bool
        Between each of those layers and its activation.
    dropout : float
        Share that is dropped after each of them, or after the pooling where there are none; 0 for no dropout.
    dropouts : int
        How many such layers follow each other there.
    """

    kind: Literal["pooled", "max", "flat", "imagenet"] = "pooled"
    standardised: bool = False
    units: tuple[int, ...] = ()
    activation: Literal["relu", "prelu"] = "relu"
    batch_norm: bool = False
    dropout: float = 0.0
    dropouts: int = 1


@dataclass(frozen=True)
class AugmentationEntries:
    """Chance changes of each training picture; 0 or false switches one off.

    Attributes
    ----------
    share : float
        Of the pictures, in [0, 1], that are changed at all.
    flip_horizontal, flip_vertical : bool
        Mirrored half of the time.
    rotation_degrees : float
        Turned by up to this either way.
    zoom, shift, shear : float
        Up to this share of the size, either way.
    shear_degrees : float
        Like `shear`, as an angle; one of the two is given.
    brightness, contrast : float
        Up to this share of the grey levels, either way.
    brightness_range, contrast_range, saturation_range : pair of float, or empty
        Factors by which grey levels, their distance from the picture's mean, and the distance of colours from grey
        are multiplied: ``[0.9, 1.1]``.
    hue : float
        Colours are turned by up to this share of the colour circle either way, in [0, 0.5].
    crop : float
        Up to this share of each side is cut away at a place chosen by chance, and the rest enlarged.
    blur_px, noise : float
        Greatest standard deviation, in pixels and in grey levels.
    fill : str
        What comes in from outside: ``reflect``, ``edge``, or ``constant`` for black.
    """

    share: float = 1.0
    flip_horizontal: bool = False
    flip_vertical: bool = False
    rotation_degrees: float = 0.0
    zoom: float = 0.0
    shift: float = 0.0
    shear: float = 0.0
    shear_degrees: float = 0.0
    brightness: float = 0.0
    contrast: float = 0.0
    brightness_range: tuple[float, ...] = ()
    contrast_range: tuple[float, ...] = ()
    saturation_range: tuple[float, ...] = ()
    hue: float = 0.0
    crop: float = 0.0
    blur_px: float = 0.0
    noise: float = 0.0
    fill: Literal["reflect", "edge", "constant"] = "reflect"


@dataclass(frozen=True)
class LossEntries:
    """Cross entropy, or focal loss for rare classes; smoothed labels; classes weighted by how rare they are.

    `focal_gamma` says how much focal loss makes light of what is already right; 0 is cross entropy.

    `localisation` is the weight of the defect's place on rendered scenes, see `localisation`; 0 leaves it out.
    """

    kind: Literal["cross_entropy", "focal"] = "cross_entropy"
    focal_gamma: float = 2.0
    label_smoothing: float = 0.0
    balance_classes: bool = False
    localisation: float = 0.0


@dataclass(frozen=True)
class OptimiserEntries:
    """Which optimiser, its rates, and the decay of the running average of the weights (0: none).

    `precision` is what the learning computes in; weights are float32 all the same, and so is the model that serves.
    """

    kind: Literal["adamw", "adam", "sgd", "rmsprop"] = "adamw"
    learning_rate: float = 2e-4
    weight_decay: float = 1e-4
    weight_average: float = 0.0
    precision: Literal["float32", "bfloat16"] = "float32"


@dataclass(frozen=True)
class ScheduleEntries:
    """How long, in which batches, and how the rate moves; stopped after `patience` epochs without gain (0: never).

    ``cosine`` rises during the share `warm_up` of all steps and falls to a hundredth; ``one_cycle`` starts lower and
    falls to nothing, usually after a long rise; ``plateau`` falls when the validation loss stands still.
    `keep` says which weights are kept: those of the epoch with the least validation loss, or the last, where
    validation holds too few pictures to tell.
    """

    epochs: int
    batch_size: int = 32
    kind: Literal["cosine", "one_cycle", "constant", "plateau"] = "cosine"
    warm_up: float = 0.1
    patience: int = 0
    keep: Literal["best", "last"] = "best"


@dataclass(frozen=True)
class DistillationEntries:
    """Learn from the start weights' own answers on clean pictures, while seeing them as phones deliver them.

    Attributes
    ----------
    temperature : float
        Softens teacher and student alike.
    degraded_share : float
        Of the pictures, in [0, 1]; the student sees the others clean.
    crops : int
        Views of each picture: the middle, and others by chance.
    student_share : float
        Of the student's weights in the final ones, in (0, 1]; the rest are the teacher's, see `distillation.blend`.
    """

    temperature: float = 2.0
    degraded_share: float = 0.7
    crops: int = 2
    student_share: float = 1.0


@dataclass(frozen=True)
class PointEntries:
    """How the default operating point is chosen on the validation split; see `operating_points`."""

    most_good_reviewed: float = 0.01
    least_recall: float = 0.0
    least_accepted_accuracy: float = 0.95


@dataclass(frozen=True)
class MeasurementEntries:
    """What is measured beside the model itself: folds over all pictures, and repeats with other seeds."""

    folds: int = 0
    repeats: int = 0


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
