"""The photos that a product was taught with, kept as they came: a new version is taught with them and further ones."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from defect_app.catalog import SPEC_FILE, FrameSpec
from defect_app.errors import DefectLensError, InvalidDocument
from defect_app.intake import FileContent, PhotoFile, content_hash, read_file
from defect_app.logs import logger
from defect_app.settings import settings
from defect_app.teaching.photos import ReadPhotos
from defect_app.teaching.request import DEFECT, CannotTeach, TaughtClass, TeachingFile, TeachingRequest
from defect_app.teaching.versions import one_at_a_time
from defect_app.validation import validated

SETS_FOLDER = ".sets"
SET_FILE = "set.json"
MOST_BYTES = 2_000_000_000
"""A larger set is not kept: a disk that is full would stop the line."""
_log = logger(__name__)


@dataclass(frozen=True)
class SetPhoto:
    """A photo of the set: its file's name, its class's name, and the hash of its content."""

    name: str
    label: str
    sha256: str


@dataclass(frozen=True)
class PhotoSet:
    """What a product was taught with, and what was labelled since.

    Attributes
    ----------
    model_id, title : str
        Of the product.
    classes : tuple of TaughtClass
        As they were given; a class may have no photos.
    photos : tuple of SetPhoto
        Each content once.
    frame : FrameSpec or None
        The part of each photo that is taught; None is the whole.
    """

    model_id: str
    title: str
    classes: tuple[TaughtClass, ...]
    photos: tuple[SetPhoto, ...]
    frame: FrameSpec | None = None

    @property
    def choices(self) -> tuple[TaughtClass, ...]:
        """The classes that a photo may be labelled with: of good parts alone the first defect makes another."""
        roles = {c.role for c in self.classes}
        return (*self.classes, DEFECT) if roles == {"ok"} else self.classes

    def counts(self) -> dict[str, int]:
        """Return how many photos each class has."""
        return {c.name: sum(photo.label == c.name for photo in self.photos) for c in self.classes}


def read_set(model_id: str, root: Path | None = None) -> PhotoSet | None:
    """Return the set of a taught product; None where none is kept, as of models that were brought from elsewhere.

    Raises
    ------
    DefectLensError
        If it is there and cannot be read.
    """
    path = _folder(model_id, root) / SET_FILE
    try:
        return validated(PhotoSet, json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, InvalidDocument) as error:
        raise DefectLensError(
            f"The teaching photos of {model_id} cannot be read ({error}).", "Teach it anew."
        ) from error


def files_of(photo_set: PhotoSet, root: Path | None = None) -> list[TeachingFile]:
    """Return the photos of a set as files to teach with; one that is gone is said to be missing when it is read."""
    folder = _folder(photo_set.model_id, root)
    return [
        TeachingFile(PhotoFile(photo.name, PhotoFile.at(folder / photo.sha256).open), photo.label)
        for photo in photo_set.photos
    ]


def keep_set(
    request: TeachingRequest, files: Sequence[TeachingFile], read: ReadPhotos, root: Path, spec: bytes
) -> None:
    """Keep the photos that were taught; where the set is too large or cannot be written, that is logged.

    Parameters
    ----------
    request : TeachingRequest
        What was taught.
    files : sequence of TeachingFile
        The files of it that were read.
    read : ReadPhotos
        The photos among them.
    root : Path
        Folder of taught models.
    spec : bytes
        The model's ``model.toml``: where another stands in its place by now, that one's photos are kept.
    """
    labels = {photo.sha256: photo for photo in read.photos}
    photos = tuple(SetPhoto(photo.name, photo.label, photo.sha256) for photo in read.photos)
    folder = _folder(request.id, root)
    try:
        with one_at_a_time(root):
            if (root / request.id / SPEC_FILE).read_bytes() != spec:
                return
            folder.mkdir(parents=True, exist_ok=True)
            # Until the new list is there, there is none: an old one would belong to another model.
            (folder / SET_FILE).unlink(missing_ok=True)
            if _copied(files, frozenset(labels), folder):
                _write(folder, PhotoSet(request.id, request.title, request.classes, photos, request.frame))
            _remove_others(folder, labels)
    except OSError as error:
        _log.warning("teaching_set_not_kept", model=request.id, problem=str(error))


def add_photo(model_id: str, name: str, data: bytes, label: str, root: Path | None = None) -> PhotoSet:
    """Put a photo that a person labelled into the set; one that is in it gets that label.

    Raises
    ------
    CannotTeach
        If no set is kept of the product, the class is none of it, or the photo cannot be written.
    """
    where = root or settings().taught_models
    folder = _folder(model_id, where)
    with one_at_a_time(where):
        known = read_set(model_id, where)
        if known is None:
            raise CannotTeach(f"The photos that {model_id} was taught with are not here.", "Teach it here first.")
        if label not in {c.name for c in known.choices}:
            raise CannotTeach(f"{model_id} has no class {label}.", "Take one of its classes.")
        sha256 = content_hash(data)
        others = tuple(photo for photo in known.photos if photo.sha256 != sha256)
        classes = tuple(c for c in known.choices if c in known.classes or c.name == label)
        grown = replace(known, classes=classes, photos=(*others, SetPhoto(name, label, sha256)))
        try:
            _write_photo(folder / sha256, data)
            _write(folder, grown)
        except OSError as error:
            raise CannotTeach(f"The photo cannot be kept: {error.strerror}.", "Make room on the disk.") from error
    return grown


def _folder(model_id: str, root: Path | None) -> Path:
    return (root or settings().taught_models) / SETS_FOLDER / model_id


def _copied(files: Sequence[TeachingFile], wanted: frozenset[str], folder: Path) -> bool:
    """Copy the wanted contents; False where they are more than is kept."""
    left = MOST_BYTES
    for file in files:
        content = read_file(file.file)
        if not isinstance(content, FileContent) or content.sha256 not in wanted:
            continue
        left -= len(content.data)
        if left < 0:
            _log.warning("teaching_set_not_kept", model=folder.name, problem="it is too large")
            return False
        _write_photo(folder / content.sha256, content.data)
    return True


def _write_photo(path: Path, data: bytes) -> None:
    if path.exists():
        return
    unfinished = path.with_suffix(".new")
    unfinished.write_bytes(data)
    os.replace(unfinished, path)


def _write(folder: Path, photo_set: PhotoSet) -> None:
    unfinished = folder / f"{SET_FILE}.new"
    unfinished.write_text(json.dumps(asdict(photo_set), indent=1, ensure_ascii=False), encoding="utf-8")
    os.replace(unfinished, folder / SET_FILE)


def _remove_others(folder: Path, wanted: Iterable[str]) -> None:
    kept = {SET_FILE, *wanted}
    for path in folder.iterdir():
        if path.name not in kept:
            path.unlink(missing_ok=True)
