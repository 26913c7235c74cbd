"""The one pipeline of every door: files in, each read and judged once; records out, in order, in bounded memory."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from typing import Final, Generic

from defect_app.decision import OperatingPoint
from defect_app.inspection.file_judge import Extract, Extractor, FileInHand, FileJudge, Outcome
from defect_app.inspection.in_order import in_order
from defect_app.inspection.inspector import Inspected, Inspector
from defect_app.inspection.record import InspectionRecord, Repeat, record_of
from defect_app.inspection.tally import TALLY
from defect_app.inspection.workers import OwnThreads, Workers
from defect_app.intake import PhotoFile, Rejection, read_file

MOST_BYTES_AHEAD: Final = 50_000_000
"""No further file of a batch is read while those that wait to be judged hold more than this."""


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
    """

    number: int
    record: InspectionRecord
    result: Inspected | Rejection
    extract: Extract | None = None
    repeat: Repeat | None = None


class SeenFiles(Generic[Extract]):
    """What a batch has judged so far; handed from one `judge_batch` to the next where a batch comes in parts."""

    def __init__(self) -> None:
        self.count = 0
        self._by_content: dict[str, JudgedFile[Extract]] = {}
        self._name_by_pixels: dict[str, str] = {}

    def settled(self, sha256: str) -> bool:
        """Return whether a content came before, and need not be judged again."""
        first = self._by_content.get(sha256)
        return first is not None and not (isinstance(first.result, Rejection) and first.result.try_again)

    def first(self, sha256: str) -> JudgedFile[Extract]:
        """Return the first file with a content that came before."""
        return self._by_content[sha256]

    def repeat_of_pixels(self, pixels_sha256: str) -> Repeat | None:
        """Return that these pixels came before in another file, if they did."""
        name = self._name_by_pixels.get(pixels_sha256)
        return None if name is None else Repeat(name, "pixels")

    def add(self, judged: JudgedFile[Extract], pixels_sha256: str) -> None:
        """Count a file, and remember it where its content is new."""
        self.count = judged.number
        sha256 = judged.record.sha256
        if sha256 and not self.settled(sha256):
            self._by_content[sha256] = judged
        if pixels_sha256:
            self._name_by_pixels.setdefault(pixels_sha256, judged.record.file)


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
        The model.
    files : iterable of PhotoFile
        Taken lazily, a few ahead: memory does not grow with their number, and at most some tens of megabytes of
        files and the pixels of `intake.PIXELS_IN_USE` are held.
    point : OperatingPoint, optional
        Default: the one the model was delivered with.
    extractor : callable, optional
        Makes what the door needs of a photo's pixels, which are dropped after it. See `Extractor`.
    seen : SeenFiles, optional
        What came before in the same batch; it grows by each file when the next is asked for. Default: nothing.
    stop : threading.Event, optional
        Once set, no further file is taken; those in hand are judged and yielded, so that none is lost.
    workers : Workers, optional
        The threads that judge, shared with other batches. Default: threads of its own.

    Yields
    ------
    JudgedFile
        One a file, in the order of `files`. Closing the generator stops the work and drops what is in hand.

    Raises
    ------
    DefectLensError
        If the extractor raises it.
    """
    so_far: SeenFiles[Extract] = SeenFiles() if seen is None else seen
    judge: FileJudge[Extract] = FileJudge(inspector, point or inspector.default_point, extractor)

    def work(file: FileInHand) -> tuple[FileInHand, Outcome[Extract] | None]:
        return file, None if file.is_repeat or file.refused else judge.judge(file)

    with ExitStack() as ending:
        threads = workers or ending.enter_context(OwnThreads(inspector.engine.streams + 1))
        outcomes = in_order(
            work,
            _read(files, so_far, stop),
            threads,
            held_bytes=lambda file: len(file.data),
            most_bytes=MOST_BYTES_AHEAD,
        )
        ending.enter_context(closing(outcomes))
        for file, first in outcomes:
            outcome = first
            if first and isinstance(first.result, Rejection) and first.result.try_again:
                outcome = judge.judge_alone(file)
                file.data = b""
            judged = _judged(file, outcome, inspector, so_far)
            TALLY.count(inspector.spec.id, judged.record.verdict, judged.record.reason)
            yield judged
            # Not before: a file that its taker could not keep has not been seen.
            so_far.add(judged, outcome.pixels_sha256 if outcome else "")


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
        content = read_file(file)
        digest = content.sha256
        if digest and (digest in in_hand or seen.settled(digest)):
            yield FileInHand(number, file.name, digest, is_repeat=True)
            continue
        in_hand.add(digest)
        if isinstance(content, Rejection):
            yield FileInHand(number, file.name, digest, refused=content)
        else:
            yield FileInHand(number, file.name, digest, content.data)


def _judged(
    file: FileInHand, outcome: Outcome[Extract] | None, inspector: Inspector, seen: SeenFiles[Extract]
) -> JudgedFile[Extract]:
    spec, model_sha256 = inspector.spec, inspector.model_sha256
    if file.refused is not None:
        return JudgedFile(file.number, record_of(file.refused, spec, model_sha256), file.refused)
    if outcome is None:
        first = seen.first(file.sha256)
        repeat = Repeat(first.record.file)
        record = record_of(first.result, spec, model_sha256, name=file.name, repeat=repeat)
        return replace(first, number=file.number, record=record, repeat=repeat)
    same_pixels = seen.repeat_of_pixels(outcome.pixels_sha256)
    record = record_of(outcome.result, spec, model_sha256, repeat=same_pixels)
    return JudgedFile(file.number, record, outcome.result, outcome.extract, same_pixels)
