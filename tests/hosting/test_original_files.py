"""Judged files come back to the byte, and what is held is bounded."""

import hashlib
from contextlib import closing

import pytest

from defect_app.hosting.original_files import OriginalFiles


def _file(number: int, length: int = 100) -> tuple[str, bytes]:
    data = bytes([number]) * length
    return hashlib.sha256(data).hexdigest(), data


def test_a_file_comes_back_to_the_byte() -> None:
    first, second = _file(1), _file(2, 300)
    with closing(OriginalFiles(1000)) as files:
        assert files.get(first[0]) is None
        files.add(*first)
        files.add(*second)
        assert files.get(first[0]) == first[1]
        assert files.get(second[0]) == second[1]
        assert files.get("unknown") is None
    assert files.get(first[0]) is None


def test_the_first_files_make_room_for_the_last() -> None:
    given = [_file(number) for number in range(5)]
    with closing(OriginalFiles(250)) as files:
        for sha256, data in given:
            files.add(sha256, data)
        held = [files.get(sha256) for sha256, _ in given]
    assert held[-1] == given[-1][1]
    assert held[0] is None
    assert sum(data is not None for data in held) <= 2
    assert all(found in (None, data) for found, (_, data) in zip(held, given, strict=True))


def test_a_file_beyond_the_bound_is_not_held() -> None:
    files = OriginalFiles(50)
    sha256, data = _file(1)
    files.add(sha256, data)
    assert files.get(sha256) is None


def test_a_full_disk_only_means_that_a_file_is_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    class FullDisk:
        def seek(self, place: int) -> None: ...

        def write(self, data: bytes) -> int:
            raise OSError(28, "No space left on device")

    files = OriginalFiles(1000)
    monkeypatch.setattr(files, "_file", FullDisk())
    sha256, data = _file(1)
    files.add(sha256, data)
    assert files.get(sha256) is None
