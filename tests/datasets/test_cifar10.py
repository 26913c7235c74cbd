"""CIFAR-10's own archive: read record by record, and refused where it is not what its authors describe."""

import tarfile
from pathlib import Path

import numpy as np
import pytest

from defect_app.datasets import cifar10
from defect_app.datasets.cifar10 import RECORD_BYTES, TEST_FILES, fetch_cifar10, read_records
from defect_app.errors import DataUnavailable
from defect_app.progress import no_progress
from tests.datasets.cifar10_archives import add_file, publish_archive, random_arrays


def test_pictures_and_labels_come_in_the_order_of_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arrays = random_arrays()
    publish_archive(monkeypatch, tmp_path / "authors.tar.gz", *arrays)
    for fetched, written in zip(fetch_cifar10(tmp_path / "here.tar.gz", no_progress), arrays, strict=True):
        np.testing.assert_array_equal(fetched.pictures, written.pictures)
        np.testing.assert_array_equal(fetched.labels, written.labels)


def test_a_record_is_a_label_and_the_planes_of_red_green_and_blue(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "one.tar.gz", "w:gz") as tar:
        add_file(tar, TEST_FILES[0], bytes([6]) + b"\xff" * 1024 + b"\x80" * 1024 + b"\x01" * 1024)
    one = read_records(tmp_path / "one.tar.gz", TEST_FILES)
    assert one.labels.tolist() == [6]
    assert one.pictures.shape == (1, 32, 32, 3)
    assert (one.pictures == (255, 128, 1)).all()


def test_a_download_of_another_content_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_archive(monkeypatch, tmp_path / "authors.tar.gz", *random_arrays())
    monkeypatch.setattr(cifar10, "MD5", "0" * 32)
    with pytest.raises(DataUnavailable, match=r"not what its authors describe \(MD5 [0-9a-f]{32}, expected 0{32}\)"):
        fetch_cifar10(tmp_path / "here.tar.gz", no_progress)


def test_a_page_that_cannot_be_reached_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cifar10, "URL", (tmp_path / "nowhere").as_uri())
    with pytest.raises(DataUnavailable, match="cannot be fetched from its authors' page") as caught:
        fetch_cifar10(tmp_path / "here.tar.gz", no_progress)
    assert "by hand" in caught.value.remedy


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "is not CIFAR-10's archive"),
        (b"", "no whole records"),
        (b"\x00" * (RECORD_BYTES + 1), "no whole records"),
    ],
    ids=["a file is missing", "an empty file", "half a record"],
)
def test_an_archive_without_whole_records_is_refused(tmp_path: Path, content: bytes | None, problem: str) -> None:
    with tarfile.open(tmp_path / "odd.tar.gz", "w:gz") as tar:
        if content is not None:
            add_file(tar, TEST_FILES[0], content)
    with pytest.raises(DataUnavailable, match=problem):
        read_records(tmp_path / "odd.tar.gz", TEST_FILES)


def test_what_is_no_archive_at_all_is_refused(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_bytes(b"<html>moved</html>")
    with pytest.raises(DataUnavailable, match="is not CIFAR-10's archive"):
        read_records(tmp_path / "page.html", TEST_FILES)
