"""The photo of a part that a person corrects is kept whole from then on, as long as this process has it at hand."""

from __future__ import annotations

from datetime import UTC, datetime

from defect_app.errors import PhotoNotKept, RecordsUnavailable
from defect_app.hosting.original_files import ORIGINALS, OriginalFiles
from defect_app.inspections import StoredInspection
from defect_app.inspections.photo_store import KEPT, PhotoHistory, PhotoStore
from defect_app.logs import logger
from defect_app.reviews import Review
from defect_app.reviews.corrected import is_against
from defect_app.settings import settings
from defect_app.storage.database import Database

_log = logger(__name__)


def keep_if_corrected(
    database: Database,
    review: Review,
    inspection: StoredInspection,
    *,
    photos: PhotoStore | None = None,
    held: OriginalFiles = ORIGINALS,
) -> bool:
    """Keep the whole photo of an inspection whose verdict a person called wrong; the answer counts either way.

    Parameters
    ----------
    database : Database
        Where the photo's history is.
    review : Review
        The answer, as it is stored.
    inspection : StoredInspection
        What it is of.
    photos : PhotoStore, optional
        Default: the folder that the setting names.
    held : OriginalFiles
        The files that pages of this process judged last.

    Returns
    -------
    bool
        Whether it was kept now. Not where it was before, where nothing is to be kept, and where the file is not at
        hand any more, such as one that came by the API or the command line.
    """
    record, kept = inspection.record, photos or PhotoStore()
    if review.study_id is not None or not is_against(review.answer, record.verdict):
        return False
    if settings().keep_photos == "none" or kept.has_photo(record.sha256):
        return False
    data = held.get(record.sha256)
    if data is None:
        return False
    try:
        kept.keep_photo(record.sha256, data)
        PhotoHistory(database).note(
            [record.sha256], KEPT, moment=datetime.now(UTC), reason=f"its verdict {record.verdict} was corrected",
            who=review.who,
        )  # fmt: skip
    except (PhotoNotKept, RecordsUnavailable) as error:
        _log.warning("corrected_photo_not_kept", sha256=record.sha256, reason=str(error))
        return False
    return True
