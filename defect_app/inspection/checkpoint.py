"""What was found out about each content, on disk by its hash: a run that was stopped goes on where it was."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final, Self

from defect_app import __version__
from defect_app.catalog import ModelSpec
from defect_app.decision import OperatingPoint
from defect_app.errors import OutputFailed
from defect_app.inspection.file_judge import Outcome
from defect_app.inspection.framing import ChosenFrame
from defect_app.inspection.outcome_json import is_final, outcome_as_json, outcome_from_json

COMMIT_AFTER_S: Final = 0.5
"""A process that is killed loses at most what it judged for so long, and one that starts anew judges that again."""


class Checkpoint:
    """Outcomes of one model by the hash of what was judged; close it, or use it in ``with``.

    A file of SQLite for each model, version of its files, its frames, and version of this program: what another one
    found out is not taken for this one's. One process holds it at a time. Answers that memory or a fault cut short are
    not kept.

    Parameters
    ----------
    folder : Path
        Made where it is missing.
    spec : ModelSpec
        The model that judges.
    point : OperatingPoint
        What the verdicts are made with; that of an earlier run may be another.
    frames : sequence of FixedFrame or PixelFrame
        The model's frames: what was found in others is not taken for these.

    Raises
    ------
    OutputFailed
        If the file cannot be opened, here, or written, later.
    """

    def __init__(
        self, folder: Path, spec: ModelSpec, point: OperatingPoint, frames: Sequence[ChosenFrame] = ()
    ) -> None:
        self._spec, self._point = spec, point
        said = " ".join([spec.identity, __version__, *map(repr, frames)])
        key = hashlib.sha256(said.encode()).hexdigest()
        self.file = folder / f"{spec.id}-{key[:16]}.sqlite"
        with self._said():
            folder.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(self.file, timeout=1, isolation_level=None, check_same_thread=False)
            # Held until the end, and on any disk: the modes that share it do not work on network drives.
            self._connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._connection.execute("BEGIN EXCLUSIVE")
            self._connection.execute(
                "CREATE TABLE IF NOT EXISTS outcomes (sha256 BLOB PRIMARY KEY, outcome TEXT NOT NULL) WITHOUT ROWID"
            )
            self.count = int(self._connection.execute("SELECT count(*) FROM outcomes").fetchone()[0])
        self._committed_s = time.monotonic()

    def find(self, sha256: str, name: str) -> Outcome[Any] | None:
        """Return what was found out about a content, for a file of that name; None where nothing is known."""
        with self._said():
            query = "SELECT outcome FROM outcomes WHERE sha256 = ?"
            row = self._connection.execute(query, (bytes.fromhex(sha256),)).fetchone()
        if row is None:
            return None
        try:
            return outcome_from_json(row[0], name, sha256, self._spec, self._point)
        except ValueError:
            return None  # it is judged again, and put right

    def add(self, sha256: str, outcome: Outcome[Any]) -> None:
        """Keep what was found out about a content; safe on disk within `COMMIT_AFTER_S`, or when it is closed."""
        self.add_text(sha256, outcome_as_json(outcome))

    def add_text(self, sha256: str, text: str) -> bool:
        """Keep an outcome that came as `outcome_as_json` gives it; return whether it is one to keep."""
        if not is_final(text):
            return False
        with self._said():
            self._connection.execute("INSERT OR REPLACE INTO outcomes VALUES (?, ?)", (bytes.fromhex(sha256), text))
            if time.monotonic() - self._committed_s > COMMIT_AFTER_S:
                self._connection.execute("COMMIT")
                self._connection.execute("BEGIN EXCLUSIVE")
                self._committed_s = time.monotonic()
        return True

    def known(self) -> Iterator[bytes]:
        """Yield the hash of each content that is kept, 32 bytes, sorted."""
        with self._said():
            yield from (row[0] for row in self._connection.execute("SELECT sha256 FROM outcomes ORDER BY sha256"))

    def close(self) -> None:
        """Write what is not written yet, and let go of the file."""
        with closing(self._connection), self._said():
            if self._connection.in_transaction:
                self._connection.execute("COMMIT")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _said(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
                raise OutputFailed(
                    f"The checkpoint {self.file} is in use by another run.", "Wait for it, or name another folder."
                ) from error
            said = getattr(error, "strerror", None) or str(error)
            raise OutputFailed(
                f"The checkpoint {self.file} cannot be used: {said}.",
                "Make room, or name another folder; what it holds already is kept.",
            ) from error
