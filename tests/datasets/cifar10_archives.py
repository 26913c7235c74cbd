"""Archives in the layout of CIFAR-10's binary version, for the tests that fetch it."""

import hashlib
import io
import tarfile
from pathlib import Path

import numpy as np
import pytest

from defect_app.datasets import cifar10
from defect_app.datasets.cifar10 import LabelledArrays

Arrays = tuple[LabelledArrays, LabelledArrays]
"""Training and test pictures."""

N_TRAIN, N_TEST = 1040, 60


def random_arrays() -> Arrays:
    """Return noise, each class in turn."""
    rng = np.random.default_rng(0)
    train, test = (
        LabelledArrays(rng.integers(0, 256, (n, 32, 32, 3), np.uint8), np.arange(n, dtype=np.uint8) % 10)
        for n in (N_TRAIN, N_TEST)
    )
    return train, test


def publish_archive(monkeypatch: pytest.MonkeyPatch, path: Path, train: LabelledArrays, test: LabelledArrays) -> None:
    """Write an archive, and let it be what the authors publish."""
    a_fifth = len(train) // 5
    with tarfile.open(path, "w:gz") as tar:
        for number in range(5):
            own = slice(number * a_fifth, (number + 1) * a_fifth)
            add_file(tar, f"data_batch_{number + 1}.bin", records(train.pictures[own], train.labels[own]))
        add_file(tar, "test_batch.bin", records(test.pictures, test.labels))
    monkeypatch.setattr(cifar10, "URL", path.as_uri())
    monkeypatch.setattr(cifar10, "MD5", hashlib.md5(path.read_bytes()).hexdigest())


def records(pictures: np.ndarray, labels: np.ndarray) -> bytes:
    """Return records of a label and three planes each."""
    planes = pictures.transpose(0, 3, 1, 2).reshape(len(labels), -1)
    return np.concatenate([labels[:, None], planes], axis=1).tobytes()


def add_file(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    """Add a file to an archive, in the folder that the authors use."""
    entry = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
    entry.size = len(content)
    tar.addfile(entry, io.BytesIO(content))
