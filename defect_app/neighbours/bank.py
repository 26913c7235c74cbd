"""The references of a model with their features: made when they are first asked for, kept under ``var/neighbours``."""

from __future__ import annotations

import hashlib
import io
import zlib
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from defect_app.errors import DataUnavailable
from defect_app.inspection import Inspector
from defect_app.inspection.framing import Frame
from defect_app.inspection.seen_part import own_frame, seen_pixels, side_to_decode
from defect_app.intake import Rejection, encode_jpeg, read_photo
from defect_app.logs import logger
from defect_app.neighbours.nearest import Reference, ReferenceBank, unit_rows
from defect_app.neighbours.sources import NEIGHBOURS_FOLDER, ReferenceSource, write_whole
from defect_app.progress import Progress, no_progress

SHOWN_SIDE = 240
_log = logger(__name__)


def features_of(inspector: Inspector, data: bytes, name: str, frame: Frame | None = None) -> np.ndarray:
    """Return the features that familiarity compares, of a photo or of a part of it; float32, shape (n_features,).

    Without a frame it is the one that the model was taught in, if any.

    Raises
    ------
    DataUnavailable
        If the file cannot be used.
    """
    photo = read_photo(data, name, least_side=inspector.least_side)
    if not isinstance(photo, Rejection) and frame is not None:
        photo = read_photo(data, name, least_side=side_to_decode(photo, frame, inspector.least_side))
    if isinstance(photo, Rejection):
        raise DataUnavailable(f"The photo cannot be used: {photo.reason}.", photo.remedy)
    seen = seen_pixels(photo, frame or own_frame(photo, inspector.spec), inspector.spec)
    return np.asarray(inspector.engine.predict(seen).features, np.float32)


def reference_bank(
    inspector: Inspector, source: ReferenceSource, progress: Progress = no_progress, kept: Path | None = None
) -> ReferenceBank:
    """Return the references of a source as a model sees them, computed once for each version of the model.

    Parameters
    ----------
    inspector : Inspector
        The model.
    source : ReferenceSource
        Where the pictures come from; those that cannot be read are left out.
    progress : callable
        Called while they are computed.
    kept : Path, optional
        Where the result is kept, default ``var/neighbours``; without room there, it is computed at each start.

    Raises
    ------
    DataUnavailable
        If the pictures are not on this machine, or none of them can be used.
    """
    version = hashlib.sha256(f"{inspector.model_sha256} {source.key}".encode()).hexdigest()[:24]
    kept = kept or NEIGHBOURS_FOLDER
    path = kept / f"{inspector.spec.id}-{version}.npz"
    found = _read(path, inspector.engine.n_features)
    if found is not None:
        return found
    bank = _computed(inspector, source, progress)
    try:
        kept.mkdir(parents=True, exist_ok=True)
        write_whole(path, _written(bank))
    except OSError as error:
        _log.warning("neighbours_not_kept", model=inspector.spec.id, problem=str(error))
    return bank


def _computed(inspector: Inspector, source: ReferenceSource, progress: Progress) -> ReferenceBank:
    references, features = [], []
    for done, picture in enumerate(source.pictures(), start=1):
        photo = read_photo(picture.data, picture.name, least_side=max(inspector.least_side, SHOWN_SIDE // 2))
        if not isinstance(photo, Rejection):
            seen = seen_pixels(photo, own_frame(photo, inspector.spec), inspector.spec)
            features.append(inspector.engine.predict(seen).features)
            shown = encode_jpeg(photo.pixels, longest_side=SHOWN_SIDE)
            references.append(Reference(picture.name, picture.label, picture.what, shown))
        progress("reading reference pictures", done, source.n)
    if not references:
        raise DataUnavailable(f"{source.title}: there is no picture that can be used.", "Take another source.")
    return ReferenceBank(tuple(references), unit_rows(np.stack(features)))


def _written(bank: ReferenceBank) -> bytes:
    buffer = io.BytesIO()
    np.savez(
        buffer,
        # float16 would move a distance by a thousandth; the file is small as it is.
        features=bank.features,
        names=np.array([one.name for one in bank.references]),
        labels=np.array([one.label for one in bank.references]),
        what=np.array([one.what for one in bank.references]),
        jpeg=np.frombuffer(b"".join(one.jpeg for one in bank.references), np.uint8),
        sizes=np.array([len(one.jpeg) for one in bank.references]),
    )
    return buffer.getvalue()


def _read(path: Path, n_features: int) -> ReferenceBank | None:
    """Return what is kept; None where there is nothing, or nothing that can be used."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            ends = np.cumsum(stored["sizes"])
            jpeg = stored["jpeg"].tobytes()
            pictures = [jpeg[start:end] for start, end in zip((0, *ends[:-1]), ends, strict=True)]
            columns = zip(stored["names"], stored["labels"], stored["what"], pictures, strict=True)
            references = tuple(Reference(str(n), str(label), str(what), data) for n, label, what, data in columns)
            features = stored["features"]
    except (OSError, EOFError, KeyError, ValueError, TypeError, BadZipFile, zlib.error):
        return None
    if not references or features.shape != (len(references), n_features):
        return None
    return ReferenceBank(references, features)
