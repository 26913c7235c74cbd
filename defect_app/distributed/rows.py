"""What goes to the processes that judge, and what comes back: tables of Arrow, some dozens of files each."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from defect_app.intake import PhotoFile, Rejection
from defect_app.intake.addresses import AddressedFile, Place, photo_at

MOST_FILES_A_TABLE: Final = 256
"""So many files are handed over at once, and judged again where a process is lost: two seconds' work, or some dozens.

Each table costs Ray about as much as three small photos.
"""
TABLES_A_PROCESS: Final = 8
"""Of fewer files smaller tables are made, so that no process waits for the last one's."""


def tables_of(places: Sequence[Place], numbers: Sequence[int], processes: int) -> Iterator[Any]:
    """Yield tables of the files with these numbers, counted from 1, for so many processes: number, path and address."""
    import pyarrow as pa

    schema = pa.schema([("number", pa.int64()), ("path", pa.binary()), ("address", pa.string())])
    size = min(MOST_FILES_A_TABLE, max(1, len(numbers) // (TABLES_A_PROCESS * processes)))
    for start in range(0, len(numbers), size):
        part = numbers[start : start + size]
        rows: dict[str, list[Any]] = {"number": list(part), "path": [], "address": []}
        for number in part:
            place = places[number - 1]
            # A process elsewhere has another working folder. Bytes: a name may be no Unicode.
            path = os.path.abspath(place) if isinstance(place, Path) else place.path
            rows["path"].append(os.fsencode(path))
            rows["address"].append("" if isinstance(place, Path) else place.address)
        yield pa.table(rows, schema)


def photos_in(table: Any) -> Iterator[tuple[int, PhotoFile]]:
    """Yield the files of a table, with their numbers, to be read."""
    for row in table.to_pylist():
        path = os.fsdecode(row["path"])
        yield row["number"], photo_at(AddressedFile(path, path, row["address"]) if row["address"] else Path(path))


@dataclass(frozen=True)
class Answer:
    """What one file was found to be.

    Attributes
    ----------
    number : int
        Its place in the batch, from 1.
    sha256 : str
        Of its content; empty where it could not be read.
    outcome : str
        See `outcome_as_json`; empty where another file with this content is judged in its place.
    refusal : str
        Why it could not be read, as JSON; else empty.
    thumbnail : bytes
        A small picture, JPEG, where one was asked for and the file was judged.
    """

    number: int
    sha256: str
    outcome: str = ""
    refusal: str = ""
    thumbnail: bytes = b""

    def rejection(self, name: str) -> Rejection | None:
        """Return the refusal of a file that could not be read."""
        return Rejection(name, self.sha256, **json.loads(self.refusal)) if self.refusal else None


def refusal_as_json(refused: Rejection) -> str:
    """Return why a file could not be read."""
    said = {"reason": refused.reason, "remedy": refused.remedy, "try_again": refused.try_again}
    return json.dumps(said)


def answers_as_table(answers: Sequence[Answer], problem: str = "") -> Any:
    """Return answers as a table; or why a process cannot judge at all."""
    import pyarrow as pa

    texts = [(name, pa.string()) for name in ("sha256", "outcome", "refusal")]
    schema = pa.schema([("number", pa.int64()), *texts, ("thumbnail", pa.binary())])
    table = pa.table({name: [getattr(a, name) for a in answers] for name in schema.names}, schema)
    return table.append_column("problem", pa.array([problem] * len(answers), pa.string()))
