"""One file of a batch as the page keeps it: record, result, and small pictures of our own encoding."""

from __future__ import annotations

from dataclasses import dataclass, replace

from defect_app.catalog import ModelSpec
from defect_app.decision import OperatingPoint
from defect_app.inspection import Inspected, judged_anew
from defect_app.inspection_record import InspectionRecord, record_of
from defect_app.intake import Photo, Rejection, display_name, encode_jpeg, read_photo

SHOWN_SIDE = 960
"""Longest side in pixels of the picture that is kept for the screen."""
THUMBNAIL_SIDE = 96


@dataclass(frozen=True)
class BatchEntry:
    """One file of a batch, with all that the page shows of it.

    Attributes
    ----------
    number : int
        Its place in the batch, from 0.
    record : InspectionRecord
        Verdict, label, probabilities, reason.
    result : Inspected or Rejection
        What became of it; the photo's pixels are dropped to keep memory flat.
    shown_jpeg, thumbnail_jpeg : bytes
        Our own encodings of the upright photo; empty for a file that could not be used.
    duplicate_of : str
        Name of the earlier file with the same content, or empty.
    """

    number: int
    record: InspectionRecord
    result: Inspected | Rejection
    shown_jpeg: bytes = b""
    thumbnail_jpeg: bytes = b""
    duplicate_of: str = ""


def entry_of(result: Inspected | Rejection, spec: ModelSpec, data: bytes = b"") -> BatchEntry:
    """Return the entry of a file that was judged or refused; its number is the batch's to give.

    Parameters
    ----------
    result : Inspected or Rejection
        What became of it.
    spec : ModelSpec
        The model.
    data : bytes
        The file, to make the pictures from.
    """
    record = record_of(result, spec)
    if isinstance(result, Rejection):
        return BatchEntry(0, record, result)
    shown, thumbnail = _pictures(data, result.photo)
    photo = replace(result.photo, pixels=result.photo.pixels[:0, :0].copy())
    return BatchEntry(0, record, replace(result, photo=photo), shown, thumbnail)


def repeated_entry(first: BatchEntry, spec: ModelSpec, name: str) -> BatchEntry:
    """Return the entry of a file whose content came before, as `first`."""
    repeat = replace(first, duplicate_of=first.record["file"])
    return replace(repeat, record=_record(repeat, spec, name))


def entry_at(entry: BatchEntry, spec: ModelSpec, point: OperatingPoint) -> BatchEntry:
    """Return the entry with the verdict of another operating point; nothing is run anew."""
    if isinstance(entry.result, Rejection) or entry.result.judgement.point == point:
        return entry
    judged = replace(entry, result=judged_anew(entry.result, spec, point))
    return replace(judged, record=_record(judged, spec, entry.record["file"]))


def _record(entry: BatchEntry, spec: ModelSpec, name: str) -> InspectionRecord:
    record = record_of(entry.result, spec)
    note = f" The same photo as {display_name(entry.duplicate_of)}." if entry.duplicate_of else ""
    return InspectionRecord(**{**record, "file": name, "reason": record["reason"] + note})


def _pictures(data: bytes, photo: Photo) -> tuple[bytes, bytes]:
    pixels = photo.pixels
    wanted = min(SHOWN_SIDE, max(photo.width, photo.height))
    if max(pixels.shape[:2]) < wanted:
        # The model needs fewer pixels than a person: decode once more, larger.
        larger = read_photo(data, photo.name, least_side=SHOWN_SIDE // 2)
        pixels = larger.pixels if isinstance(larger, Photo) else pixels
    return encode_jpeg(pixels, longest_side=SHOWN_SIDE), encode_jpeg(photo.pixels, longest_side=THUMBNAIL_SIDE)
