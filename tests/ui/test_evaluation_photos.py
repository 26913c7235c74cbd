"""Photos behind evaluated rows: scenes are rendered again, other contents refused, heat maps drawn on demand."""

import ast
import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from defect_app.catalog import load_catalog
from defect_app.errors import DataUnavailable
from defect_app.evaluation import read_evaluation
from defect_app.ui import evaluation_photos
from defect_app.ui.evaluation_photos import evaluated_bytes, evaluated_photo

ROOT = Path(__file__).resolve().parents[2]
CASTING = load_catalog(ROOT / "models").get("casting-mobilenetv2")


def scene_row() -> tuple[str, str]:
    rows = read_evaluation(CASTING.folder).rows
    row = rows[rows["split"] == "scenes"].iloc[0]
    return str(row["image"]), str(row["sha256"])


def test_a_scene_of_the_evaluation_is_rendered_again_bit_by_bit():
    image, sha256 = scene_row()
    assert hashlib.sha256(evaluated_bytes("casting", image, sha256)).hexdigest() == sha256


def test_the_quality_of_scenes_is_that_of_training():
    # Read, not imported: training would import TensorFlow.
    tree = ast.parse((ROOT / "defect_app" / "training" / "material.py").read_text(encoding="utf-8"))
    values = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    assert values["SCENE_JPEG_QUALITY"] == evaluation_photos.SCENE_QUALITY


def test_a_picture_of_another_content_is_not_shown():
    image, _ = scene_row()
    with pytest.raises(DataUnavailable, match="another content"):
        evaluated_bytes("casting", image, "0" * 64)
    shown = evaluated_photo(CASTING, "casting", image, "0" * 64)
    assert shown.jpeg is None
    assert shown.problem
    assert shown.remedy


def test_photos_come_at_display_size_with_and_without_the_heat_map():
    image, sha256 = scene_row()
    plain, heated = (evaluated_photo(CASTING, "casting", image, sha256, heat=heat) for heat in (False, True))
    assert not plain.problem
    assert not heated.problem
    pixels = [np.asarray(Image.open(io.BytesIO(p.jpeg or b"")).convert("RGB"), np.int16) for p in (plain, heated)]
    assert max(pixels[0].shape) <= evaluation_photos.PHOTO_SIDE
    assert np.abs(pixels[0] - pixels[1]).max() > 40, "a defective scene has a heat map"


def test_a_photo_that_is_not_here_says_what_to_do(monkeypatch):
    monkeypatch.delenv("DEFECT_APP_DATA", raising=False)
    shown = evaluated_photo(CASTING, "casting", "casting_data/test/def_front/none.jpeg", "0" * 64, heat=True)
    assert shown.jpeg is None
    assert "DEFECT_APP_DATA" in shown.remedy
