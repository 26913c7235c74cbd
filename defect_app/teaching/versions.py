"""Where taught models lie: each put in its place whole, the former one of its id kept beside, and taken back."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from defect_app.errors import DefectLensError
from defect_app.paths import MODELS
from defect_app.settings import settings
from defect_app.teaching.request import CannotTeach

VERSIONS_FOLDER = ".versions"
_STAGING = ".teaching-"
_HELD = ".held"
_STAMP = "%Y%m%dT%H%M%S.%fZ"


@dataclass(frozen=True)
class FormerVersion:
    """A former folder of a taught model.

    Attributes
    ----------
    model_id, stamp : str
        Whose it is, and when it was replaced: ``20261126T184100.000000Z``.
    folder : Path
        The whole model folder.
    """

    model_id: str
    stamp: str
    folder: Path

    @property
    def replaced_at(self) -> datetime:
        """When it was replaced (UTC)."""
        return datetime.strptime(self.stamp, _STAMP).replace(tzinfo=UTC)


def taught_folder(model_id: str) -> Path:
    """Return the folder of taught models, for a model of this id.

    Raises
    ------
    CannotTeach
        If a bundled model has the id already.
    """
    if (settings().models / model_id).exists() or (MODELS / model_id).exists():
        raise CannotTeach(f"A bundled model is called {model_id}.", "Take another id.")
    return settings().taught_models


@contextmanager
def staging(root: Path) -> Iterator[Path]:
    """Yield a folder on the file system of `root`; whatever is left in it goes, however the block ends.

    What a process left that was killed goes when the next one begins.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(root)
        staged = Path(tempfile.mkdtemp(prefix=_STAGING, dir=root))
        held = (staged / _HELD).open("w")
        fcntl.flock(held, fcntl.LOCK_EX)
    except OSError as error:
        raise DefectLensError(
            f"The model cannot be written to {root}: {error.strerror}.", "Choose a folder that you may write to."
        ) from error
    try:
        yield staged
    finally:
        held.close()
        shutil.rmtree(staged, ignore_errors=True)


def _remove_abandoned(root: Path) -> None:
    """Remove the folders in which nobody works any more: a process that ends, however it does, holds no lock."""
    for folder in root.glob(f"{_STAGING}*"):
        try:
            with (folder / _HELD).open("r+") as held:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            # Somebody works in it, or has just begun to.
            continue


def placed(folder: Path, root: Path) -> Path:
    """Move a whole model folder into its place below `root`; a former one of its name becomes a version."""
    target = root / folder.name
    with one_at_a_time(root):
        if target.exists():
            kept = _version_folder(root, folder.name)
            os.rename(target, kept)
        os.rename(folder, target)
    return target


def former_versions(model_id: str, root: Path | None = None) -> tuple[FormerVersion, ...]:
    """Return the former versions of a taught model, the latest first."""
    parent = (root or settings().taught_models) / VERSIONS_FOLDER / model_id
    if not parent.is_dir():
        return ()
    found = [FormerVersion(model_id, each.name, each / model_id) for each in parent.iterdir()]
    return tuple(sorted((v for v in found if v.folder.is_dir()), key=lambda v: v.stamp, reverse=True))


def roll_back(version: FormerVersion, root: Path | None = None) -> Path:
    """Put a former version in its place again; the one that stood there becomes a version itself.

    Raises
    ------
    DefectLensError
        If it is not there any more.
    """
    parent = root or settings().taught_models
    if not version.folder.is_dir():
        raise DefectLensError(f"That version of {version.model_id} is not there any more.", "Look at the list anew.")
    target = placed(version.folder, parent)
    shutil.rmtree(version.folder.parent, ignore_errors=True)
    return target


def _version_folder(root: Path, model_id: str) -> Path:
    parent = root / VERSIONS_FOLDER / model_id / datetime.now(UTC).strftime(_STAMP)
    parent.mkdir(parents=True)
    return parent / model_id


@contextmanager
def one_at_a_time(root: Path) -> Iterator[None]:
    """Let one process at a time move folders: two people may teach the same product at once."""
    with (root / ".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
