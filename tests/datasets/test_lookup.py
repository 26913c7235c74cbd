import hashlib
import tarfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from defect_app.datasets import load_dataset
from defect_app.datasets.lookup import stored_picture
from defect_app.errors import DataUnavailable
from tests.datasets.picture_trees import spotted_picture, write_picture


def packed(folder: Path, archive: str, root: Path) -> None:
    with tarfile.open(root / archive, "w") as tar:
        tar.add(folder, arcname=".")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    made = tmp_path / "made"
    for name in ("normal", "defect_1", "defect_2"):
        write_picture(made / "pistons" / name / "one.png", spotted_picture(1, defect=name != "normal"))
    (tmp_path / "archives").mkdir()
    packed(made, "pistons.tar", tmp_path / "archives")
    (tmp_path / "archives" / "secret.png").write_bytes(b"secret")
    return tmp_path / "archives"


def test_a_picture_is_found_by_the_name_that_the_evaluation_holds(data: Path, tmp_path: Path) -> None:
    loaded = load_dataset("pistons", data, tmp_path / "cache")
    for picture in loaded.pictures:
        found = stored_picture("pistons", picture.image, data, tmp_path / "cache")
        assert hashlib.sha256(found).hexdigest() == picture.sha256


@pytest.mark.parametrize(
    "image",
    ["../../archives/secret.png", "/etc/passwd", "pistons/normal", "pistons/normal/two.png", "a\0b", "x" * 5000, ""],
)
def test_hostile_21_a_name_out_of_a_file_reads_nothing_outside_the_set(data: Path, tmp_path: Path, image: str) -> None:
    with pytest.raises(DataUnavailable, match="no picture of this name"):
        stored_picture("pistons", image, data, tmp_path / "cache")


def test_a_tile_of_a_mosaic_comes_as_its_pixels(tmp_path: Path) -> None:
    mosaic = np.random.default_rng(0).integers(0, 255, (25 * 32, 40 * 32, 3), np.uint8)
    (tmp_path / "made" / "cifar10").mkdir(parents=True)
    assert cv2.imwrite(str(tmp_path / "made" / "cifar10" / "test_0.webp"), mosaic, [cv2.IMWRITE_WEBP_QUALITY, 101])
    packed(tmp_path / "made", "cifar10.tar", tmp_path)
    found = stored_picture("cifar10", "cifar10/test_0/041", tmp_path, tmp_path / "cache")
    pixels = cv2.imdecode(np.frombuffer(found, np.uint8), cv2.IMREAD_COLOR)
    np.testing.assert_array_equal(pixels, mosaic[32:64, 32:64])
    with pytest.raises(DataUnavailable):
        stored_picture("cifar10", "cifar10/../cifar10/test_0/041", tmp_path, tmp_path / "cache")


def test_without_data_the_error_says_how_to_get_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEFECT_APP_DATA", raising=False)
    with pytest.raises(DataUnavailable) as caught:
        stored_picture("pistons", "pistons/normal/one.png")
    assert "DEFECT_APP_DATA" in caught.value.remedy
