"""Writes lines to a file or to standard output so that a failure, such as a full disk, leaves no part of a line."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import BinaryIO

from defect_app.errors import OutputFailed


class WholeLines:
    """Lines on their way to a stream.

    Parameters
    ----------
    stream : binary file
        Unbuffered, or what takes all that is written at once.
    where : str
        What it is called in a message.
    """

    def __init__(self, stream: BinaryIO, where: str) -> None:
        self._stream = stream
        self._where = where
        self._whole = _size(stream)

    @classmethod
    def on_standard_output(cls) -> WholeLines:
        """Return the lines of standard output."""
        sys.stdout.flush()
        buffer = sys.stdout.buffer
        return cls(getattr(buffer, "raw", buffer), "standard output")

    def write(self, line: bytes) -> None:
        """Write a line, at once and whole.

        Raises
        ------
        OutputFailed
            If that is not possible. Of a line that was begun nothing is left in a file.
        BrokenPipeError
            If the reader of a pipe has enough.
        """
        left = memoryview(line)
        try:
            while left:
                left = left[self._stream.write(left) :]
        except BrokenPipeError:
            raise
        except OSError as error:
            with suppress(OSError, ValueError):
                self._stream.truncate(self._whole)
            raise OutputFailed(
                f"The results cannot be written to {self._where}: {error.strerror}.",
                "Make room, or choose another place; the lines before are whole.",
            ) from error
        self._whole += len(line)


def _size(stream: BinaryIO) -> int:
    """Return where the next line will stand in a file; 0 for what is none."""
    try:
        return os.fstat(stream.fileno()).st_size
    except OSError:
        return 0
