"""A new version of a taught product: its own photos, with those that persons corrected on the line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from defect_app.teaching.photo_set import PhotoSet, files_of
from defect_app.teaching.request import DEFECT, TeachingFile, TeachingRequest

if TYPE_CHECKING:
    from defect_app.reviews.corrected import LabelledPhoto

LEASTDEFECTS = 3
"""From how many defective photos on defects are taught."""


@dataclass(frozen=True, eq=False)
class NewVersion:
    """What a new version would be taught with.

    Attributes
    ----------
    request : TeachingRequest
        Photos and classes.
    added, relabelled : int
        Photos that are new to the set, and those in it that persons call otherwise.
    sentences : tuple of str
        What a person should know before.
    """

    request: TeachingRequest
    added: int
    relabelled: int
    sentences: tuple[str, ...]


def new_version(photo_set: PhotoSet, corrected: Sequence[LabelledPhoto], root: Path | None = None) -> NewVersion:
    """Put corrected photos to those of a product; what persons say of a photo counts more than its former class.

    A corrected good part goes to the first good class. A defective one goes to the only kind of defect; where there
    are several, or none yet, to a class of its own, since persons said nothing about the kind.

    Parameters
    ----------
    photo_set : PhotoSet
        What the product was taught with.
    corrected : sequence of LabelledPhoto
        See `reviews.corrected.labelled_photos`; photos of products whose classes have no roles are left out.
    root : Path, optional
        Folder of taught models. Default: what the setting names.
    """
    good = [c for c in photo_set.classes if c.role == "ok"]
    kinds = [c for c in photo_set.classes if c.role == "defect"]
    defect = kinds[0] if len(kinds) == 1 else next((c for c in kinds if c.name == DEFECT.name), DEFECT)
    files = {p.sha256: f for p, f in zip(photo_set.photos, files_of(photo_set, root), strict=True)}
    roles = {c.name: c.role for c in photo_set.classes}
    added = relabelled = 0
    for photo in corrected if good else ():
        known = files.get(photo.sha256)
        is_defective = photo.label.value == "defective"
        if known is not None and (roles[known.label] == "defect") == is_defective:
            continue
        added, relabelled = added + (known is None), relabelled + (known is not None)
        files[photo.sha256] = TeachingFile(photo.file, defect.name if is_defective else good[0].name)
    used = {file.label for file in files.values()}
    classes = photo_set.classes
    if defect.name in used and defect not in classes:
        classes = (*classes, defect)
    classes = tuple(c for c in classes if c.name in used)
    request = TeachingRequest(
        photo_set.model_id, photo_set.title, classes, list(files.values()), photo_set.frame, replaces=True
    )
    defective = sum(file.label not in {c.name for c in good} for file in files.values())
    was = sum(roles[photo.label] == "defect" for photo in photo_set.photos)
    return NewVersion(request, added, relabelled, _sentences(bool(good), was, defective))


def _sentences(has_good: bool, was: int, now: int) -> tuple[str, ...]:
    if not has_good:
        return ("Its classes are neither good nor defective, so answers of Review cannot be put to them.",)
    if was >= LEASTDEFECTS:
        return ()
    if now >= LEASTDEFECTS:
        return (f"There are {now} defective photos now: the new version learns the defects, not good parts alone.",)
    return (
        f"From {LEASTDEFECTS} defective photos on the product learns its defects; there {'is' if now == 1 else 'are'} "
        f"{now}, so it still knows good parts alone.",
    )
