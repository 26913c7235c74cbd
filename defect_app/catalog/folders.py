"""The model folders on disk, each verified by hash; one that is wrong is disabled with its reason."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from defect_app.catalog.file_memory import FileMemory
from defect_app.catalog.spec import ModelSpec, ModelVersion
from defect_app.catalog.spec_file import SPEC_FILE, read_spec
from defect_app.catalog.verification import VERIFIED_FILES, hashes, verify_files
from defect_app.errors import ModelUnavailable
from defect_app.paths import MODELS
from defect_app.settings import settings

MODELS_FOLDER = MODELS
_MODEL_FILES = {SPEC_FILE, *VERIFIED_FILES}
"""A folder without any of them is no model."""

_specs = FileMemory(lambda path: read_spec(path.parent))


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
    def usable_spec(self) -> ModelSpec:
        """The spec of a usable model.

        Raises
        ------
        ModelUnavailable
            If the model is disabled; the message says why.
        """
        if self.spec is None or self.problem:
            raise ModelUnavailable(
                f"The model {self.id} is disabled: {self.problem}", "Restore its folder, or choose another."
            )
        return self.spec

    @property
    def title(self) -> str:
        """The model's title, or its id where the spec cannot be read."""
        return self.spec.title if self.spec else self.id

    @property
    def version(self) -> ModelVersion:
        """The model's version; empty where the spec cannot be read."""
        return self.spec.version if self.spec else ModelVersion("")


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
    """Read every folder of models that holds a spec or a model file, and verify it; no model is loaded.

    Parameters
    ----------
    models_folder : Path, optional
        The only place to look. Default: the folder that ``DEFECT_APP_MODELS`` names, else the project's ``models/``,
        and the one of taught models, that ``DEFECT_APP_TAUGHT_MODELS`` names. Of two models with the same id the
        first counts.

    Returns
    -------
    Catalog
        Never raises for a wrong folder: its entry carries the reason.
    """
    roots = [models_folder] if models_folder else [settings().models, settings().taught_models]
    entries: dict[str, CatalogEntry] = {}
    for root in roots:
        for entry in _entries(root):
            entries.setdefault(entry.id, entry)
    return Catalog(_told_apart(sorted(entries.values(), key=lambda entry: entry.id)))


def _entries(root: Path) -> list[CatalogEntry]:
    try:
        folders = (
            sorted(root / entry.name for entry in os.scandir(root) if _may_be_folder(entry)) if root.is_dir() else []
        )
    except OSError as error:
        return [CatalogEntry(root.name, root, None, f"its folder cannot be read: {error.strerror}.")]
    for memory in (hashes, _specs):
        memory.forget_other_folders(folders, root)
    return [entry for folder in folders if (entry := _entry(folder))]


def _may_be_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # such as a link to itself: listed with its reason, alone
        return True


def find_model(model_id: str, models_folder: Path | None = None) -> tuple[ModelSpec, Path]:
    """Return spec and folder of a usable model.

    Raises
    ------
    ModelUnavailable
        If there is no such model, or it is disabled; the message says why.
    """
    entry = load_catalog(models_folder).get(model_id)
    return entry.usable_spec, entry.folder


def usable_spec(folder: Path) -> ModelSpec:
    """Return the spec of the model in one folder, verified as the catalog verifies it, without looking at others.

    Raises
    ------
    ModelUnavailable
        If there is no model, or it is disabled; the message says why.
    """
    entry = _entry(folder) if folder.is_dir() else None
    if entry is None:
        raise ModelUnavailable(f"There is no model {folder.name!r}.", "Restore its folder.")
    return entry.usable_spec


def _told_apart(entries: list[CatalogEntry]) -> tuple[CatalogEntry, ...]:
    """Add the ids to a title that several models bear: lists and charts know a model by its title."""
    often = Counter(e.title for e in entries)
    return tuple(
        replace(e, spec=replace(e.spec, title=f"{e.title} ({e.id})")) if e.spec and often[e.title] > 1 else e
        for e in entries
    )


def _entry(folder: Path) -> CatalogEntry | None:
    """Return the entry of a folder, or None where it holds nothing of a model."""
    try:
        if _MODEL_FILES.isdisjoint(os.listdir(folder)):
            return None
        spec = _spec(folder)
        return CatalogEntry(folder.name, folder, spec, verify_files(folder, spec) or _signature_problem(folder, spec))
    except ModelUnavailable as error:
        problem = f"{error} {error.remedy}".strip().removeprefix(f"{folder.name}: ")
    except OSError as error:
        problem = f"its folder cannot be read: {error.strerror}."
    except Exception as error:  # A fault that nobody thought of disables this model alone.
        problem = f"it cannot be read: an unexpected {type(error).__name__}."
    return CatalogEntry(_as_utf8(folder.name), folder, None, _as_utf8(problem))


def _signature_problem(folder: Path, spec: ModelSpec) -> str:
    required = settings().models_signed_by
    if required is None:
        return ""
    # Imported here: only a site that requires signatures needs the library.
    from defect_app.catalog.signature import signature_problem

    return signature_problem(folder, spec, required)


def _as_utf8(text: str) -> str:
    """Return a text that can be sent: with a folder's name that is no UTF-8, the whole list would fail."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _spec(folder: Path) -> ModelSpec:
    try:
        return _specs.of(folder / SPEC_FILE)
    except OSError:
        # Reading it says what is the matter.
        return read_spec(folder)
