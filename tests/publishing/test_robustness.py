"""Disturbances do what they say, by their amounts, and a model's verdicts on them are measured and kept."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from defect_app.catalog import find_model
from defect_app.datasets import LabelledPicture, load_folder
from defect_app.evaluation.robustness import disturbed_figures
from defect_app.inspection import Inspector
from defect_app.intake import Rejection, read_photo
from defect_app.publishing.disturbances import DISTURBANCES, JPEG, STRENGTHS, Disturbance, disturbed
from defect_app.publishing.measuring_robustness import measure_robustness, sampled
from defect_app.scenes.samples import samples_for

SCENE = samples_for(find_model("casting-cnn")[0])[0].read()


def scene_pixels() -> np.ndarray:
    photo = read_photo(SCENE, "scene.jpg")
    assert not isinstance(photo, Rejection)
    return photo.pixels


def read_back(data: bytes) -> np.ndarray:
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    return cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)


@pytest.mark.parametrize("disturbance", DISTURBANCES, ids=lambda d: d.name)
def test_a_disturbance_changes_more_the_stronger_it_is_and_alike_with_one_seed(disturbance: Disturbance) -> None:
    pixels = scene_pixels()
    away = []
    for strength in STRENGTHS:
        first, again = (disturbed(pixels, disturbance, strength, np.random.default_rng(1)) for _ in range(2))
        assert first == again
        changed = read_back(first)
        assert changed.shape == pixels.shape
        away.append(float(np.abs(changed.astype(float) - pixels).mean()))
    assert away[0] > 0
    assert away[-1] > 1.3 * away[0]


def test_the_jpeg_disturbance_reaches_quality_20() -> None:
    assert 20 in JPEG.amounts


def test_light_and_colour_change_by_their_amounts() -> None:
    grey = np.full((40, 40, 3), 100, np.uint8)
    means = {d.name: read_back(disturbed(grey, d, 3, np.random.default_rng(0))).mean(axis=(0, 1)) for d in DISTURBANCES}
    assert means["Darker"] == pytest.approx([65, 65, 65])
    assert means["Brighter"] == pytest.approx([135, 135, 135])
    assert means["Warm light"] == pytest.approx([115, 100, 85])
    assert means["Cold light"] == pytest.approx([85, 100, 115])
    assert means["Partly covered"] == pytest.approx(100 + 0.06 * 28, abs=0.2)


def pictures(tmp_path: Path) -> tuple[LabelledPicture, ...]:
    generator = np.random.default_rng(2)
    for label in ("ok", "defect"):
        folder = tmp_path / "parts" / label
        folder.mkdir(parents=True)
        for i in range(3):
            pixels = np.clip(scene_pixels() + generator.normal(0, 6, scene_pixels().shape), 0, 255).astype(np.uint8)
            cv2.imwrite(str(folder / f"{i}.png"), cv2.resize(pixels, (96, 96)))
    return load_folder(tmp_path / "parts").pictures


def test_every_photo_is_judged_undisturbed_and_at_every_strength_as_the_app_judges_it(tmp_path: Path) -> None:
    found = pictures(tmp_path)
    inspector = Inspector.from_id("casting-cnn")
    measured = measure_robustness(inspector, found, n=2, seed=1)
    assert len(measured.rows) == 2 * (1 + 5 * len(DISTURBANCES))
    assert measured.rows["defective"].mean() == 0.5
    plain = measured.rows[measured.rows["strength"] == 0].set_index("image")["verdict"]
    for picture in found:
        if picture.image in plain.index:
            judged = next(inspector.inspect_many([("part", picture.path.read_bytes())], whole_photos=True))
            assert not isinstance(judged, Rejection)
            assert plain[picture.image] == judged.judgement.verdict.name
    assert len(disturbed_figures(measured)) == 1 + 5 * len(DISTURBANCES)
    assert measured.origin.model_sha256 == inspector.weights_sha256


def test_a_sample_is_half_defective_where_it_can_be(tmp_path: Path) -> None:
    found = pictures(tmp_path)
    drawn = sampled(found, ["defect"], 4, seed=0)
    assert [p.label for p in drawn] == ["defect", "defect", "ok", "ok"]
    assert sampled(found, ["defect"], 4, seed=0) == drawn
    assert len(sampled(found[:4], ["defect"], 10, seed=0)) == 4
