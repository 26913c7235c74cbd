"""A Parquet file of rows that says in its own metadata where the rows come from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

METADATA_KEY = b"defect_lens"


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
        If it is not Parquet, lacks a column or carries no origin.
    """
    try:
        table = pq.read_table(path, columns=list(columns) if columns is not None else None)
        return table.to_pandas(), dict(json.loads((table.schema.metadata or {})[METADATA_KEY]))
    except FileNotFoundError:
        raise
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError) as error:
        raise ValueError(str(error)) from error
