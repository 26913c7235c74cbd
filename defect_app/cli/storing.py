"""What ``classify --store`` adds: each record is stored, and written to the output once it is safe."""

from __future__ import annotations

import argparse
import getpass
import hashlib
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from defect_app.cli.terminal import say

if TYPE_CHECKING:
    from defect_app.decision import OperatingPoint
    from defect_app.hosting.keeping import Keeping
    from defect_app.inspection.batch import JudgedFile
    from defect_app.inspection.record import InspectionRecord
    from defect_app.inspections import StoredInspection


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of storing."""
    parser.add_argument(
        "--store", action="store_true", help="keep the inspections; a rerun of the same command stores none twice"
    )
    parser.add_argument("--batch", metavar="NAME", help="what the photos came with (default: made from the paths)")
    parser.add_argument("--who", metavar="PERSON", help="who has them judged (default: the user of this machine)")
    parser.add_argument("--part", default="", metavar="CODE", help="the part that all photos show: its serial number")
    parser.add_argument(
        "--part-codes", action="store_true", help="the part is what a QR, Data Matrix or bar code in the photo says"
    )
    parser.add_argument(
        "--part-pattern",
        metavar="PATTERN",
        help="where in a file's name the part's serial number stands, such as '{part}_*.jpg'",
    )


def batch_name(paths: Sequence[str], point: OperatingPoint) -> str:
    """Return the name that photos judged at a point have as a batch: the same for the same command."""
    from defect_app.intake.addresses import is_address

    said = [
        point.model_id,
        point.model_sha256,
        point.name,
        point.sentence,
        *sorted(p if is_address(p) else str(Path(p).absolute()) for p in paths),
    ]
    return f"cli-{hashlib.sha256(chr(0).join(said).encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def person(given: str | None) -> str:
    """Return who does it: the name that was given, else that of the user of this machine, else nobody's."""
    if given is not None:
        return given
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


@dataclass(frozen=True)
class _Waiting:
    number: int
    record: InspectionRecord
    stored: Future[StoredInspection]


class StoredOutput:
    """Records on their way through the database to the output, in order: what was written is stored.

    Parameters
    ----------
    keeping : Keeping
        Stores them.
    write : callable
        Writes the record of a number.
    """

    def __init__(self, keeping: Keeping, write: Callable[[int, InspectionRecord], None]) -> None:
        self._keeping = keeping
        self._write = write
        self._waiting: deque[_Waiting] = deque()
        self._not_stored = 0
        self._problem = ""

    def add(self, judged: JudgedFile[Any]) -> None:
        """Have a record stored, and write those that are."""
        self._waiting.append(_Waiting(judged.number, judged.record, self._keeping.store_file(judged)))
        while self._waiting and self._waiting[0].stored.done():
            self._write_first()

    def finish(self) -> None:
        """Wait for what is not stored yet, and write it."""
        while self._waiting:
            self._write_first()

    def say_how_it_went(self) -> bool:
        """Say what could not be stored; return whether everything was."""
        if self._not_stored:
            say(f"{self._not_stored} of the verdicts above are not stored: {self._problem}")
            say("Run the same command again: it stores what is missing, and nothing twice.")
        if self._keeping.problem:
            say(self._keeping.problem)
        return not self._not_stored

    def _write_first(self) -> None:
        first = self._waiting.popleft()
        error = first.stored.exception()
        if error is None:
            self._write(first.number, first.stored.result().record)
            return
        self._not_stored += 1
        self._problem = f"{error} {getattr(error, 'remedy', '')}".strip()
        # No verdict is lost, whatever becomes of the database.
        self._write(first.number, first.record)
