"""The spec of a model: everything a caller must know about a model folder, read from its ``model.toml``."""

from __future__ import annotations

import hashlib
import json
import math
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, cast, get_args

from defect_app.errors import ModelUnavailable

SPEC_FILE = "model.toml"
SERVED_FILES = ("model.xml", "model.bin")
"""The two files of the OpenVINO model, in the order in which `model_digest` reads them."""

Task = Literal["inspection", "recognition"]
Role = Literal["ok", "defect"]
Fit = Literal["stretch", "letterbox", "crop"]
Resize = Literal["area", "bilinear"]


@dataclass(frozen=True)
class ClassSpec:
    """One class: its name in files, its title on screen, and its role in an inspection."""

    name: str
    title: str
    role: Role | None = None


@dataclass(frozen=True)
class InputSpec:
    """How a photo becomes the model's input: height and width in pixels, how it is made to fit, the resize filter."""

    height: int
    width: int
    fit: Fit = "stretch"
    resize: Resize = "area"


@dataclass(frozen=True)
class LicenceSpec:
    """The licence of the weights, and in plain words what the training data forbid."""

    name: str
    limits: str = ""


@dataclass(frozen=True)
class DefaultPoint:
    """The operating point a model is delivered with: inspection models have two thresholds, recognition models one.

    Attributes
    ----------
    review_at, reject_at : float or None
        Thresholds on `p_defect` in [0, 1], ``review_at <= reject_at``; None for a recognition model.
    accept_at : float or None
        Least probability of the top label in [0, 1]; None for an inspection model.
    split : str
        The split it was chosen on.
    n : int
        The number of pictures it was chosen on.
    rule : str
        How it was chosen, in words.
    """

    review_at: float | None = None
    reject_at: float | None = None
    accept_at: float | None = None
    split: str = ""
    n: int = 0
    rule: str = ""


@dataclass(frozen=True)
class ModelSpec:
    """What a model is: its classes in output order, its input, its origin, its licence and its files' hashes."""

    id: str
    title: str
    task: Task
    classes: tuple[ClassSpec, ...]
    input: InputSpec
    explain_layer: str
    default_point: DefaultPoint
    licence: LicenceSpec
    product: str = ""
    summary: str = ""
    recipe: str = ""
    dataset: str = ""
    trained: str = ""
    sha256: dict[str, str] = field(default_factory=dict)

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


def model_digest(folder: Path) -> str:
    """Return the identity of the model that serves: SHA-256 over ``model.xml`` followed by ``model.bin``.

    Raises
    ------
    ModelUnavailable
        If either file cannot be read.
    """
    digest = hashlib.sha256()
    for name in SERVED_FILES:
        try:
            digest.update((folder / name).read_bytes())
        except OSError as error:
            raise ModelUnavailable(f"{folder.name}: {name} cannot be read.", "Restore the model folder.") from error
    return digest.hexdigest()


