"""One file of a batch as the page keeps it: record, result, and small pictures of our own encoding."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from defect_app.catalog import ModelSpec
from defect_app.decision import OperatingPoint
from defect_app.hosting.original_files import ORIGINALS
from defect_app.inspection import Inspected, judged_anew
from defect_app.inspection.batch import JudgedFile
from defect_app.inspection.file_judge import FileInHand
from defect_app.inspection.record import InspectionRecord, Repeat, record_of
from defect_app.intake import Photo, Rejection, encode_jpeg, encode_thumbnail, read_photo

SHOWN_SIDE = 960
"""Longest side in pixels of the picture that is kept for the screen."""
THUMBNAIL_SIDE = 160
"""Longest side of the picture that lists show, and that is kept of a stored inspection."""


@dataclass(frozen=True)
class SmallPictures:
    """Our own encodings of an upright photo: for the screen, and for lists."""

    shown_jpeg: bytes = b""
    thumbnail_jpeg: bytes = b""


@dataclass(frozen=True)
class BatchEntry:
    """One file of a batch, with all that the page shows of it.

    Attributes
    ----------
    number : int
        Its place in the batch, from 1.
    record : InspectionRecord
        Verdict, label, probabilities, reason.
    result : Inspected or Rejection
        What became of it; the photo's pixels are dropped to keep memory flat.
    pictures : SmallPictures
        Both empty for a file that could not be used.
    repeat : Repeat or None
        That the photo came before in the batch.
    """

    number: int
    record: InspectionRecord
    result: Inspected | Rejection
    pictures: SmallPictures = SmallPictures()
    repeat: Repeat | None = None

    @property
    def shown_jpeg(self) -> bytes:
        """The photo for the screen; empty for a file that could not be used."""
        return self.pictures.shown_jpeg

    @property
    def thumbnail_jpeg(self) -> bytes:
        """The photo for lists; empty for a file that could not be used."""
        return self.pictures.thumbnail_jpeg


def entry_of(judged: JudgedFile[SmallPictures]) -> BatchEntry:
    """Return the entry of a file that was judged or refused."""
    record = replace(judged.record, judged_at=datetime.now(UTC).isoformat(timespec="seconds"))
    return BatchEntry(judged.number, record, judged.result, judged.extract or SmallPictures(), judged.repeat)


def entry_at(entry: BatchEntry, spec: ModelSpec, point: OperatingPoint) -> BatchEntry:
    """Return the entry with the verdict of another operating point; nothing is run anew."""
    if isinstance(entry.result, Rejection) or entry.result.judgement.point == point:
        return entry
    result = judged_anew(entry.result, spec, point)
    old = entry.record
    record = record_of(result, spec, old.model_sha256, name=old.file, repeat=entry.repeat)
    return replace(entry, result=result, record=replace(record, judged_at=old.judged_at))


def small_pictures(inspected: Inspected, file: FileInHand) -> SmallPictures:
    """Encode a judged photo for the page, and hold its file for the pages that need it to the byte.

    A photo's second frame and those after it have the pictures of the first.
    """
    if file.frame_number > 1:
        return SmallPictures()
    ORIGINALS.add(file.sha256, file.data)
    photo = inspected.photo
    pixels = photo.pixels
    wanted = min(SHOWN_SIDE, max(photo.width, photo.height))
    if max(pixels.shape[:2]) < wanted:
        # The model needs fewer pixels than a person: decode once more, larger.
        larger = read_photo(file.data, photo.name, least_side=SHOWN_SIDE // 2)
        pixels = larger.pixels if isinstance(larger, Photo) else pixels
    return SmallPictures(
        encode_jpeg(pixels, longest_side=SHOWN_SIDE), encode_thumbnail(photo.pixels, longest_side=THUMBNAIL_SIDE)
    )
