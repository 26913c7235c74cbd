"""From photos to a complete model folder: reading, measuring, building, publishing, and moving it into its place."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from defect_app.catalog import SPEC_FILE, ModelSpec, usable_spec
from defect_app.engine.taught.extractor import FeatureExtractor
from defect_app.errors import DefectLensError
from defect_app.inspection.framing import FixedFrame
from defect_app.progress import Progress, no_progress
from defect_app.settings import settings
from defect_app.teaching.classifier import taught_classifier
from defect_app.teaching.grouping import groups_of
from defect_app.teaching.input_size import choose_input
from defect_app.teaching.one_class import taught_memory
from defect_app.teaching.parts import Draft, Materials
from defect_app.teaching.photo_set import keep_set
from defect_app.teaching.photos import ReadPhotos, read_photos, thinned
from defect_app.teaching.request import CannotTeach, TaughtClass, TeachingFile, TeachingRequest
from defect_app.teaching.summary import TeachingSummary, write_summary
from defect_app.teaching.suspicions import near_copies
from defect_app.teaching.version_comparison import VersionComparison, compare_versions
from defect_app.teaching.versions import placed, staging, taught_folder

BACKBONE = "imagenet-mobilenetv2"
"""The bundled model whose network taught models see through."""
LEAST_PHOTOS = 3
"""Of every class; defects of which there are fewer are measured, not taught."""

ANOMALY = TaughtClass("anomaly", "Anomaly", "defect")


@dataclass(frozen=True, eq=False)
class TaughtModel:
    """A model that was taught.

    Attributes
    ----------
    folder : Path
        Where it is.
    spec : ModelSpec
        What it is.
    summary : TeachingSummary
        What was measured on the way.
    """

    folder: Path
    spec: ModelSpec
    summary: TeachingSummary


def teach(
    request: TeachingRequest,
    *,
    out: Path | None = None,
    backbone: Path | None = None,
    progress: Progress | None = None,
) -> TaughtModel:
    """Teach a model, and put its folder in its place when it is whole; a former one of this id is kept beside.

    Parameters
    ----------
    request : TeachingRequest
        Product, classes and files.
    out : Path, optional
        Folder for the model folder. Default: what ``DEFECT_APP_TAUGHT_MODELS`` names.
    backbone : Path, optional
        Folder of the network to see through. Default: the bundled one.
    progress : callable, optional
        See `progress.Progress`. What it raises stops the teaching, and nothing is left of it.

    Returns
    -------
    TaughtModel
        With its figures.

    Raises
    ------
    CannotTeach
        If the id is a bundled model's, or the photos are too few.
    ModelUnavailable
        If the network is missing.
    """
    began = time.monotonic()
    report = progress or no_progress
    root = out or taught_folder(request.id)
    source = backbone or settings().models / BACKBONE
    usable_spec(source)
    files = thinned(request.files)
    if not files:
        raise CannotTeach("There are no photos.", f"Give at least {LEAST_PHOTOS} of good parts.")
    size, frame = choose_input(files, request.frame), FixedFrame(**vars(request.frame)) if request.frame else None
    good = {c.name for c in request.classes if c.role == "ok"}
    with_defects = not good or sum(file.label not in good for file in files) >= LEAST_PHOTOS
    extractor = FeatureExtractor(source, size.height, size.width, patches=not with_defects)
    read = read_photos(files, size, extractor, report, frame)
    if with_defects and good and not _are_enough(read, good):
        # Files there were, but hardly a defect among them could be used.
        extractor = FeatureExtractor(source, size.height, size.width, patches=True)
        read = read_photos(files, size, extractor, report, frame)
        with_defects = False
    classes = _classes(request, read, with_defects)
    given = read
    if not with_defects:
        read = _as_anomalies(read, good, classes[0].name)
    thumbnails = np.stack([photo.thumbnail for photo in read.photos])
    # Many small products of matrices: threads would wait for each other longer than they compute.
    with threadpool_limits(1), staging(root) as staged:
        groups = groups_of([photo.name for photo in read.photos], thumbnails)
        materials = Materials(request, classes, size, source, read, groups, _digest(read))
        folder = staged / request.id
        folder.mkdir()
        draft = (taught_classifier if with_defects else taught_memory)(materials, folder, report)
        spec, summary = _published(draft, materials, folder, began, len(request.files) - len(files))
        if request.replaces and (root / request.id).is_dir():
            report("comparing it with the former version", 0, 1)
            summary = replace(summary, comparison=_compared(root / request.id, folder, files))
            write_summary(folder, summary)
        report("putting the model in its place", 0, 1)
        spec_bytes = (folder / SPEC_FILE).read_bytes()
        placed(folder, root)
    keep_set(request, files, given, root, spec_bytes)
    return TaughtModel(root / request.id, spec, summary)


def _published(
    draft: Draft, materials: Materials, folder: Path, began: float, thinned_out: int
) -> tuple[ModelSpec, TeachingSummary]:
    from defect_app.teaching.publication import complete, fit_familiarity

    fit_familiarity(materials, draft, folder)
    summary = TeachingSummary(
        kind=draft.kind,
        counts=materials.read.counts(),
        near_copies=near_copies(materials.groups),
        kept_apart=draft.kept_apart,
        left_out=materials.read.left_out,
        suspicions=draft.suspicions,
        curve=draft.curve,
        seconds=round(time.monotonic() - began, 2),
        thinned=thinned_out,
    )
    write_summary(folder, summary)
    return complete(materials, draft, folder, time.monotonic() - began), summary


def _compared(former: Path, new: Path, files: Sequence[TeachingFile]) -> VersionComparison | None:
    """Compare with the version that is to be replaced; raise where the new one is worse beyond chance."""
    try:
        found = compare_versions(former, new, files)
    except DefectLensError:
        # A former version that cannot be used any more is no reason to keep it.
        return None
    if found is not None and found.is_worse:
        raise CannotTeach(
            f"The new version does not replace the former one. {found.sentence}",
            "Look at the labels of the photos that were added.",
        )
    return found


def _are_enough(read: ReadPhotos, good: set[str]) -> bool:
    return sum(photo.label not in good for photo in read.photos) >= LEAST_PHOTOS


def _classes(request: TeachingRequest, read: ReadPhotos, with_defects: bool) -> tuple[TaughtClass, ...]:
    """Return the classes of the model; raise where there are too few photos of one."""
    counts = read.counts()
    for entry in request.classes:
        count = counts.get(entry.name, 0)
        if count >= LEAST_PHOTOS or (not with_defects and entry.role == "defect"):
            continue
        said = f"{entry.title}: {count} usable photo{'s' * (count != 1)}"
        left_out = (
            f" ({len(read.left_out)} files left out, the first: {read.left_out[0].reason})" if read.left_out else ""
        )
        raise CannotTeach(f"{said}{left_out}.", f"Give at least {LEAST_PHOTOS} of each class, better 20.")
    if with_defects:
        return request.classes
    good = [c for c in request.classes if c.role == "ok"]
    return (good[0], ANOMALY) if len(good) == 1 else (TaughtClass("good", "Good", "ok"), ANOMALY)


def _as_anomalies(read: ReadPhotos, good: set[str], name: str) -> ReadPhotos:
    """Return the photos under the two names that a memory tells apart."""
    photos = (replace(p, label=name if p.label in good else ANOMALY.name) for p in read.photos)
    return replace(read, photos=tuple(photos))


def _digest(read: ReadPhotos) -> str:
    lines = sorted(f"{photo.sha256} {photo.label}" for photo in read.photos)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
