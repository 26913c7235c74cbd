"""Pictures of stored inspections for reports: with the heat map where photo and model are here, else the small one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from defect_app.errors import DefectLensError
from defect_app.explanation.asked_map import AskedMap
from defect_app.inspection import Inspected, Inspector
from defect_app.inspection.overlay import verdict_overlay
from defect_app.inspections import StoredInspection
from defect_app.inspections.photo_store import PhotoStore
from defect_app.intake import at_most, encode_jpeg

SIDE = 420
"""Longest side in pixels."""


def picture_of(
    stored: StoredInspection, photos: PhotoStore, inspector_of: Callable[[str], Inspector], method: str = ""
) -> bytes | None:
    """Return the picture of an inspection as JPEG; None where nothing is kept of its photo.

    Parameters
    ----------
    stored : StoredInspection
        The inspection.
    photos : PhotoStore
        Where photos are kept.
    inspector_of : callable
        Gives the loaded model of an id; may raise `DefectLensError`.
    method : str
        Of `explanation.METHODS`, for the heat map; empty for the one that comes with the verdict, which also stands in
        where a model has no map of the method.
    """
    data = photos.photo(stored.record.sha256)
    if data is not None:
        try:
            model = inspector_of(stored.record.model)
            result = model.inspect_bytes_in(data, stored.record.file, stored.record.frame)
            if model.model_sha256 == stored.record.model_sha256 and isinstance(result, Inspected):
                return encode_jpeg(_drawn(model, result, stored.record.verdict, method))
        except DefectLensError:
            pass  # the model is not here any more: the small picture says what there is to see
    return photos.thumbnail(stored.record.sha256)


def _drawn(model: Inspector, result: Inspected, verdict: str, method: str) -> np.ndarray:
    """Return the photo, small, with its heat map; an unfamiliar one without, since it would mean nothing there."""
    small = at_most(result.photo.pixels, SIDE)
    if method and result.frame is None and result.is_familiar:
        try:
            return AskedMap.of(model, method).of_photo(model, result).drawn_over(model, small)
        except DefectLensError:
            pass  # a model without this map has the verdict's own, if any
    return verdict_overlay(small, result.activation_map, verdict)
