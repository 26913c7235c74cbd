"""Judges one file of a batch; what goes wrong with one photo is that photo's rejection, never the batch's end."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Generic, Protocol, TypeAlias

from typing_extensions import TypeVar

from defect_app.decision import OperatingPoint
from defect_app.errors import DefectLensError
from defect_app.inspection.inspector import Inspected, Inspector
from defect_app.inspection.tally import TALLY
from defect_app.intake import PIXELS_IN_USE, Rejection, decode_photo, open_photo, pixel_hash
from defect_app.intake.failures import is_memory_error, not_enough_memory
from defect_app.logs import logger

_log = logger(__name__)

Extract = TypeVar("Extract", default=None)
_Extract_co = TypeVar("_Extract_co", covariant=True)


@dataclass
class FileInHand:
    """A file of a batch between being read and being judged.

    Attributes
    ----------
    number : int
        Its place in the batch, from 1.
    name : str
        As the user gave it.
    sha256 : str
        Of its bytes; empty where it could not be read.
    data : bytes
        Its bytes, let go as soon as they are not needed; empty where there is nothing to judge.
    refused : Rejection or None
        Why it could not be read.
    is_repeat : bool
        Whether its content came before.
    is_known : bool
        Whether what becomes of its content is known from an earlier run.
    frame_number : int
        Which of the model's frames is being judged, from 1.
    """

    number: int
    name: str
    sha256: str
    data: bytes = b""
    refused: Rejection | None = None
    is_repeat: bool = False
    is_known: bool = False
    frame_number: int = 1


class Extractor(Protocol[_Extract_co]):
    """Takes from a judged photo, while its pixels are there, what a door wants to keep of them."""

    def __call__(self, inspected: Inspected, file: FileInHand, /) -> _Extract_co:
        """Return it; called from several threads at once. A `DefectLensError` ends the batch."""


FrameOutcome: TypeAlias = tuple[Inspected | Rejection, Extract | None]


@dataclass(frozen=True)
class Outcome(Generic[Extract]):
    """What became of one file: the result without pixels, what was extracted, and the hash of the pixels.

    `further` holds the results and extracts of the model's second frame and those after it.
    """

    result: Inspected | Rejection
    extract: Extract | None = None
    pixels_sha256: str = ""
    further: tuple[tuple[Inspected, Extract | None], ...] = ()

    @property
    def by_frame(self) -> tuple[FrameOutcome[Extract], ...]:
        """What each frame was found to be, and its extract."""
        return (self.result, self.extract), *self.further


class FileJudge(Generic[Extract]):
    """Judges files one by one; safe to call from several threads.

    Parameters
    ----------
    inspector : Inspector
        The model.
    point : OperatingPoint
        The thresholds.
    extractor : callable, optional
        See `Extractor`.
    """

    def __init__(
        self, inspector: Inspector, point: OperatingPoint, extractor: Extractor[Extract] | None = None
    ) -> None:
        self._inspector = inspector
        self._point = point
        self._extractor = extractor

    def judge(self, file: FileInHand) -> Outcome[Extract]:
        """Judge a file that was read.

        Raises
        ------
        DefectLensError
            If the extractor cannot do its work for any photo, for example because a folder cannot be written.
        """
        started_s = time.perf_counter()
        try:
            outcome = self._judge(file)
        except DefectLensError:
            raise
        except Exception as error:
            outcome = Outcome(self._failed(file, error))
        TALLY.time(self._inspector.spec.id, time.perf_counter() - started_s)
        if not (isinstance(outcome.result, Rejection) and outcome.result.try_again):
            file.data = b""
        return outcome

    def judge_alone(self, file: FileInHand) -> Outcome[Extract]:
        """Judge a file once more, when no other photo of the process is being decoded or judged."""
        with PIXELS_IN_USE.reserve_all():
            return self.judge(file)

    def _judge(self, file: FileInHand) -> Outcome[Extract]:
        opened = open_photo(file.data, file.name, least_side=self._inspector.least_side, sha256=file.sha256)
        if isinstance(opened, Rejection):
            return Outcome(opened)
        with PIXELS_IN_USE.reserve(opened.pixels):
            photo = decode_photo(opened)
            if isinstance(photo, Rejection):
                return Outcome(photo)
            first, *further = (
                (inspected.without_pixels(), self._extracted(inspected, file, number))
                for number, inspected in enumerate(self._inspector.inspect_each(photo, self._point), start=1)
            )
            return Outcome(*first, pixel_hash(photo), tuple(further))

    def _extracted(self, inspected: Inspected, file: FileInHand, number: int) -> Extract | None:
        file.frame_number = number
        return self._extractor(inspected, file) if self._extractor else None

    def _failed(self, file: FileInHand, error: Exception) -> Rejection:
        if is_memory_error(error):
            _log.warning("memory_was_short", sha256=file.sha256)
            return not_enough_memory(file.name, file.sha256)
        _log.exception("photo_not_judged", sha256=file.sha256, model=self._inspector.spec.id)
        return Rejection(
            file.name,
            file.sha256,
            f"it could not be judged: {type(error).__name__}",
            "Try it again; where that does not help, report it with the program's log.",
            try_again=True,
        )
