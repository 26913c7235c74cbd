"""Photos of stored inspections that nobody has labelled: from them the next ones worth a label are chosen."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from defect_app.inspections import InspectionFilter, InspectionStore
from defect_app.inspections.photo_store import PhotoStore
from defect_app.intake import PhotoFile

MOST_LOOKED_AT = 2_000
"""Of the newest inspections: older ones say little of today's line."""
MOST_PHOTOS = 300
"""All of them are judged, in half a minute at most."""


def unlabelled_photos(
    store: InspectionStore, model_id: str, labelled: Collection[str], photos: PhotoStore | None = None
) -> list[PhotoFile]:
    """Return the newest photos that a model judged, that are kept whole, and that have no label; each content once.

    Parameters
    ----------
    store : InspectionStore
        What was judged.
    model_id : str
        By which model.
    labelled : collection of str
        Hashes of photos that have a label already.
    photos : PhotoStore, optional
        Default: the folder that the setting names.
    """
    kept = photos or PhotoStore()
    seen, found = set(labelled), list[PhotoFile]()
    before, looked_at = None, 0
    while looked_at < MOST_LOOKED_AT and len(found) < MOST_PHOTOS:
        page = store.page(InspectionFilter(model=model_id), before=before)
        looked_at += len(page.inspections)
        for inspection in page.inspections:
            sha256 = inspection.record.sha256
            if sha256 in seen or len(found) >= MOST_PHOTOS:
                continue
            seen.add(sha256)
            if kept.photo(sha256) is not None:
                found.append(PhotoFile.of_bytes(inspection.record.file, partial(_content, kept, sha256)))
        before = page.before
        if before is None:
            break
    return found


def _content(kept: PhotoStore, sha256: str) -> bytes:
    data = kept.photo(sha256)
    if data is None:
        raise FileNotFoundError(sha256)
    return data
