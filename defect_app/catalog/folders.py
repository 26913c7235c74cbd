"""The model folders on disk, each verified by hash; one that is wrong is disabled with its reason."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from defect_app.catalog.spec import SERVED_FILES, SPEC_FILE, ModelSpec, read_spec
from defect_app.errors import ModelUnavailable

MODELS_FOLDER = Path(__file__).resolve().parents[2] / "models"
MODELS_VARIABLE = "DEFECT_APP_MODELS"
"""Environment variable that names another folder of models."""
VERIFIED_FILES = (*SERVED_FILES, "model.keras", "familiarity.npz")
"""What must be as the spec says before a model is used. Evaluation caches carry the model's hash themselves."""


@dataclass(frozen=True)
class CatalogEntry:
    """One folder under ``models/``: a usable model, or the plain reason why it is disabled.

    Attributes
    ----------
    id : str
        The folder's name.
    folder : Path
        Where it is.
    spec : ModelSpec or None
        The spec, if it could be read.
    problem : str
        Why the model is disabled; empty for a usable one.
    """

    id: str
    folder: Path
    spec: ModelSpec | None
    problem: str = ""

    @property
    def usable(self) -> bool:
        """Whether the model may be loaded."""
        return self.spec is not None and not self.problem

    @property
    def title(self) -> str:
        """The model's title, or its id where the spec cannot be read."""
        return self.spec.title if self.spec else self.id


@dataclass(frozen=True)
class Catalog:
    """All model folders, sorted by id."""

    entries: tuple[CatalogEntry, ...]

    @property
    def usable(self) -> tuple[CatalogEntry, ...]:
        """The entries that may be loaded."""
        return tuple(e for e in self.entries if e.usable)

    @property
    def disabled(self) -> tuple[CatalogEntry, ...]:
        """The entries that may not, each with its `problem`."""
        return tuple(e for e in self.entries if not e.usable)

    def get(self, model_id: str) -> CatalogEntry:
        """Return the entry called `model_id`.

        Raises
        ------
        ModelUnavailable
            If there is no such folder.
        """
        for entry in self.entries:
            if entry.id == model_id:
                return entry
        known = ", ".join(e.id for e in self.entries) or "none"
        raise ModelUnavailable(f"There is no model {model_id!r}.", f"Models here: {known}.")


def load_catalog(models_folder: Path | None = None) -> Catalog:
    """Read every folder under ``models/`` that holds a spec or a model file, and verify it.

    Parameters
    ----------
    models_folder : Path, optional
        Default: the folder that ``DEFECT_APP_MODELS`` names, else the project's ``models/``.

    Returns
    -------
    Catalog
        Never raises for a wrong folder: its entry carries the reason.
    """
    root = models_folder or Path(os.environ.get(MODELS_VARIABLE) or MODELS_FOLDER)
    folders = sorted(f for f in root.iterdir() if f.is_dir()) if root.is_dir() else []
    entries = [_entry(f) for f in folders if any((f / n).exists() for n in (SPEC_FILE, *VERIFIED_FILES))]
    return Catalog(_told_apart(entries))


def find_model(model_id: str, models_folder: Path | None = None) -> tuple[ModelSpec, Path]:
    """Return spec and folder of a usable model.

    Raises
    ------
    ModelUnavailable
        If there is no such model, or it is disabled; the message says why.
    """
    entry = load_catalog(models_folder).get(model_id)
    if entry.spec is None or entry.problem:
        raise ModelUnavailable(
            f"The model {model_id} is disabled: {entry.problem}", "Restore its folder, or choose another."
        )
    return entry.spec, entry.folder


def verify_files(folder: Path, spec: ModelSpec) -> str:
    """Compare the model's files with the hashes in its spec.

    Returns
    -------
    str
        The first problem in plain words, or an empty string when all is well.
    """
    for name in VERIFIED_FILES:
        expected = spec.sha256.get(name)
        path = folder / name
        if expected is None:
            if name in SERVED_FILES:
                return f"its {SPEC_FILE} gives no sha256 for {name}."
            continue
        if not path.is_file():
            return f"the file {name} is missing."
        stat = path.stat()
        if _sha256(path, stat.st_size, stat.st_mtime_ns) != expected:
            return f"the file {name} is damaged or was changed (its sha256 is not the one in {SPEC_FILE})."
    return ""


def _told_apart(entries: list[CatalogEntry]) -> tuple[CatalogEntry, ...]:
    """Add the ids to a title that several models bear: lists and charts know a model by its title."""
    often = Counter(e.title for e in entries)
    return tuple(
        replace(e, spec=replace(e.spec, title=f"{e.title} ({e.id})")) if e.spec and often[e.title] > 1 else e
        for e in entries
    )


def _entry(folder: Path) -> CatalogEntry:
    try:
        spec = read_spec(folder)
    except ModelUnavailable as error:
        return CatalogEntry(folder.name, folder, None, str(error))
    return CatalogEntry(folder.name, folder, spec, verify_files(folder, spec))


@lru_cache(maxsize=256)
def _sha256(path: Path, size: int, modified_ns: int) -> str:
    # Size and time are part of the key only: an unchanged file is hashed once a process.
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
