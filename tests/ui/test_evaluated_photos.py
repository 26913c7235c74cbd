"""Photos behind evaluated rows: scenes are rendered again, other contents refused, heat maps drawn on demand."""

import hashlib
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from defect_app.catalog import load_catalog
from defect_app.decision import InspectionThresholds, default_point
from defect_app.errors import DataUnavailable
from defect_app.evaluation import read_evaluation
from defect_app.scenes.files import SCENES_VERSION
from defect_app.ui.parts import evaluated_photos
from defect_app.ui.parts.evaluated_photos import EvaluatedPicture, evaluated_bytes, evaluated_photo, heated_photo

ROOT = Path(__file__).resolve().parents[2]
CASTING = load_catalog(ROOT / "models").get("casting-mobilenetv2")
assert CASTING.spec is not None
POINT = default_point(CASTING.spec)


def scene() -> EvaluatedPicture:
    rows = read_evaluation(CASTING.folder).rows
    row = rows[rows["split"] == "scenes"].iloc[0]
    return EvaluatedPicture("casting", str(row["image"]), str(row["sha256"]))


def test_a_scene_of_the_evaluation_is_rendered_again_bit_by_bit() -> None:
    assert hashlib.sha256(evaluated_bytes(scene())).hexdigest() == scene().sha256


def test_every_evaluated_scene_can_be_shown_on_any_processor() -> None:
    evaluation = read_evaluation(CASTING.folder)
    rows = evaluation.rows[evaluation.rows["split"] == "scenes"].head(12)
    assert evaluation.origin.scenes_version == SCENES_VERSION
    for image, sha256 in zip(rows["image"], rows["sha256"], strict=True):
        assert evaluated_bytes(EvaluatedPicture.of(evaluation.origin, image, sha256)).startswith(b"\xff\xd8")


def test_a_scene_of_an_older_version_is_shown_only_where_it_is_the_same_to_the_bit() -> None:
    older = replace(scene(), scenes_version=SCENES_VERSION - 1)
    assert evaluated_photo(older).jpeg
    assert evaluated_photo(replace(older, sha256="0" * 64)).jpeg is None


def test_a_picture_of_another_content_is_not_shown() -> None:
    other = replace(scene(), sha256="0" * 64)
    with pytest.raises(DataUnavailable, match="another content"):
        evaluated_bytes(other)
    shown = evaluated_photo(other)
    assert shown.jpeg is None
    assert shown.problem
    assert shown.remedy


def test_photos_come_at_display_size_with_and_without_the_heat_map() -> None:
    plain, heated = evaluated_photo(scene()), heated_photo(scene(), CASTING, POINT)
    assert not plain.problem
    assert not heated.problem
    pixels = [np.asarray(Image.open(io.BytesIO(p.jpeg or b"")).convert("RGB"), np.int16) for p in (plain, heated)]
    assert max(pixels[0].shape) <= evaluated_photos.PHOTO_SIDE
    assert np.abs(pixels[0] - pixels[1]).max() > 40, "a defective scene has a heat map"


def test_a_map_is_pale_where_the_photo_passes_at_the_point_in_use() -> None:
    lenient = POINT.moved(InspectionThresholds(1.0, 1.0))
    plain, rejected, passed = (
        np.asarray(Image.open(io.BytesIO(photo.jpeg or b"")).convert("RGB"), np.int16)
        for photo in (
            evaluated_photo(scene()), heated_photo(scene(), CASTING, POINT), heated_photo(scene(), CASTING, lenient)
        )
    )  # fmt: skip
    assert np.abs(passed - plain).max() < 0.6 * np.abs(rejected - plain).max()


def test_a_photo_that_is_not_here_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEFECT_APP_DATA", raising=False)
    missing = EvaluatedPicture("casting", "casting_data/test/def_front/none.jpeg", "0" * 64)
    shown = heated_photo(missing, CASTING, POINT)
    assert shown.jpeg is None
    assert "DEFECT_APP_DATA" in shown.remedy
