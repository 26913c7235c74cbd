"""Hashes, groups and splits of a data set's pictures, found once for each state of its files."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from defect_app.datasets.dataset import Dataset, LabelledPicture

LISTING_VERSION = 2
"""Grows with each change of how pictures are hashed, grouped or split: older listings are not taken then."""
_FOUND = ("sha256", "split", "group", "leaked")


def listing_path(folder: Path, dataset: Dataset, listed: Sequence[LabelledPicture]) -> Path:
    """Return where the listing of just these files lies, whether or not it is there.

    Parameters
    ----------
    folder : Path
        Of unpacked archives.
    dataset : Dataset
        How it is grouped and split.
    listed : sequence of LabelledPicture
        Its pictures, sorted by `image`; their files' sizes and times of change tell one state from another.
    """
    digest = hashlib.sha256(f"{LISTING_VERSION}\n{dataset!r}\n".encode())
    stats: dict[Path, os.stat_result] = {}
    for picture in listed:
        if picture.path not in stats:
            stats[picture.path] = picture.path.stat()
        stat = stats[picture.path]
        line = f"{picture.image}\t{picture.label}\t{picture.mask}\t{stat.st_size}\t{stat.st_mtime_ns}\n"
        digest.update(line.encode("utf-8", "surrogateescape"))
    return folder / f"{dataset.name}-{digest.hexdigest()[:16]}.parquet"


def read_listing(path: Path, listed: Sequence[LabelledPicture]) -> tuple[LabelledPicture, ...] | None:
    """Return the pictures with what was found of them, or None where nothing usable is stored."""
    try:
        rows = pd.read_parquet(path)
        if rows["image"].tolist() != [picture.image for picture in listed]:
            return None
        columns = [rows[name].tolist() for name in _FOUND]
    except (OSError, ValueError, KeyError):
        return None
    return tuple(
        replace(picture, **dict(zip(_FOUND, values, strict=True)))
        for picture, values in zip(listed, zip(*columns, strict=True), strict=True)
    )


def write_listing(path: Path, pictures: Sequence[LabelledPicture]) -> None:
    """Store what was found of the pictures; a folder that cannot be written leaves it to the next time."""
    rows = pd.DataFrame({name: [getattr(p, name) for p in pictures] for name in ("image", *_FOUND)})
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Under another name first: a half-written file must not pass for a whole one.
        handle, partial = tempfile.mkstemp(prefix=path.stem, suffix=".part", dir=path.parent)
        os.close(handle)
        rows.to_parquet(partial)
        Path(partial).rename(path)
    except OSError:
        return
