"""``model.toml``: read strictly, and only as it was sealed; written with the hashes of the folder's files."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path

from defect_app.catalog.spec import ModelSpec
from defect_app.catalog.threshold_entries import ThresholdEntries
from defect_app.documents import read_toml
from defect_app.errors import InvalidDocument, ModelUnavailable
from defect_app.validation import validated

SPEC_FILE = "model.toml"
_IDENTITY = "identity"
_POINT = "operating_point"


def read_spec(folder: Path) -> ModelSpec:
    """Read and check ``model.toml`` of a model folder.

    Raises
    ------
    ModelUnavailable
        If the file is missing, is not TOML, lacks a field, says something impossible, or does not have the identity
        that it was sealed with; the message names the field.
    """
    spec, sealed = read_unsealed(folder)
    if sealed == spec.identity:
        return spec
    said = "has no identity line" if sealed is None else "was changed: what decides is not what its identity line says"
    raise ModelUnavailable(
        f"{folder.name}: {SPEC_FILE} {said}.",
        "Restore the folder; or look it through, and if all in it is meant, seal it: "
        f"python -m defect_app models seal {folder.name}",
    )


def read_unsealed(folder: Path) -> tuple[ModelSpec, str | None]:
    """Return the spec of a folder that need not be as it was sealed, and the identity that stands in it, if any.

    Raises
    ------
    ModelUnavailable
        As `read_spec`, but for the identity.
    """
    try:
        table = read_toml(folder / SPEC_FILE)
    except InvalidDocument as error:
        raise ModelUnavailable(f"{folder.name}: {error}.", "Restore the model folder.") from error
    sealed = table.pop(_IDENTITY, None)
    try:
        if _POINT in table:
            table[_POINT] = validated(ThresholdEntries, table[_POINT], _POINT).chosen
        spec = validated(ModelSpec, table)
    except InvalidDocument as error:
        raise ModelUnavailable(f"{folder.name}: {SPEC_FILE} is wrong: {error}.", error.remedy) from error
    if spec.id != folder.name:
        raise ModelUnavailable(f"{folder.name}: the spec says id {spec.id!r}, which is not the folder's name.")
    return spec, None if sealed is None else str(sealed)


def write_spec(folder: Path, spec: ModelSpec) -> ModelSpec:
    """Write ``model.toml`` with fresh hashes of every file in the folder, and its identity; return the spec as written.

    This seals the folder: whatever made or changed a file of it on purpose calls it last.
    """
    files = [p for p in folder.iterdir() if p.is_file() and not p.name.startswith(".")]
    names = sorted(p.name for p in files if p.name != SPEC_FILE and p.suffix not in (".md", ".sig"))
    hashed = replace(spec, sha256={n: hashlib.sha256((folder / n).read_bytes()).hexdigest() for n in names})
    # Whole or not at all: half a spec would put the model out of service.
    written = folder / f".{SPEC_FILE}.new"
    try:
        written.write_text(_as_toml(hashed), encoding="utf-8")
        os.replace(written, folder / SPEC_FILE)
    finally:
        written.unlink(missing_ok=True)
    return hashed


def _as_toml(spec: ModelSpec) -> str:
    def text(value: object) -> str:
        # TOML basic strings and JSON strings escape alike, but for the delete character.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")

    lines = [
        f"{name} = {text(getattr(spec, name))}" for name in ("id", "title", "summary", "task", "product", "standing")
    ]
    lines += [f"{name} = {text(getattr(spec, name))}" for name in ("explain_layer", "recipe", "dataset", "trained")]
    lines += [f"{_IDENTITY} = {text(spec.identity)}"]
    lines += ["", "[input]", f"height = {spec.input.height}", f"width = {spec.input.width}"]
    lines += [f"fit = {text(spec.input.fit)}", f"resize = {text(spec.input.resize)}"]
    if spec.frame is not None:
        lines += ["", "[frame]", *(f"{side} = {float(share)!r}" for side, share in vars(spec.frame).items())]
    lines += ["", f"[{_POINT}]"]
    point = spec.default_point
    lines += [f"{name} = {value!r}" for name, value in vars(point.thresholds).items()]
    # NumPy's integers, which training hands over, have a repr that is not TOML.
    lines += [f"split = {text(point.split)}", f"n = {int(point.n)}", f"rule = {text(point.rule)}"]
    lines += ["", "[licence]", f"name = {text(spec.licence.name)}", f"limits = {text(spec.licence.limits)}"]
    lines += ["", "[sha256]", *(f"{text(name)} = {text(digest)}" for name, digest in sorted(spec.sha256.items()))]
    for entry in spec.classes:
        lines += ["", "[[classes]]", f"name = {text(entry.name)}", f"title = {text(entry.title)}"]
        if entry.role is not None:
            lines.append(f"role = {text(entry.role)}")
    return "\n".join(lines) + "\n"
