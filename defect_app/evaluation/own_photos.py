"""Evaluations on photos of one's own, kept beside the bundled ones: a file a folder of photos, under ``var/``.

Model folders stay as they came, since a site may require that they are signed.
"""

from __future__ import annotations

import os
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pandas as pd

from defect_app.catalog import ModelSpec
from defect_app.errors import InvalidDocument
from defect_app.evaluation.added_pictures import AddedPictures
from defect_app.evaluation.opening import AddedSplit
from defect_app.evaluation.stamped_table import read_stamped, write_stamped
from defect_app.paths import VAR
from defect_app.validation import validated

OWN_PHOTOS_FOLDER = VAR / "evaluations"
SPLIT_PREFIX = "own: "
MOST_NAME_CHARACTERS = 60
USUAL_FAMILIAR_SHARE = 0.95
"""Of photos like those that a model was taught with; a smaller share is said to be another domain."""


@dataclass(frozen=True)
class OwnPhotosOrigin:
    """Where an evaluation on one's own photos comes from.

    Attributes
    ----------
    model_id, model_identity : str
        The model that answered; the identity is `ModelSpec.identity`.
    name : str
        What the lot is called.
    created : str
        ISO 8601, UTC.
    familiar : int
        So many of the photos look like those that the model knows.
    left_out : dict
        Why a file was left out, by its name.
    """

    model_id: str
    model_identity: str
    name: str
    created: str
    familiar: int
    left_out: dict[str, str] = field(default_factory=dict)


def lot_name(text: str) -> str:
    """Return a name for a lot that is safe as a file's name and on a page: letters, digits, space, dot, dash, _."""
    kept = " ".join(re.sub(r"[^\w .-]+", " ", text).split()).strip(" .")[:MOST_NAME_CHARACTERS].strip(" .")
    return kept or "own photos"


def write_own_photos(rows: pd.DataFrame, origin: OwnPhotosOrigin, folder: Path | None = None) -> Path:
    """Store an evaluation on photos of one's own in place of an older one of the same name.

    Parameters
    ----------
    rows : DataFrame
        In the form of ``evaluation.parquet``.
    origin : OwnPhotosOrigin
        What they are.
    folder : Path, optional
        Default: `OWN_PHOTOS_FOLDER`.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    home = (folder or OWN_PHOTOS_FOLDER) / origin.model_id
    home.mkdir(parents=True, exist_ok=True)
    path = home / f"{origin.name}.parquet"
    # Under another name first: a half-written file must not pass for a whole one.
    partial = write_stamped(path.with_name(f".{path.name}.{os.getpid()}"), rows, asdict(origin))
    return partial.rename(path)


def own_photos(spec: ModelSpec, folder: Path | None = None) -> tuple[AddedPictures, ...]:
    """Return the evaluations on one's own photos that this version of a model made, by name.

    Those of other versions, and files that cannot be read, are passed over.
    """
    home = (folder or OWN_PHOTOS_FOLDER) / spec.id
    found = []
    for path in sorted(home.glob("*.parquet")):
        try:
            rows, stored = read_stamped(path)
            origin = validated(OwnPhotosOrigin, stored)
        except (OSError, ValueError, InvalidDocument):
            continue
        if origin.model_identity == spec.identity and len(rows):
            found.append(AddedPictures(_split(origin, len(rows)), rows))
    return tuple(found)


def own_photos_state(model_id: str, folder: Path | None = None) -> tuple[tuple[str, int, int], ...]:
    """Return name, size and time of change of a model's files: equal states hold equal evaluations."""
    home = (folder or OWN_PHOTOS_FOLDER) / model_id
    stats = ((path.name, path.stat()) for path in sorted(home.glob("*.parquet")))
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats)


def _split(origin: OwnPhotosOrigin, n: int) -> AddedSplit:
    share = origin.familiar / n
    note = (
        f"{origin.familiar:,} of these {n:,} photos ({share:.0%}) look like those that the model knows; Inspect sends "
        "the others to review, whatever their score, while the figures here count every score."
    )
    if share < USUAL_FAMILIAR_SHARE:
        note += " They are of another domain than the training photos: figures on those do not hold here."
    if origin.left_out:
        note += f" {len(origin.left_out):,} files were left out, since they cannot be judged."
    return AddedSplit(
        name=f"{SPLIT_PREFIX}{origin.name}",
        title=f"Own photos: {origin.name}",
        words=f"photos of one's own ({origin.name})",
        note=note,
    )
