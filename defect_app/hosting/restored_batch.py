"""A batch from the records: what a server that was started anew, or a closed page, let go of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from defect_app.catalog import ModelSpec
from defect_app.decision import OperatingPoint
from defect_app.familiarity import FamiliarityResult
from defect_app.hosting.batch_entry import SHOWN_SIDE, BatchEntry, SmallPictures
from defect_app.hosting.original_files import ORIGINALS
from defect_app.inspection import Inspected
from defect_app.inspection.framing import Frame
from defect_app.inspection.record import REJECTED_FILE, InspectionRecord, record_of
from defect_app.inspections import KeptPhoto, StoredInspection
from defect_app.inspections.judging_again import judged_again
from defect_app.inspections.photo_store import PhotoStore
from defect_app.intake import Photo, Rejection, encode_jpeg, read_photo

MOST_WHOLE_PHOTOS: Final = 60
"""So many kept photos are read again for the screen; of the others the small picture is shown."""
RESTORED: Final = "Restored from the records, without its heat map."
"""Stands among the notes of such a photo."""


def restored_entries(
    stored: Iterable[StoredInspection], spec: ModelSpec, point: OperatingPoint, photos: PhotoStore
) -> list[BatchEntry]:
    """Return the entries of a batch as the page shows them, oldest first.

    Parameters
    ----------
    stored : iterable of StoredInspection
        Of one batch, oldest first. Those of another version of the model are left out: their scores are not these.
    spec : ModelSpec
        The model.
    point : OperatingPoint
        What the verdicts are made with, from the stored scores.
    photos : PhotoStore
        Where pictures are kept.
    """
    entries: list[BatchEntry] = []
    whole = 0
    for one in stored:
        record = one.record
        if record.verdict == REJECTED_FILE:
            result: Inspected | Rejection = Rejection(record.file, record.sha256, record.reason.rstrip("."), "")
            entries.append(BatchEntry(len(entries) + 1, record, result))
            continue
        data = photos.photo(record.sha256) if one.photo is KeptPhoto.FULL and whole < MOST_WHOLE_PHOTOS else None
        whole += data is not None
        found = _inspected(one, spec, point, data)
        if found is None:
            continue
        inspected, shown = found
        small = photos.thumbnail(record.sha256) or b""
        pictures = SmallPictures(shown or small, small)
        entries.append(BatchEntry(len(entries) + 1, _record(inspected, record, spec), inspected, pictures))
    return entries


def _inspected(
    stored: StoredInspection, spec: ModelSpec, point: OperatingPoint, data: bytes | None
) -> tuple[Inspected, bytes] | None:
    judgement = judged_again(stored, spec, point)
    if judgement is None:
        return None
    record, evidence = stored.record, stored.evidence
    photo = read_photo(data, record.file, least_side=SHOWN_SIDE // 2) if data else None
    shown = b""
    if data is not None and isinstance(photo, Photo):
        ORIGINALS.add(record.sha256, data)
        shown = encode_jpeg(photo.pixels, longest_side=SHOWN_SIDE)
    known = None
    if record.familiar is not None and evidence.distance is not None and evidence.limit is not None:
        known = FamiliarityResult(record.familiar, evidence.distance, evidence.limit, evidence.quality_problems)
    inspected = Inspected(
        photo=_without_pixels(record, photo if isinstance(photo, Photo) else None, evidence.doubt),
        probabilities=np.array([record.p[name] for name in spec.class_names], np.float32),
        activation_map=None,
        familiarity=known,
        judgement=judgement,
        frame=Frame(*record.frame) if evidence.is_part and record.frame else None,
        near=tuple(np.array(one, np.float32) for one in evidence.near),
    )
    return inspected, shown


def _without_pixels(record: InspectionRecord, photo: Photo | None, doubt: str) -> Photo:
    x, y, width, height = record.frame or (0, 0, 1, 1)
    return Photo(
        record.file,
        record.sha256,
        np.zeros((0, 0, 3), np.uint8),
        # Of a part of a photo that is not kept, the records do not say how large the whole was.
        photo.width if photo is not None else x + width,
        photo.height if photo is not None else y + height,
        photo.format if photo is not None else "format not kept",
        (RESTORED,),
        doubt,
    )


def _record(inspected: Inspected, record: InspectionRecord, spec: ModelSpec) -> InspectionRecord:
    """Return the stored record, or that of the verdict which another operating point gives now."""
    now = record_of(inspected, spec, record.model_sha256, name=record.file)
    return record if (now.verdict, now.operating_point) == (record.verdict, record.operating_point) else now
