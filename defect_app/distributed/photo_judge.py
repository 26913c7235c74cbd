"""One process that judges: a loaded model on one core, and the pipeline of every door."""

from __future__ import annotations

import gc
import os
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from defect_app import __version__
from defect_app.distributed.rows import Answer, answers_as_table, photos_in, refusal_as_json
from defect_app.errors import DefectLensError, ModelUnavailable
from defect_app.hosting.batch_entry import THUMBNAIL_SIDE
from defect_app.hosting.local_model_host import LocalModelHost
from defect_app.hosting.process import begin_process
from defect_app.inspection import Inspected
from defect_app.inspection.file_judge import FileInHand
from defect_app.inspection.framing import ChosenFrame
from defect_app.inspection.outcome_json import outcome_as_json
from defect_app.inspection.outcomes import file_in_hand, outcomes_of
from defect_app.intake import PhotoFile, encode_thumbnail
from defect_app.settings import judge_with

MOST_FILES_READ, MOST_BYTES_READ = 64, 16_000_000
"""So many files, or bytes, are read before it is asked whose turn they are: a question each would cost more."""


class AsksForTurns(Protocol):
    """Asks `Claims`, wherever they are kept."""

    def __call__(self, numbers: list[int], hashes: list[bytes], /) -> list[bool]:
        """Return for each file whether it is its turn; see `Claims.claim`."""


@dataclass(frozen=True)
class ModelAsked:
    """What all processes judge with.

    Attributes
    ----------
    model_id : str
        The model.
    models_folder : str or None
        The folder of models, as every machine finds it; None for what its own setting names.
    sha256 : str
        The model's identity.
    frames : tuple of FixedFrame or PixelFrame
        The parts of each photo that are judged; none is the whole.
    thumbnails : bool
        Whether a small picture of each photo is wanted.
    program : str
        The version of this program.
    """

    model_id: str
    models_folder: str | None
    sha256: str
    frames: tuple[ChosenFrame, ...] = ()
    thumbnails: bool = False
    program: str = __version__


def _small_picture(inspected: Inspected, _: FileInHand, /) -> bytes:
    return encode_thumbnail(inspected.photo.pixels, longest_side=THUMBNAIL_SIDE)


class PhotoJudge:
    """Judges tables of files; made once in each process that Ray gives it.

    Parameters
    ----------
    model : ModelAsked
        What to judge with.
    turns : callable
        Says which files are to be judged here.
    """

    def __init__(self, model: ModelAsked, turns: AsksForTurns) -> None:
        # One core was asked for. Before anything is loaded that starts threads.
        judge_with(threads=1)
        self._turns = turns
        self._extractor = _small_picture if model.thumbnails else None
        self.problem = ""
        try:
            begin_process("warning")
            if model.program != __version__:
                raise ModelUnavailable(
                    f"this machine has Defect Lens {__version__}, not {model.program}.", "Install the same everywhere."
                )
            self._host = LocalModelHost(None if model.models_folder is None else Path(model.models_folder))
            self._inspector = self._host.inspector(model.model_id).in_frames(model.frames)
            if self._inspector.model_sha256 != model.sha256:
                raise ModelUnavailable(
                    f"{model.model_id}: this machine has another version of it.", "Put the same folder everywhere."
                )
        except DefectLensError as error:
            self.problem = f"On {os.uname().nodename}: {error} {error.remedy}".strip()
        # Ray looks for garbage after each table; what stays for good need not be looked through each time.
        gc.collect()
        gc.freeze()

    def __call__(self, table: Any) -> Any:
        """Return what each file of a table was found to be, in a table: see `Answer`."""
        if self.problem:
            return answers_as_table([Answer(number, "") for number in table["number"].to_pylist()], self.problem)
        with self._host.open_job(table.num_rows, wait=True) as job:
            read = self._read(photos_in(table))
            point = self._inspector.default_point
            found = outcomes_of(self._inspector, read, point, extractor=self._extractor, workers=job)
            return answers_as_table(
                [
                    Answer(file.number, file.sha256, refusal=refusal_as_json(file.refused))
                    if file.refused
                    else Answer(
                        file.number,
                        file.sha256,
                        outcome_as_json(outcome) if outcome else "",
                        thumbnail=(outcome and outcome.extract) or b"",
                    )
                    for file, outcome in found
                ]
            )

    def _read(self, files: Iterable[tuple[int, PhotoFile]]) -> Iterator[FileInHand]:
        """Read some files ahead, ask whose turn they are, and give them out one by one."""
        read: deque[FileInHand] = deque()
        with ExitStack() as ending:
            ending.callback(read.clear)
            for number, photo in files:
                read.append(file_in_hand(number, photo))
                if len(read) >= MOST_FILES_READ or sum(len(file.data) for file in read) >= MOST_BYTES_READ:
                    yield from self._in_turn(read)
            yield from self._in_turn(read)

    def _in_turn(self, read: deque[FileInHand]) -> Iterator[FileInHand]:
        asked = [file for file in read if file.refused is None]
        turns = self._turns([file.number for file in asked], [bytes.fromhex(file.sha256) for file in asked])
        for file, is_its_turn in zip(asked, turns, strict=True):
            if not is_its_turn:
                file.data, file.is_repeat = b"", True
        while read:
            yield read.popleft()