def read_spec(folder: Path) -> ModelSpec:
    """Read and check ``model.toml`` of a model folder.

    Raises
    ------
    ModelUnavailable
        If the file is missing, is not TOML, lacks a field, or says something impossible; the message names the field.
    """
    path = folder / SPEC_FILE
    try:
        with path.open("rb") as file:
            table = tomllib.load(file)
    except OSError as error:
        raise ModelUnavailable(f"{folder.name}: {SPEC_FILE} is missing.", "Restore the model folder.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ModelUnavailable(f"{folder.name}: {SPEC_FILE} is not valid TOML ({error}).") from error
    try:
        spec = _spec_from(table)
    except KeyError as error:
        raise ModelUnavailable(f"{folder.name}: {SPEC_FILE} lacks the field {error}.") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise ModelUnavailable(f"{folder.name}: {SPEC_FILE} is wrong: {error}.") from error
    if spec.id != folder.name:
        raise ModelUnavailable(f"{folder.name}: the spec says id {spec.id!r}, which is not the folder's name.")
    return spec


def write_spec(folder: Path, spec: ModelSpec) -> ModelSpec:
    """Write ``model.toml`` with fresh hashes of every model file in the folder, and return the spec as written."""
    names = sorted(p.name for p in folder.iterdir() if p.is_file() and p.name != SPEC_FILE and p.suffix != ".md")
    hashed = replace(spec, sha256={n: hashlib.sha256((folder / n).read_bytes()).hexdigest() for n in names})
    (folder / SPEC_FILE).write_text(_as_toml(hashed), encoding="utf-8")
    return hashed


def _spec_from(table: dict[str, Any]) -> ModelSpec:
    point = table["operating_point"]
    spec = ModelSpec(
        id=str(table["id"]),
        title=str(table["title"]),
        task=cast(Task, _one_of("task", table["task"], get_args(Task))),
        classes=tuple(_class_from(c) for c in table["classes"]),
        input=InputSpec(
            height=_side("input.height", table["input"]["height"]),
            width=_side("input.width", table["input"]["width"]),
            fit=cast(Fit, _one_of("input.fit", table["input"]["fit"], get_args(Fit))),
            resize=cast(Resize, _one_of("input.resize", table["input"]["resize"], get_args(Resize))),
        ),
        explain_layer=str(table["explain_layer"]),
        default_point=DefaultPoint(**point),
        licence=LicenceSpec(name=str(table["licence"]["name"]), limits=str(table["licence"].get("limits", ""))),
        product=str(table.get("product", "")),
        summary=str(table.get("summary", "")),
        recipe=str(table.get("recipe", "")),
        dataset=str(table.get("dataset", "")),
        trained=str(table.get("trained", "")),
        sha256={str(k): str(v) for k, v in table["sha256"].items()},
    )
    _check(spec)
    return spec


def _class_from(table: dict[str, Any]) -> ClassSpec:
    role = table.get("role")
    if role is not None:
        _one_of("classes.role", role, get_args(Role))
    return ClassSpec(name=str(table["name"]), title=str(table["title"]), role=role)


def _check(spec: ModelSpec) -> None:
    names = spec.class_names
    if len(names) < 2 or len(set(names)) != len(names):
        raise ValueError("classes must be at least two, each with a name of its own")
    point = spec.default_point
    wanted = ("review_at", "reject_at") if spec.task == "inspection" else ("accept_at",)
    for name in wanted:
        value = getattr(point, name)
        if not isinstance(value, int | float) or not math.isfinite(value) or not 0 <= value <= 1:
            raise ValueError(f"operating_point.{name} must be a number from 0 to 1, got {value!r}")
    if spec.task == "inspection":
        if not spec.indices_with_role("defect") or not spec.indices_with_role("ok"):
            raise ValueError("an inspection model needs at least one class with role 'ok' and one with role 'defect'")
        if cast(float, point.review_at) > cast(float, point.reject_at):
            raise ValueError("operating_point.review_at must not be above reject_at")


def _one_of(name: str, value: object, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {value!r}")
    return cast(str, value)


def _side(name: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 8 <= value <= 4096:
        raise ValueError(f"{name} must be a whole number of pixels from 8 to 4096, got {value!r}")
    return value


def _as_toml(spec: ModelSpec) -> str:
    def text(value: object) -> str:
        # TOML basic strings and JSON strings escape alike, but for the delete character.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")

    def number(name: str, value: float) -> str:
        # NumPy's scalars, which training hands over, have a repr that is not TOML.
        return repr(int(value) if name == "n" else float(value))

    lines = [f"{name} = {text(getattr(spec, name))}" for name in ("id", "title", "summary", "task", "product")]
    lines += [f"{name} = {text(getattr(spec, name))}" for name in ("explain_layer", "recipe", "dataset", "trained")]
    lines += ["", "[input]", f"height = {spec.input.height}", f"width = {spec.input.width}"]
    lines += [f"fit = {text(spec.input.fit)}", f"resize = {text(spec.input.resize)}"]
    lines += ["", "[operating_point]"]
    for name, value in vars(spec.default_point).items():
        if value is not None:
            lines.append(f"{name} = {text(value) if isinstance(value, str) else number(name, value)}")
    lines += ["", "[licence]", f"name = {text(spec.licence.name)}", f"limits = {text(spec.licence.limits)}"]
    lines += ["", "[sha256]", *(f"{text(name)} = {text(digest)}" for name, digest in sorted(spec.sha256.items()))]
    for entry in spec.classes:
        lines += ["", "[[classes]]", f"name = {text(entry.name)}", f"title = {text(entry.title)}"]
        if entry.role is not None:
            lines.append(f"role = {text(entry.role)}")
    return "\n".join(lines) + "\n"
