"""Reads the photos to teach with: each once, as small as the network takes it, with what is odd about the files."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from defect_app.catalog import InputSpec
from defect_app.datasets.twins import thumbnail
from defect_app.engine.taught.extractor import FeatureExtractor
from defect_app.familiarity import PhotoQuality, measure_quality
from defect_app.inspection.framing import FixedFrame
from defect_app.inspection.framing.fixed_frame import decoded_side
from defect_app.inspection.in_order import in_order
from defect_app.inspection.seen_part import part_of
from defect_app.inspection.workers import OwnThreads
from defect_app.intake import Photo, Rejection, fit_to_input, read_file, read_photo
from defect_app.progress import Progress
from defect_app.teaching.request import TeachingFile

MOST_PHOTOS = 5000
"""More are thinned out evenly, class by class: what more photos would add is less than what they would cost."""

MOST_MIRRORED = 60
"""Of so many photos mirror images are taught too; with more of them those bring nothing, and cost as much again."""


@dataclass(frozen=True, eq=False)
class TaughtPhoto:
    """A photo to teach with.

    Attributes
    ----------
    name, label, sha256 : str
        File name, class, and the file's hash.
    look : ndarray
        See `extractor.PhotoFeatures`.
    values : ndarray
        Patches, see `extractor.PhotoFeatures`; or pooled features of shape (n_views, n_features): of the photo as it
        was taken, and of its mirror images where they are wanted.
    thumbnail : ndarray of float32, shape (32, 32)
        See `datasets.twins`.
    quality : PhotoQuality
        At the model's input size.
    """

    name: str
    label: str
    sha256: str
    look: np.ndarray
    values: np.ndarray
    thumbnail: np.ndarray
    quality: PhotoQuality


@dataclass(frozen=True)
class LeftOut:
    """A file that is not taught with, and why."""

    name: str
    reason: str


@dataclass(frozen=True, eq=False)
class ReadPhotos:
    """The photos that can be used, in the order of the files, and those that cannot."""

    photos: tuple[TaughtPhoto, ...]
    left_out: tuple[LeftOut, ...]

    def counts(self) -> dict[str, int]:
        """Return how many photos each class has; classes without any are missing."""
        return dict(Counter(photo.label for photo in self.photos))


def thinned(files: Sequence[TeachingFile], most: int = MOST_PHOTOS) -> list[TeachingFile]:
    """Return at most so many files, evenly chosen from each class in proportion; the smallest classes stay whole."""
    if len(files) <= most:
        return list(files)
    members: dict[str, list[int]] = defaultdict(list)
    for index, file in enumerate(files):
        members[file.label].append(index)
    chosen: list[int] = []
    left, waiting = most, sorted(members.values(), key=len)
    for position, indices in enumerate(waiting):
        share = min(len(indices), left // (len(waiting) - position))
        chosen += [indices[int(at)] for at in np.linspace(0, len(indices) - 1, share)] if share else []
        left -= share
    return [files[index] for index in sorted(chosen)]


def read_photos(
    files: Sequence[TeachingFile],
    size: InputSpec,
    extractor: FeatureExtractor,
    progress: Progress,
    frame: FixedFrame | None = None,
) -> ReadPhotos:
    """Read files and run the network over them, on every core.

    Files of the same content are taught once; where two classes claim the same content, it is left out of both.

    Parameters
    ----------
    files : sequence of TeachingFile
        Read a few ahead.
    size : InputSpec
        Of the new model.
    extractor : FeatureExtractor
        For that size.
    progress : callable
        Called after each file. Whatever it raises stops the work.
    frame : FixedFrame, optional
        The part of each photo that is taught. Default: the whole.
    """
    least_side = decoded_side(max(size.height, size.width), () if frame is None else (frame,))

    def one(file: TeachingFile) -> TaughtPhoto | LeftOut:
        content = read_file(file.file)
        if isinstance(content, Rejection):
            return LeftOut(file.file.name, content.reason)
        photo = read_photo(content.data, file.file.name, least_side=least_side)
        return photo_or_reason(photo, file.label, size, extractor, mirrored=len(files) <= MOST_MIRRORED, frame=frame)

    found: list[TaughtPhoto | LeftOut] = []
    with OwnThreads(extractor.threads + 1) as threads:
        for done, result in enumerate(in_order(one, files, threads), start=1):
            found.append(result)
            progress("reading photos", done, len(files))
    return _told_apart(found)


def photo_or_reason(
    photo: Photo | Rejection,
    label: str,
    size: InputSpec,
    extractor: FeatureExtractor,
    *,
    mirrored: bool = False,
    frame: FixedFrame | None = None,
) -> TaughtPhoto | LeftOut:
    """Return what is taught of a photo, with its mirror images where they are wanted, or why it is not."""
    if isinstance(photo, Rejection):
        return LeftOut(photo.name, photo.reason)
    if photo.doubt:
        return LeftOut(photo.name, photo.doubt)
    part = photo.pixels if frame is None else part_of(photo, frame.in_photo(photo.width, photo.height))
    pixels = fit_to_input(part, height=size.height, width=size.width, fit=size.fit, resize=size.resize)
    features = extractor.features(pixels)
    return TaughtPhoto(
        photo.name,
        label,
        photo.sha256,
        features.look,
        features.values if extractor.patches else pooled_views(pixels, features.values, extractor, mirrored=mirrored),
        thumbnail(pixels),
        measure_quality(pixels),
    )


def pooled_views(pixels: np.ndarray, plain: np.ndarray, extractor: FeatureExtractor, *, mirrored: bool) -> np.ndarray:
    """Return pooled features of a photo, which are known, and of its mirror images, shape (n_views, n_features)."""
    images = (pixels[:, ::-1], pixels[::-1], pixels[::-1, ::-1]) if mirrored else ()
    return np.stack([plain, *(extractor.features(np.ascontiguousarray(image)).values for image in images)])


def _told_apart(found: Sequence[TaughtPhoto | LeftOut]) -> ReadPhotos:
    labels: dict[str, set[str]] = defaultdict(set)
    for photo in found:
        if isinstance(photo, TaughtPhoto):
            labels[photo.sha256].add(photo.label)
    photos: dict[str, TaughtPhoto] = {}
    left_out: list[LeftOut] = []
    for photo in found:
        if isinstance(photo, LeftOut):
            left_out.append(photo)
        elif len(labels[photo.sha256]) > 1:
            left_out.append(LeftOut(photo.name, f"it is in several classes: {', '.join(sorted(labels[photo.sha256]))}"))
        elif photo.sha256 in photos:
            left_out.append(LeftOut(photo.name, f"it has the same content as {photos[photo.sha256].name}"))
        else:
            photos[photo.sha256] = photo
    return ReadPhotos(tuple(photos.values()), tuple(left_out))
