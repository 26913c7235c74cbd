"""Text files that people edit: only regular files are opened, of a bounded size, and whatever is wrong is said."""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path
from typing import Any

from defect_app.errors import InvalidDocument

MOST_BYTES = 500_000
"""Far above any spec or recipe: the spec of a model of 1,000 classes takes 60 kB."""
MOST_DOTS = 100
"""In a line: the time that the parser takes for a dotted key grows with the square of its length."""


def read_regular(path: Path, most_bytes: int) -> bytes:
    """Return the content of a regular file of a bounded size.

    Raises
    ------
    InvalidDocument
        If it is missing, may not be read, is larger, or is no regular file: opening a pipe would wait for ever, and
        reading a device may never end.
    """
    name = path.name
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise InvalidDocument(f"{name} is no regular file")
        # What was a file a moment ago may be a pipe by now: then there is nothing to read, and no waiting for it.
        with open(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)), "rb") as file:
            content = file.read(most_bytes + 1)
    except FileNotFoundError as error:
        raise InvalidDocument(f"{name} is missing") from error
    except OSError as error:
        raise InvalidDocument(f"{name} cannot be read ({error.strerror})") from error
    if len(content) > most_bytes:
        raise InvalidDocument(f"{name} is larger than {most_bytes // 1000} kB")
    return content


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file, with or without a byte order mark.

    Raises
    ------
    InvalidDocument
        As of `read_regular`, or if it is not TOML.
    """
    name, content = path.name, read_regular(path, MOST_BYTES)
    if any(line.count(b".") > MOST_DOTS for line in content.splitlines()):
        raise InvalidDocument(f"{name} has a line of more than {MOST_DOTS} dots")
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except RecursionError as error:
        raise InvalidDocument(f"{name} is not valid TOML (nested too deeply)") from error
    except ValueError as error:  # not TOML, not UTF-8, or a number of thousands of digits
        raise InvalidDocument(f"{name} is not valid TOML ({str(error)[:200]})") from error
