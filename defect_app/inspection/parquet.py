"""Writes records as Parquet: the columns of the table for spreadsheets, typed, in memory that does not grow."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Self

from defect_app.errors import OutputFailed
from defect_app.inspection.record import STORED_KEYS, InspectionRecord
from defect_app.inspection.writing import CLASS_PREFIX

ROWS_A_GROUP: Final = 5000
"""So many records are held until they are written together."""


class ParquetTable:
    """A table on its way to a file, which is there once it is closed; close it, or use it in ``with``.

    Parameters
    ----------
    path : Path
        The file; what is there is replaced when the table is whole.
    class_names : sequence of str
        The model's classes: a column ``class_<name>`` each.
    stored : bool
        Whether the table has the columns of stored inspections.

    Raises
    ------
    OutputFailed
        If it cannot be written, here or later; what was there before is left as it is.
    """

    def __init__(self, path: Path, class_names: Sequence[str], *, stored: bool = False) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        self._path, self._part = path, path.with_name(f".{path.name}.part")
        self._class_names = tuple(class_names)
        self._stored = STORED_KEYS if stored else ()
        text = ("file", "sha256", "verdict", "label", "reason", "operating_point", "duplicate_of", "model")
        self._text = (*text, "model_sha256", *self._stored)
        self._schema = pa.schema(
            [
                ("number", pa.int64()),
                *((name, pa.string()) for name in self._text),
                ("p_defect", pa.float64()),
                ("familiar", pa.bool_()),
                ("frame", pa.list_(pa.int32())),
                *((CLASS_PREFIX + name, pa.float64()) for name in self._class_names),
            ]
        )
        self._rows: list[dict[str, Any]] = []
        try:
            self._writer = parquet.ParquetWriter(self._part, self._schema, compression="zstd")
        except OSError as error:
            raise self._failed(error) from error

    def add(self, number: int, record: InspectionRecord) -> None:
        """Add the record of the `number`-th file of a batch, counted from 1."""
        row: dict[str, Any] = {"number": number, "p_defect": record.p_defect, "familiar": record.familiar}
        row["frame"] = list(record.frame) if record.frame else None
        for name in self._text:
            value = getattr(record, name)
            # A name may hold bytes that are no Unicode.
            row[name] = None if value is None else value.encode("utf-8", "backslashreplace").decode()
        row |= {CLASS_PREFIX + name: record.p.get(name) for name in self._class_names}
        self._rows.append(row)
        if len(self._rows) == ROWS_A_GROUP:
            self._write()

    def close(self) -> None:
        """Write the rest, and put the file in its place."""
        try:
            self._write()
            self._writer.close()
            os.replace(self._part, self._path)
        except OSError as error:
            raise self._failed(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _write(self) -> None:
        import pyarrow as pa

        rows, self._rows = self._rows, []
        try:
            if rows:
                self._writer.write_table(pa.Table.from_pylist(rows, self._schema))
        except OSError as error:
            raise self._failed(error) from error

    def _failed(self, error: OSError) -> OutputFailed:
        self._part.unlink(missing_ok=True)
        return OutputFailed(
            f"The table cannot be written to {self._path}: {error.strerror or error}.",
            "Make room, or choose a place that you may write to.",
        )
