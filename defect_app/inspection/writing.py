"""Writes records: as JSON and as a table for spreadsheets, in the one form of every door."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from defect_app.inspection.record import STORED_KEYS, InspectionRecord
from defect_app.intake import spreadsheet_safe

FIXED_COLUMNS = (
    "number",
    "file",
    "sha256",
    "verdict",
    "label",
    "p_defect",
    "p_best",
    "familiar",
    "reason",
    "operating_point",
    "duplicate_of",
    "frame",
    "model",
    "model_sha256",
    "judged_at",
)
"""The columns before those of the classes; `number` counts the files of a batch from 1, `p_best` is the probability of
the most probable class and empty for an unfamiliar photo, which is of none, `judged_at` is UTC and empty where the door
did not note it."""
CLASS_PREFIX = "class_"
"""Begins the columns of class probabilities: ``p_`` would give a class named defect the name of the sum."""


@dataclass(frozen=True)
class CsvForm:
    """How a table is written: the character between columns, and the decimal sign.

    Raises
    ------
    ValueError
        If they are the same, or one is not to be told from what stands in a cell.
    """

    separator: str = ","
    decimal: str = "."

    def __post_init__(self) -> None:
        """Check that a reader can tell both apart."""
        if self.separator not in (",", ";", "\t") or self.decimal not in (".", ","):
            raise ValueError(
                "expected a comma, semicolon or tab between columns and a point or comma for decimals, "
                f"got {self.separator!r} and {self.decimal!r}"
            )
        if self.separator == self.decimal:
            raise ValueError(f"{self.separator!r} cannot both stand between columns and be the decimal sign")


def record_as_json(record: InspectionRecord, *, ascii_only: bool = False) -> str:
    """Return a record as one line of JSON.

    Parameters
    ----------
    record : InspectionRecord
        The record.
    ascii_only : bool
        Whether to escape all else: a name may hold bytes that no terminal or UTF-8 stream takes.
    """
    return json.dumps(record.as_dict(), ensure_ascii=ascii_only)


def records_as_json(records: Iterable[InspectionRecord]) -> str:
    """Return the records as a JSON array, one record a line."""
    return "[\n" + ",\n".join(map(record_as_json, records)) + "\n]\n"


def table_columns(class_names: Sequence[str]) -> list[str]:
    """Return the names of a table's columns, distinct also where upper and lower case count alike, as in SQL."""
    columns = [*FIXED_COLUMNS]
    for name in class_names:
        column = first = CLASS_PREFIX + name
        number = 1
        while column.casefold() in {known.casefold() for known in columns}:
            number += 1
            column = f"{first}_{number}"
        columns.append(column)
    return columns


def table_values(number: int, record: InspectionRecord, class_names: Sequence[str]) -> list[object]:
    """Return what stands in a table's columns for the `number`-th file of a batch; None where nothing does."""
    values = record.as_dict() | {
        "number": number,
        "frame": " ".join(map(str, record.frame or ())),
        "p_best": None if record.familiar is False else max(record.p.values(), default=None),
        "judged_at": record.judged_at,
    }
    return [*(values[name] for name in FIXED_COLUMNS), *map(record.p.get, class_names)]


class CsvTable:
    """Turns records into the lines of a table in UTF-8, one after the other.

    Text that a spreadsheet would run as a formula is defused (see `intake.spreadsheet_safe`).

    Parameters
    ----------
    class_names : sequence of str
        The model's classes: a column ``class_<name>`` each.
    form : CsvForm, optional
        Default: commas between columns and decimal points.
    stored : bool
        Whether the table has the columns of stored inspections, from their id to the person, after the fixed ones.
    """

    def __init__(self, class_names: Sequence[str], form: CsvForm | None = None, *, stored: bool = False) -> None:
        self._class_names = tuple(class_names)
        self._stored = [key for key in STORED_KEYS if stored and key not in FIXED_COLUMNS]
        self._form = form or CsvForm()

    def header(self) -> bytes:
        """Return the byte order mark, by which Excel knows UTF-8, and the first line."""
        columns = table_columns(self._class_names)
        place = len(FIXED_COLUMNS)
        return codecs.BOM_UTF8 + self._line([*columns[:place], *self._stored, *columns[place:]])

    def line(self, number: int, record: InspectionRecord) -> bytes:
        """Return the line of the `number`-th file of a batch, counted from 1."""
        values, place = table_values(number, record, self._class_names), len(FIXED_COLUMNS)
        stored = [getattr(record, name) for name in self._stored]
        return self._line([*values[:place], *stored, *values[place:]])

    def _line(self, values: Sequence[object]) -> bytes:
        buffer = io.StringIO()
        csv.writer(buffer, delimiter=self._form.separator, lineterminator="\r\n").writerow(map(self._cell, values))
        return buffer.getvalue().encode("utf-8", "backslashreplace")

    def _cell(self, value: object) -> object:
        if value is None:
            return ""
        if isinstance(value, float):
            return repr(value).replace(".", self._form.decimal)
        return spreadsheet_safe(value) if isinstance(value, str) else value


def records_as_csv(
    records: Iterable[InspectionRecord], class_names: Sequence[str], form: CsvForm | None = None
) -> bytes:
    """Return the records as a whole table, numbered from 1."""
    table = CsvTable(class_names, form)
    return table.header() + b"".join(table.line(n, record) for n, record in enumerate(records, start=1))
