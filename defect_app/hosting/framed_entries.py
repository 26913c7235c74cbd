"""Judges parts of a photo that persons framed: an entry of the batch for each frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from defect_app.decision import OperatingPoint
from defect_app.hosting.batch_entry import BatchEntry, entry_of
from defect_app.inspection import Inspector
from defect_app.inspection.batch import JudgedFile
from defect_app.inspection.framing import FixedFrame
from defect_app.inspection.framing.fixed_frame import decoded_side
from defect_app.inspection.record import record_of
from defect_app.intake import Rejection, read_photo


def framed_entries(
    inspector: Inspector, point: OperatingPoint, entry: BatchEntry, data: bytes, frames: Sequence[FixedFrame]
) -> list[BatchEntry]:
    """Judge frames of a photo that was judged before.

    Parameters
    ----------
    inspector : Inspector
        The model.
    point : OperatingPoint
        The thresholds.
    entry : BatchEntry
        Of the photo: its name, pictures and number are taken over, the number to be changed by whoever keeps them.
    data : bytes
        The photo's file.
    frames : sequence of FixedFrame
        What to judge.

    Returns
    -------
    list of BatchEntry
        One a frame, in their order; none where the file is no photo.
    """
    photo = read_photo(data, entry.record.file, least_side=decoded_side(inspector.least_side, frames))
    if isinstance(photo, Rejection):
        return []
    judged = []
    for frame in frames:
        result = inspector.inspect_frame(photo, frame.in_photo(photo.width, photo.height), point)
        record = record_of(result, inspector.spec, inspector.model_sha256, repeat=entry.repeat)
        made = entry_of(JudgedFile(entry.number, record, result.without_pixels(), entry.pictures, entry.repeat))
        judged.append(replace(made, pictures=entry.pictures))
    return judged
