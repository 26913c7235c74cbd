"""A table or a heat map that cannot be written leaves no part of itself, and what was there before stays whole."""

import errno
import io
from pathlib import Path

import pytest

from defect_app.cli.whole_lines import WholeLines
from defect_app.errors import OutputFailed


class NearlyFull(io.FileIO):
    """A file on a disk that has room for so many bytes more."""

    room = 0

    def write(self, data: object) -> int:
        fits = bytes(data)[: self.room]  # type: ignore[call-overload]
        if not fits:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.room -= len(fits)
        return super().write(fits)


@pytest.mark.parametrize("room", [8, 11], ids=["the second line does not fit", "it fits in part"])
def test_of_a_line_that_does_not_fit_nothing_is_left(tmp_path: Path, room: int) -> None:
    path = tmp_path / "table.csv"
    with NearlyFull(path, "w") as file:
        file.room = room
        lines = WholeLines(file, str(path))
        lines.write(b"a whole\n")
        with pytest.raises(OutputFailed, match=r"table\.csv: No space left on device") as failed:
            lines.write(b"another\n")
    assert "Make room" in failed.value.remedy
    assert path.read_bytes() == b"a whole\n"


def test_a_line_that_a_stream_takes_bit_by_bit_is_written_whole(tmp_path: Path) -> None:
    class Slow(io.FileIO):
        def write(self, data: object) -> int:
            return super().write(bytes(data)[:3])  # type: ignore[call-overload]

    path = tmp_path / "table.csv"
    with Slow(path, "w") as file:
        WholeLines(file, str(path)).write(b"bit by bit\n")
    assert path.read_bytes() == b"bit by bit\n"
