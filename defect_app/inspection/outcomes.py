"""Judges files that were read, in parallel and in their order: the part of the one pipeline that may run anywhere."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import ExitStack, closing
from typing import Final

from defect_app.decision import OperatingPoint
from defect_app.inspection.file_judge import Extract, Extractor, FileInHand, FileJudge, Outcome
from defect_app.inspection.in_order import in_order
from defect_app.inspection.inspector import Inspector
from defect_app.inspection.workers import OwnThreads, Workers
from defect_app.intake import PhotoFile, Rejection, read_file

MOST_BYTES_AHEAD: Final = 50_000_000
"""No further file of a batch is read while those that wait to be judged hold more than this."""


def file_in_hand(number: int, file: PhotoFile) -> FileInHand:
    """Read a file; what cannot be read comes with the reason."""
    content = read_file(file)
    if isinstance(content, Rejection):
        return FileInHand(number, file.name, content.sha256, refused=content)
    return FileInHand(number, file.name, content.sha256, content.data)


def outcomes_of(
    inspector: Inspector,
    files: Iterable[FileInHand],
    point: OperatingPoint,
    *,
    extractor: Extractor[Extract] | None = None,
    workers: Workers | None = None,
) -> Generator[tuple[FileInHand, Outcome[Extract] | None], None, None]:
    """Judge what has bytes to judge; a photo for which memory was short is tried once more, alone.

    Parameters
    ----------
    inspector : Inspector
        The model.
    files : iterable of FileInHand
        Taken lazily, a few ahead.
    point : OperatingPoint
        The thresholds.
    extractor : callable, optional
        See `Extractor`.
    workers : Workers, optional
        The threads that judge. Default: threads of its own.

    Yields
    ------
    tuple of (FileInHand, Outcome or None)
        In the order of `files`; None of a file that was refused, or whose content came before, here or in an earlier
        run. Closing the generator stops the work and drops what is in hand.

    Raises
    ------
    DefectLensError
        If the extractor raises it.
    """
    judge: FileJudge[Extract] = FileJudge(inspector, point, extractor)

    def work(file: FileInHand) -> tuple[FileInHand, Outcome[Extract] | None]:
        return file, None if file.is_repeat or file.is_known or file.refused else judge.judge(file)

    with ExitStack() as ending:
        threads = workers or ending.enter_context(OwnThreads(inspector.engine.streams + 1))
        outcomes = in_order(work, files, threads, held_bytes=lambda file: len(file.data), most_bytes=MOST_BYTES_AHEAD)
        ending.enter_context(closing(outcomes))
        for file, first in outcomes:
            outcome = first
            if first and isinstance(first.result, Rejection) and first.result.try_again:
                outcome = judge.judge_alone(file)
                file.data = b""
            yield file, outcome
