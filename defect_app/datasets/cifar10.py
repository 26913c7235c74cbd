"""CIFAR-10 as its authors publish it: fetched, checked, and read out of fixed-length records."""

from __future__ import annotations

import hashlib
import tarfile
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from defect_app.errors import DataUnavailable
from defect_app.progress import Progress

URL = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
"""The binary version: the others are Python's pickles, which run what they hold, and MATLAB's files."""
MD5 = "c32a1d4ab5d03f1284b67883e8d87530"
"""As the authors' page states it."""
SIDE = 32
RECORD_BYTES = 1 + 3 * SIDE * SIDE
"""A label, and the planes of red, green and blue."""
TRAINING_FILES = tuple(f"data_batch_{number}.bin" for number in range(1, 6))
TEST_FILES = ("test_batch.bin",)
TIMEOUT_SECONDS = 60

_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, eq=False)
class LabelledArrays:
    """Pictures of one size with the indices of their classes.

    Attributes
    ----------
    pictures : ndarray of uint8, shape (n, 32, 32, 3)
        RGB.
    labels : ndarray of uint8, shape (n,)
        Index of the class.
    """

    pictures: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)


def fetch_cifar10(archive: Path, progress: Progress) -> tuple[LabelledArrays, LabelledArrays]:
    """Download CIFAR-10, and return its training and its test pictures.

    Parameters
    ----------
    archive : Path
        Where the download is put.
    progress : callable
        Called with megabytes.

    Raises
    ------
    DataUnavailable
        If it cannot be fetched, or is not what its authors describe.
    """
    try:
        digest = _download(archive, progress)
    except OSError as error:
        raise DataUnavailable(
            f"CIFAR-10 cannot be fetched from its authors' page: {error}.",
            "Try again where the internet can be reached, or put the archive into the data folder by hand.",
        ) from error
    if digest != MD5:
        raise DataUnavailable(
            f"What came for CIFAR-10 is not what its authors describe (MD5 {digest}, expected {MD5}).", "Try again."
        )
    return read_records(archive, TRAINING_FILES), read_records(archive, TEST_FILES)


def read_records(archive: Path, names: tuple[str, ...]) -> LabelledArrays:
    """Return the pictures of some files of the archive, in order.

    Raises
    ------
    DataUnavailable
        If a file is missing, or is no sequence of whole records.
    """
    try:
        with tarfile.open(archive) as tar:
            members = {Path(member.name).name: member for member in tar if member.isfile()}
            opened = [tar.extractfile(members[name]) for name in names]
            content = b"".join(file.read() for file in opened if file is not None)
    except (OSError, EOFError, KeyError, tarfile.TarError) as error:
        raise DataUnavailable(f"{archive.name} is not CIFAR-10's archive ({error}).", "Fetch it again.") from error
    if not content or len(content) % RECORD_BYTES:
        raise DataUnavailable(f"{archive.name} holds no whole records of CIFAR-10.", "Fetch it again.")
    records = np.frombuffer(content, np.uint8).reshape(-1, RECORD_BYTES)
    planes = records[:, 1:].reshape(-1, 3, SIDE, SIDE)
    return LabelledArrays(np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), records[:, 0].copy())


def _download(archive: Path, progress: Progress) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    with urllib.request.urlopen(URL, timeout=TIMEOUT_SECONDS) as answer, archive.open("wb") as file:
        total = int(answer.headers.get("Content-Length") or 0)
        done = 0
        while chunk := answer.read(_CHUNK_BYTES):
            file.write(chunk)
            digest.update(chunk)
            done += len(chunk)
            progress("Downloading, MB", done // 1_000_000, total // 1_000_000)
    return digest.hexdigest()
