"""The one pipeline of every door: files in, each read and judged once; records out, in order, in bounded memory."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Generic

from defect_app.decision import OperatingPoint
from defect_app.inspection.checkpoint import Checkpoint
from defect_app.inspection.file_judge import Extract, Extractor, FileInHand, FrameOutcome, Outcome
from defect_app.inspection.inspector import Inspected, Inspector
from defect_app.inspection.outcomes import file_in_hand, outcomes_of
from defect_app.inspection.record import InspectionRecord, Repeat, record_of
from defect_app.inspection.tally import TALLY
from defect_app.inspection.workers import Workers
from defect_app.intake import PhotoFile, Rejection


@dataclass(frozen=True)
class JudgedFile(Generic[Extract]):
    """What became of one file of a batch.

    Attributes
    ----------
    number : int
        Its place in the batch, from 1.
    record : InspectionRecord
        What every door shows.
    result : Inspected or Rejection
        What the record was made from, without pixels; of repeated content, that of the first file.
    extract : object or None
        What the door's extractor returned, of repeated content that of the first file; None without an extractor and
        of a file that was not judged.
    repeat : Repeat or None
        That the content, or the pixels, came before in the batch.
    frame_number : int
        Which of the model's frames was judged, from 1: each is a verdict of its own, with the file's number.
    """

    number: int
    record: InspectionRecord
    result: Inspected | Rejection
    extract: Extract | None = None
    repeat: Repeat | None = None
    frame_number: int = 1


class SeenFiles(Generic[Extract]):
    """What a batch has judged so far; handed from one `judge_batch` to the next where a batch comes in parts.

    Parameters
    ----------
    checkpoint : Checkpoint, optional
        What earlier runs found out; it grows by what this one does.
    """

    def __init__(self, checkpoint: Checkpoint | None = None) -> None:
        self.checkpoint = checkpoint
        self.count = 0
        self._by_content: dict[str, Sequence[JudgedFile[Extract]]] = {}
        # Where a checkpoint holds the rest, memory grows by no more than names.
        self._name_by_content: dict[str, str] = {}
        self._name_by_pixels: dict[str, str] = {}

    def came_before(self, sha256: str) -> bool:
        """Return whether a content came before, whatever became of it."""
        return sha256 in self._by_content or sha256 in self._name_by_content

    def settled(self, sha256: str) -> bool:
        """Return whether a content came before, and need not be judged again."""
        first = self._by_content.get(sha256)
        if first is None:
            return sha256 in self._name_by_content
        result = first[0].result
        return not (isinstance(result, Rejection) and result.try_again)

    def first(self, sha256: str) -> tuple[str, Sequence[FrameOutcome[Extract]]]:
        """Return the name of the first file with a content that came before; by frame what it is, and its extract."""
        judged = self._by_content.get(sha256)
        if judged is not None:
            return judged[0].record.file, [(one.result, one.extract) for one in judged]
        name = self._name_by_content[sha256]
        outcome = self.checkpoint.find(sha256, name) if self.checkpoint else None
        if outcome is None:
            raise KeyError(sha256)
        return name, outcome.by_frame

    def repeat_of_pixels(self, pixels_sha256: str) -> Repeat | None:
        """Return that these pixels came before in another file, if they did."""
        name = self._name_by_pixels.get(pixels_sha256)
        return None if name is None else Repeat(name, "pixels")

    def add(self, judged: Sequence[JudgedFile[Extract]], pixels_sha256: str) -> None:
        """Count a file, judged in each frame, and remember it where its content is new."""
        self.count = judged[0].number
        sha256 = judged[0].record.sha256
        if sha256 and not self.settled(sha256):
            if self.checkpoint is not None and not isinstance(judged[0].result, Rejection):
                self._name_by_content[sha256] = judged[0].record.file
                self._by_content.pop(sha256, None)
            else:
                self._by_content[sha256] = judged
        if pixels_sha256:
            self._name_by_pixels.setdefault(pixels_sha256, judged[0].record.file)


def judge_batch(
    inspector: Inspector,
    files: Iterable[PhotoFile],
    point: OperatingPoint | None = None,
    *,
    extractor: Extractor[Extract] | None = None,
    seen: SeenFiles[Extract] | None = None,
    stop: threading.Event | None = None,
    workers: Workers | None = None,
) -> Generator[JudgedFile[Extract], None, None]:
    """Judge files in order, each content once, on every core.

    What cannot be read, is no photo, or makes a decoder fail is rejected in its place, with a remedy. A photo for
    which memory was short is tried once more, alone.

    Parameters
    ----------
    inspector : Inspector
        The model; where it has frames, each is a verdict of its own.
    files : iterable of PhotoFile
        Taken lazily, a few ahead: memory does not grow with their number, and at most some tens of megabytes of
        files and the pixels of `intake.PIXELS_IN_USE` are held.
    point : OperatingPoint, optional
        Default: the one the model was delivered with.
    extractor : callable, optional
        Makes what the door needs of a photo's pixels, which are dropped after it. See `Extractor`.
    seen : SeenFiles, optional
        What came before in the same batch; it grows by each file when the next is asked for. What its checkpoint
        holds is not judged again, and nothing is extracted from it. Default: nothing came before.
    stop : threading.Event, optional
        Once set, no further file is taken; those in hand are judged and yielded, so that none is lost.
    workers : Workers, optional
        The threads that judge, shared with other batches. Default: threads of its own.

    Yields
    ------
    JudgedFile
        One a file and frame, in the order of `files`. Closing the generator stops the work and drops what is in hand.

    Raises
    ------
    DefectLensError
        If the extractor raises it.
    """
    so_far: SeenFiles[Extract] = SeenFiles() if seen is None else seen
    used = point or inspector.default_point
    checkpoint = so_far.checkpoint
    read = _read(files, so_far, stop)
    outcomes = outcomes_of(inspector, read, used, extractor=extractor, workers=workers)
    with closing(outcomes):
        for file, judged_now in outcomes:
            outcome = judged_now
            if checkpoint is not None and not file.is_repeat and file.refused is None:
                if outcome is None:
                    outcome = checkpoint.find(file.sha256, file.name)
                else:
                    checkpoint.add(file.sha256, outcome)
            yield from counted(file, outcome, inspector, so_far)


def counted(
    file: FileInHand, outcome: Outcome[Extract] | None, inspector: Inspector, seen: SeenFiles[Extract]
) -> Iterator[JudgedFile[Extract]]:
    """Yield what became of a file, as every door shows it, and count it among those seen once its taker has it."""
    judged = _judged(file, outcome, inspector, seen)
    for one in judged:
        TALLY.count(inspector.spec.id, one.record.verdict, one.record.reason)
        yield one
    # Not before: a file that its taker could not keep has not been seen.
    seen.add(judged, outcome.pixels_sha256 if outcome else "")


def _read(files: Iterable[PhotoFile], seen: SeenFiles[Extract], stop: threading.Event | None) -> Iterator[FileInHand]:
    """Read one file after the other, each once."""
    in_hand: set[str] = set()
    remaining = iter(files)
    number = seen.count
    while not (stop is not None and stop.is_set()):
        file = next(remaining, None)
        if file is None:
            return
        number += 1
        read = file_in_hand(number, file)
        if read.sha256 and (read.sha256 in in_hand or seen.settled(read.sha256)):
            yield FileInHand(number, file.name, read.sha256, is_repeat=True)
            continue
        in_hand.add(read.sha256)
        if seen.checkpoint is not None and read.sha256 and seen.checkpoint.find(read.sha256, file.name):
            read.data, read.is_known = b"", True
        yield read


def _judged(
    file: FileInHand, outcome: Outcome[Extract] | None, inspector: Inspector, seen: SeenFiles[Extract]
) -> list[JudgedFile[Extract]]:
    """Return what became of a file, in each frame."""
    spec, model_sha256 = inspector.spec, inspector.model_sha256
    if file.refused is not None:
        return [JudgedFile(file.number, record_of(file.refused, spec, model_sha256), file.refused)]
    if outcome is None:
        name, results = seen.first(file.sha256)
        repeat: Repeat | None = Repeat(name)
    else:
        results, repeat = outcome.by_frame, seen.repeat_of_pixels(outcome.pixels_sha256)
    return [
        JudgedFile(
            file.number,
            record_of(result, spec, model_sha256, name=file.name, repeat=repeat),
            result,
            extract,
            repeat,
            frame_number,
        )
        for frame_number, (result, extract) in enumerate(results, start=1)
    ]
