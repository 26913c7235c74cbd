"""The heat maps that ``classify`` writes."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from defect_app.cli.heat_maps import HeatMapFolder
from defect_app.decision import OperatingPoint
from defect_app.errors import OutputFailed
from defect_app.inspection import Inspected, Inspector
from defect_app.inspection.file_judge import FileInHand
from tests.model_folders import part_photo
from tests.operating_points import a_point
from tests.photo_files import png_bytes

PHOTO = part_photo(1.2, 4)


def strength(path: Path) -> float:
    """Return how far a written picture is from the photo, on average."""
    drawn = np.asarray(Image.open(io.BytesIO(path.read_bytes())), np.float32)
    return float(np.abs(drawn - PHOTO).mean())


def written(inspector: Inspector, point: OperatingPoint, folder: Path, number: int) -> Path:
    result = inspector.inspect_bytes(png_bytes(PHOTO), "part.png", point)
    assert isinstance(result, Inspected)
    return HeatMapFolder(folder).write(result, FileInHand(number, "part.png", result.photo.sha256))


def test_the_map_of_a_photo_that_passes_at_the_point_applied_is_pale(tiny_models: Path, tmp_path: Path) -> None:
    inspector = Inspector.from_id("tiny", tiny_models)
    rejected = written(inspector, inspector.default_point, tmp_path, 1)
    passed = written(inspector, a_point("lenient", 1.0, 1.0), tmp_path, 2)
    assert strength(passed) < 0.6 * strength(rejected)


def test_names_begin_with_the_number_of_the_record(tiny_models: Path, tmp_path: Path) -> None:
    inspector = Inspector.from_id("tiny", tiny_models)
    path = written(inspector, inspector.default_point, tmp_path / "new", 7)
    assert path.name.startswith("0007-")
    assert path.name.endswith("-part.jpg")


def test_a_map_that_cannot_be_written_ends_the_output_and_leaves_no_part(tiny_models: Path, tmp_path: Path) -> None:
    inspector = Inspector.from_id("tiny", tiny_models)
    result = inspector.inspect_bytes(png_bytes(PHOTO), "part.png", inspector.default_point)
    assert isinstance(result, Inspected)
    folder = HeatMapFolder(tmp_path / "maps")
    (tmp_path / "maps").rmdir()
    with pytest.raises(OutputFailed, match="No such file or directory") as failed:
        folder.write(result, FileInHand(1, "part.png", result.photo.sha256))
    assert "the heat maps before it are whole" in failed.value.remedy
    assert not (tmp_path / "maps").exists()
