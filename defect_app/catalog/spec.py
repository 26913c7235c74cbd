"""The spec of a model: everything a caller must know about a model folder, with the limits of what it may say."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from functools import cached_property
from math import isfinite
from typing import Annotated, Final, Literal, NewType

from pydantic import Field, InstanceOf, StrictInt, with_config

from defect_app.catalog.thresholds import ChosenThresholds, InspectionThresholds, RecognitionThresholds, Thresholds

ModelVersion = NewType("ModelVersion", str)
"""What a spec says, its files' hashes among it, as one digest: every cache whose values depend on a model has it in its
key, or a folder replaced under the same id would get the answers of the former one."""
Task = Literal["inspection", "recognition"]
Role = Literal["ok", "defect"]
Standing = Literal["recommended", "alternative", "lessons"]
"""Of a model among those of its product: what a person is offered first, what stands behind it, what only teaches."""
Fit = Literal["stretch", "letterbox", "crop"]
Resize = Literal["area", "bilinear"]
Side = Annotated[StrictInt, Field(ge=8, le=4096, description="a whole number of pixels from 8 to 4096")]

Share = Annotated[float, Field(strict=True, ge=0, le=1, description="a number from 0 to 1")]

DECISIVE_FILES = ("model.xml", "model.bin", "familiarity.npz")
"""The files that take part in a verdict."""
FRAMING_FILE = "framing.npz"
"""What finds the part in unfamiliar photos, in the folders of models that search; it takes part in verdicts, too."""

LEAST_SHARE: Final = 0.01
"""The smallest side of a frame, as a share of the photo's."""

_KINDS: dict[Task, type[Thresholds]] = {"inspection": InspectionThresholds, "recognition": RecognitionThresholds}


@dataclass(frozen=True)
class ClassSpec:
    """One class: its name in files, its title on screen, and its role in an inspection."""

    name: str
    title: str
    role: Role | None = None


@dataclass(frozen=True)
class InputSpec:
    """How a photo becomes the model's input: height and width in pixels, how it is made to fit, the resize filter."""

    height: Side
    width: Side
    fit: Fit
    resize: Resize


@dataclass(frozen=True)
class FrameSpec:
    """The part of every photo that a model was taught to judge: all in [0, 1], shares of the photo's width and height.

    Raises
    ------
    ValueError
        If it does not lie in the photo, or a side is below `LEAST_SHARE`.
    """

    x: Share
    y: Share
    width: Share
    height: Share

    def __post_init__(self) -> None:
        """Check that it is a part of a photo."""
        values = (self.x, self.y, self.width, self.height)
        inside = min(self.x, self.y) >= 0 and max(self.x + self.width, self.y + self.height) <= 1 + 1e-9
        if not (all(map(isfinite, values)) and inside and min(self.width, self.height) >= LEAST_SHARE):
            raise ValueError(f"expected a frame within the photo, in shares of its sides from 0 to 1, got {values}")


@dataclass(frozen=True)
class LicenceSpec:
    """The licence of the weights, and in plain words what the training data forbid."""

    name: str
    limits: str = ""


@with_config(extra="forbid", allow_inf_nan=False)
@dataclass(frozen=True)
class ModelSpec:
    """What a model is: its classes in output order, its input, its origin, its licence and its files' hashes.

    Where it has a `frame`, that part of each photo is its input, not the whole.

    Raises
    ------
    ValueError
        If classes share a name, an inspection model lacks a role, or the thresholds do not fit the task.
    """

    id: str
    title: str
    task: Task
    classes: tuple[ClassSpec, ...]
    input: InputSpec
    explain_layer: str
    default_point: Annotated[InstanceOf[ChosenThresholds], Field(alias="operating_point")]
    licence: LicenceSpec
    product: str = ""
    standing: Standing = "alternative"
    summary: str = ""
    recipe: str = ""
    dataset: str = ""
    trained: str = ""
    frame: FrameSpec | None = None
    sha256: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check what no entry alone can show to be wrong."""
        names = self.class_names
        if len(names) < 2 or len(set(names)) != len(names):
            raise ValueError("classes must be at least two, each with a name of its own")
        if not isinstance(self.default_point.thresholds, _KINDS[self.task]):
            wanted = " and ".join(_KINDS[self.task].__annotations__)
            raise ValueError(f"operating_point must have {wanted} and no others, since the task is {self.task}")
        if self.task == "inspection" and not (self.indices_with_role("defect") and self.indices_with_role("ok")):
            raise ValueError("an inspection model needs at least one class with role 'ok' and one with role 'defect'")

    @cached_property
    def version(self) -> ModelVersion:
        """Digest of all that the spec says, in caches: another one where anything of it is replaced, even a word."""
        return ModelVersion(hashlib.sha256(repr(self).encode()).hexdigest())

    @cached_property
    def identity(self) -> str:
        """One digest over all that decides, so that equal identities give equal verdicts at the same thresholds.

        SHA-256 over the hashes of the network, of the familiarity reference (or that there is none) and of the filters
        that find the part and the frame (where there are some), the classes in order with names, titles and roles, the
        task, the input's size and preparation, and the default thresholds.
        What is only told — the model's title, its summary, its origin — is no part of it.
        """
        decisive = {
            "files": {name: self.sha256.get(name) for name in DECISIVE_FILES}
            | {name: digest for name, digest in self.sha256.items() if name == FRAMING_FILE},
            "task": self.task,
            "classes": [asdict(c) for c in self.classes],
            "input": asdict(self.input),
            "thresholds": asdict(self.default_point.thresholds),
        }
        if self.frame is not None:
            decisive["frame"] = asdict(self.frame)
        return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names of the classes in the order of the model's outputs."""
        return tuple(c.name for c in self.classes)

    def title_of(self, name: str) -> str:
        """Return the title of the class called `name`."""
        return next(c.title for c in self.classes if c.name == name)

    def indices_with_role(self, role: Role) -> tuple[int, ...]:
        """Return the output indices of the classes with this role."""
        return tuple(i for i, c in enumerate(self.classes) if c.role == role)
