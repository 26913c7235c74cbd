"""The entries of a training recipe, table by table, as frozen dataclasses with the limits of what may be written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictFloat, StrictInt

from defect_app.catalog.spec import Fit, Resize

Share = Annotated[StrictFloat, Field(ge=0, le=1)]
Amount = Annotated[StrictFloat, Field(ge=0)]
Count = Annotated[StrictInt, Field(ge=0)]
Positive = Annotated[StrictFloat, Field(gt=0)]
OneOrMore = Annotated[StrictInt, Field(ge=1)]
Side = Annotated[StrictInt, Field(ge=32, le=4096, description="a whole number of pixels from 32 to 4096")]


@dataclass(frozen=True)
class DataEntries:
    """The training set: a registered data set or a folder, rendered scenes, further pictures without labels.

    `sampling` makes the classes of the training pictures equally many: ``over`` repeats pictures of the rare ones,
    ``under`` leaves out some of the others. `copies_limit` is how many pictures of one group (copies of one part) are
    trained on at most; 0 for all of them. `also_measured` names further data sets of the same classes: their test
    pictures are evaluated beside, each set under its own name as the split.
    """

    dataset: str
    also_measured: tuple[str, ...] = ()
    sampling: Literal["none", "over", "under"] = "none"
    copies_limit: Count = 0
    scenes: Count = 0
    scenes_validation: Count = 0
    unlabelled: tuple[str, ...] = ()
    unlabelled_limit: Count = 1000


@dataclass(frozen=True)
class InputEntries:
    """Size of the model's input in pixels, and how photos are brought to it."""

    height: Side = 224
    width: Side = 224
    fit: Fit = "stretch"
    resize: Resize = "area"


@dataclass(frozen=True)
class BackboneEntries:
    """Which network, which weights it starts from, which layers learn, and whether batch norm learns its statistics.

    `learns_from` names the first layer that learns where `learns` is ``all``; empty for the very first. With `views`,
    the layers before it see so many changed views of each picture once, see `views`; 0 changes pictures anew each time.
    `joined_with` names a second network, which always starts from chance and always learns: its features are joined
    with the first one's before the head. `features_at` names a layer to cut the network at; empty for its last one.
    `depths` names layers whose maps are joined to one fine map, see `attention`.
    """

    name: str
    weights: Literal["imagenet", "none"] = "imagenet"
    learns: Literal["all", "head"] = "all"
    learns_from: str = ""
    views: Count = 0
    batch_norm: Literal["frozen", "trained"] = "frozen"
    joined_with: str = ""
    features_at: str = ""
    depths: tuple[str, ...] = ()


@dataclass(frozen=True)
class HeadEntries:
    """What turns the feature map into probabilities.

    Attributes
    ----------
    kind : str
        ``pooled`` takes the mean over the picture, ``max`` the strongest place of each channel, ``flat`` every place
        for itself; ``imagenet`` is pooled, and keeps the classifier of the backbone's weights.
    attention : bool
        Whether places are weighed before, see `attention`; teaches its scores where `loss.localisation` is given.
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
    attention: StrictBool = False
    standardised: StrictBool = False
    units: tuple[OneOrMore, ...] = ()
    activation: Literal["relu", "prelu"] = "relu"
    batch_norm: StrictBool = False
    dropout: Share = 0.0
    dropouts: OneOrMore = 1


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
    sharpen : float
        Up to this share of what a blur of one pixel takes away is added once more (an unsharp mask).
    fill : str
        What comes in from outside: ``reflect``, ``edge``, or ``constant`` for black.
    """

    share: Share = 1.0
    flip_horizontal: StrictBool = False
    flip_vertical: StrictBool = False
    rotation_degrees: Amount = 0.0
    zoom: Amount = 0.0
    shift: Amount = 0.0
    shear: Amount = 0.0
    shear_degrees: Amount = 0.0
    brightness: Amount = 0.0
    contrast: Amount = 0.0
    brightness_range: tuple[Amount, ...] = ()
    contrast_range: tuple[Amount, ...] = ()
    saturation_range: tuple[Amount, ...] = ()
    hue: Share = 0.0
    crop: Share = 0.0
    blur_px: Amount = 0.0
    sharpen: Amount = 0.0
    noise: Amount = 0.0
    fill: Literal["reflect", "edge", "constant"] = "reflect"

    def __post_init__(self) -> None:
        """Check the pairs of factors."""
        for name in ("brightness_range", "contrast_range", "saturation_range"):
            factors = getattr(self, name)
            if factors and not (len(factors) == 2 and factors[0] <= factors[1]):
                raise ValueError(f"{name} must be two rising factors, got {factors}")


@dataclass(frozen=True)
class LossEntries:
    """Cross entropy, or focal loss for rare classes; smoothed labels; classes weighted by how rare they are.

    `focal_gamma` says how much focal loss makes light of what is already right; 0 is cross entropy.

    `localisation` is the weight of the defect's place on rendered scenes, see `localisation_loss`; 0 leaves it out.
    """

    kind: Literal["cross_entropy", "focal"] = "cross_entropy"
    focal_gamma: Amount = 2.0
    label_smoothing: Share = 0.0
    balance_classes: StrictBool = False
    localisation: Share = 0.0


@dataclass(frozen=True)
class OptimiserEntries:
    """Which optimiser, its rates, and the decay of the running average of the weights (0: none).

    `precision` is what the learning computes in; weights are float32 all the same, and so is the model that serves.
    """

    kind: Literal["adamw", "adam", "sgd", "rmsprop"] = "adamw"
    learning_rate: Positive = 2e-4
    weight_decay: Amount = 1e-4
    weight_average: Share = 0.0
    precision: Literal["float32", "bfloat16"] = "float32"


@dataclass(frozen=True)
class ScheduleEntries:
    """How long, in which batches, and how the rate moves; stopped after `patience` epochs without gain (0: never).

    ``cosine`` rises during the share `warm_up` of all steps and falls to a hundredth; ``one_cycle`` starts lower and
    falls to nothing, usually after a long rise; ``plateau`` falls when the validation loss stands still.
    `keep` says which weights are kept: those of the epoch with the least validation loss, or the last, where
    validation holds too few pictures to tell.
    """

    epochs: OneOrMore
    batch_size: OneOrMore = 32
    kind: Literal["cosine", "one_cycle", "constant", "plateau"] = "cosine"
    warm_up: Share = 0.1
    patience: Count = 0
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

    temperature: Positive = 2.0
    degraded_share: Share = 0.7
    crops: OneOrMore = 2
    student_share: Annotated[StrictFloat, Field(gt=0, le=1, description="a share above 0, at most 1")] = 1.0


@dataclass(frozen=True)
class PointEntries:
    """How the default operating point is chosen on the validation split; see `publishing.PointRule`."""

    most_good_reviewed: Share = 0.01
    least_recall: Share = 0.0
    least_accepted_accuracy: Share = 0.95


@dataclass(frozen=True)
class FamiliarityEntries:
    """By whose features familiarity is judged: a middle layer of the network itself, or ImageNet's untuned MobileNetV2.

    The untuned one tells other things better where the photos are few and varied, and costs time: see `untuned`.
    """

    judged_by: Literal["own", "untuned"] = "own"


@dataclass(frozen=True)
class MeasurementEntries:
    """What is measured beside the model itself: folds over all pictures, and repeats with other seeds."""

    folds: Count = 0
    repeats: Count = 0
