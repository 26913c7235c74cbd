"""Leakage: pictures on both sides of a split are found, exact ones and near ones, and written safely."""

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from defect_app.datasets import LabelledPicture, Split, fingerprints, leakage_report, write_leakage
from tests.datasets.picture_trees import spotted_picture, write_picture


@pytest.fixture
def pictures(tmp_path: Path) -> list[LabelledPicture]:
    """Write three pictures of train, with an equal, a turned and no copy in the other splits."""
    first, second, third = (spotted_picture(seed, defect=True) for seed in range(3))
    files: dict[tuple[str, Split], np.ndarray] = {
        ("=first.png", "train"): first,
        ("second.png", "train"): second,
        ("third.png", "train"): third,
        ("first_again.bmp", "test"): first,
        ("second_turned.png", "validation"): np.clip(np.rot90(second).astype(int) + 3, 0, 255).astype(np.uint8),
        ("second_train_copy.png", "train"): second,
        ("third_out.png", "excluded"): third,
        ("ninth_out.png", "excluded"): spotted_picture(9, defect=False),
        ("other.png", "test"): spotted_picture(9, defect=False),
    }
    found = []
    for (name, split), pixels in files.items():
        write_picture(tmp_path / name, pixels)
        found.append(LabelledPicture(name, "ok", split, "", tmp_path / name))
    return found


def test_equal_and_turned_copies_across_splits_are_found_once_each(pictures: list[LabelledPicture]) -> None:
    hashed, hashes, thumbnails = fingerprints(pictures)
    report = leakage_report(hashed, hashes, thumbnails, 0.99)
    found = [(p.first.image, p.second.image, p.exact) for p in report.pairs]
    assert found == [
        ("=first.png", "first_again.bmp", True),
        ("ninth_out.png", "other.png", True),
        ("second.png", "second_turned.png", False),
        ("second_train_copy.png", "second_turned.png", False),
    ]
    assert report.counts() == {("excluded", "test"): (1, 0), ("train", "test"): (1, 0), ("train", "validation"): (0, 2)}


def test_without_thumbnails_only_equal_pixels_count(pictures: list[LabelledPicture]) -> None:
    _, hashes, _ = fingerprints(pictures)
    report = leakage_report(pictures, hashes, None, 0.99)
    assert [p.first.image for p in report.pairs] == ["=first.png", "ninth_out.png"]
    assert not report.compared


def test_a_set_without_shared_pictures_has_an_empty_report(pictures: list[LabelledPicture]) -> None:
    apart = [p for p in pictures if p.image in ("third.png", "other.png")]
    hashed, hashes, thumbnails = fingerprints(apart)
    assert leakage_report(hashed, hashes, thumbnails, 0.99).pairs == ()


def test_the_written_table_holds_every_pair_and_no_formula(pictures: list[LabelledPicture], tmp_path: Path) -> None:
    hashed, hashes, thumbnails = fingerprints(pictures)
    path = tmp_path / "new" / "leakage.csv"
    write_leakage(path, leakage_report(hashed, hashes, thumbnails, 0.99))
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["kind"] for row in rows] == ["exact", "exact", "near", "near"]
    assert rows[0]["image"].endswith("=first.png")
    assert not rows[0]["image"].startswith("=")
    assert cv2.imread(str(tmp_path / rows[2]["other_image"])) is not None
