"""A Parquet file of rows that says in its own metadata where the rows come from."""

from __future__ import annotations

import json
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

METADATA_KEY = b"defect_lens"
MOST_CELLS = 50_000_000
"""Rows times columns; a million pictures of ten classes have 17 million. A few bytes of Parquet can hold billions."""


def write_stamped(path: Path, rows: pd.DataFrame, origin: Mapping[str, Any]) -> Path:
    """Write rows and their origin, which JSON must be able to hold, and return the path."""
    table = pa.Table.from_pandas(rows, preserve_index=False)
    stored = {METADATA_KEY: json.dumps(origin).encode()}
    pq.write_table(table.replace_schema_metadata({**(table.schema.metadata or {}), **stored}), path, compression="zstd")
    return path


def read_stamped(path: Path, columns: Sequence[str] | None = None) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the rows, of the given columns or all, and their origin.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is no regular file or not Parquet, is too large, lacks a column or carries no origin.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        # Opening a pipe would wait for ever.
        raise ValueError("it is no regular file")
    try:
        with pq.ParquetFile(path) as file:
            if file.metadata.num_rows * file.metadata.num_columns > MOST_CELLS:
                raise ValueError(f"it has more than {MOST_CELLS:,} cells")
            table = file.read(list(columns) if columns is not None else None)
        origin = dict(json.loads((table.schema.metadata or {})[METADATA_KEY]))
        # Of pandas' own notes in the metadata nothing is needed, and they may say anything.
        return table.to_pandas(ignore_metadata=True), origin
    except Exception as error:  # Whatever a strange file makes a reader written in C++ and its callers raise.
        raise ValueError(_first_line(error)) from error


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else f"an unexpected {type(error).__name__}"
