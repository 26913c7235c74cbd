"""What a taught product is fine-tuned from: the photos of its model, with the folds and answers of its evaluation."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from defect_app.catalog import SPEC_FILE, ModelSpec, usable_spec
from defect_app.engine.taught.extractor import FeatureExtractor
from defect_app.errors import DefectLensError
from defect_app.evaluation import read_evaluation
from defect_app.inspection.framing import FixedFrame
from defect_app.inspection.framing.fixed_frame import decoded_side
from defect_app.inspection.seen_part import seen_pixels
from defect_app.intake import FileContent, Photo, read_file, read_photo
from defect_app.progress import Progress
from defect_app.teaching.grouping import groups_of
from defect_app.teaching.parts import Materials
from defect_app.teaching.photo_set import files_of, read_set
from defect_app.teaching.photos import read_photos
from defect_app.teaching.request import CannotTeach, TaughtClass, TeachingFile, TeachingRequest
from defect_app.teaching.summary import read_summary

MOST_PHOTOS = 2000
"""More would not fit into memory beside their views; a recipe trains on as many as there are."""
_AGAIN = "Teach the product anew from its photos first."


class CannotTune(DefectLensError):
    """The product cannot be fine-tuned as it is."""


@dataclass(frozen=True, eq=False)
class TuningMaterials:
    """A taught model and its photos.

    Attributes
    ----------
    spec : ModelSpec
        Of the taught model.
    folder : Path
        Of the taught model.
    taught : Materials
        Photos, classes and groups, as they were taught.
    pixels : ndarray of uint8, shape (n_photos, height, width, 3)
        What the model sees of each.
    folds : ndarray of int, shape (n_photos,)
        Fold in which each was judged by the taught model's evaluation.
    kept_apart : bool
        Whether groups stayed together there.
    former : ndarray of float64, shape (n_photos, n_classes)
        The taught model's probabilities out of fold.
    identity : str
        Of the taught model, the photos, their labels and folds.
    """

    spec: ModelSpec
    folder: Path
    taught: Materials
    pixels: np.ndarray
    folds: np.ndarray
    kept_apart: bool
    former: np.ndarray
    identity: str


def tuning_materials(folder: Path, backbone: Path, progress: Progress) -> TuningMaterials:
    """Read the photos of a taught model.

    Parameters
    ----------
    folder : Path
        Of the taught model, among those of taught models.
    backbone : Path
        Of the network that it sees through.
    progress : callable
        Called after each photo. Whatever it raises stops the work.

    Raises
    ------
    CannotTune
        If the model was not taught with defects, or its photos are not what they were.
    DefectLensError
        If a file of the folder cannot be read.
    """
    spec, summary, rows = usable_spec(folder), read_summary(folder), read_evaluation(folder).rows
    photo_set = read_set(folder.name, folder.parent)
    if photo_set is None:
        raise CannotTune(f"The photos that {folder.name} was taught with are not kept here.", _AGAIN)
    if summary.kind != "classifier":
        raise CannotTune(f"{folder.name} is no model that was taught with defects or classes.", _AGAIN)
    if len(rows) > MOST_PHOTOS:
        raise CannotTune(
            f"{len(rows):,} photos are more than are fine-tuned with ({MOST_PHOTOS:,}).",
            "Write a recipe and train it: see docs/recipes.md.",
        )
    of_content = {p.sha256: f for p, f in zip(photo_set.photos, files_of(photo_set, folder.parent), strict=True)}
    wanted = list(zip(rows["sha256"].astype(str), rows["actual"].astype(str), strict=True))
    if any(sha256 not in of_content or of_content[sha256].label != label for sha256, label in wanted):
        raise CannotTune(f"The photos of {folder.name} changed since it was taught.", _AGAIN)
    files = [of_content[sha256] for sha256, _ in wanted]
    classes = tuple(TaughtClass(c.name, c.title, c.role) for c in spec.classes)
    try:
        request = TeachingRequest(spec.id, photo_set.title, classes, files, spec.frame, replaces=True)
    except CannotTeach as error:
        raise CannotTune(str(error), _AGAIN) from error
    frame = FixedFrame(**vars(spec.frame)) if spec.frame else None
    extractor = FeatureExtractor(backbone, spec.input.height, spec.input.width)
    read = read_photos(files, spec.input, extractor, progress, frame)
    if [photo.sha256 for photo in read.photos] != [sha256 for sha256, _ in wanted]:
        raise CannotTune(f"Some photos of {folder.name} cannot be read any more.", _AGAIN)
    groups = groups_of([photo.name for photo in read.photos], np.stack([photo.thumbnail for photo in read.photos]))
    folds = rows["fold"].to_numpy(np.int64)
    digest = hashlib.sha256("\n".join(sorted(f"{sha256} {label}" for sha256, label in wanted)).encode()).hexdigest()
    dealt = [f"{sha256} {label} {fold}" for (sha256, label), fold in zip(wanted, folds, strict=True)]
    told = "\n".join([spec_sha256(folder), *dealt])
    return TuningMaterials(
        spec,
        folder,
        Materials(request, classes, spec.input, backbone, read, groups, digest),
        _pixels(files, spec, frame),
        folds,
        summary.kept_apart,
        rows[[f"p_{name}" for name in spec.class_names]].to_numpy(np.float64),
        hashlib.sha256(told.encode()).hexdigest()[:16],
    )


def spec_sha256(folder: Path) -> str:
    """Return the hash of a model's ``model.toml``, which holds those of its files; empty where there is none."""
    try:
        return hashlib.sha256((folder / SPEC_FILE).read_bytes()).hexdigest()
    except OSError:
        return ""


def _pixels(files: Sequence[TeachingFile], spec: ModelSpec, frame: FixedFrame | None) -> np.ndarray:
    """Return what the model sees of each photo."""
    size = spec.input
    found = np.empty((len(files), size.height, size.width, 3), np.uint8)
    least_side = decoded_side(max(size.height, size.width), () if frame is None else (frame,))
    for i, file in enumerate(files):
        content = read_file(file.file)
        photo = (
            read_photo(content.data, file.file.name, least_side=least_side)
            if isinstance(content, FileContent)
            else content
        )
        if not isinstance(photo, Photo):
            raise CannotTune(f"{file.file.name} cannot be read any more.", _AGAIN)
        found[i] = seen_pixels(photo, None, spec)
    return found
