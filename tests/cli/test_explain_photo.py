"""``explain-photo``: one map of one photo as numbers, picture and JSON; whatever is wrong is named."""

import json
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import pytest

from defect_app.cli.main import main
from defect_app.explanation import class_target, defect_target, input_map
from defect_app.explanation.asked_map import AskedMap
from defect_app.explanation.gradient_engines import gradient_engine
from defect_app.inspection import Inspected, Inspector, input_pixels
from defect_app.inspection.framing import FixedFrame
from defect_app.inspections.fixed_frames import FixedFrames
from defect_app.storage.database import Database
from tests.model_folders import part_photo
from tests.photo_files import jpeg_bytes


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "part.jpg"
    path.write_bytes(jpeg_bytes(part_photo(1.2)))
    return path


def run(photo: Path, models: Path, *options: str, model: str = "tiny") -> int:
    return main(["explain-photo", str(photo), "--model", model, "--models-folder", str(models), *options])


def seen(model: Inspector, photo: Path) -> np.ndarray:
    judged = model.inspect_bytes(photo.read_bytes(), "part.jpg")
    return input_pixels(judged.photo.pixels, model.spec)


def test_the_numbers_are_the_evidence_at_the_layers_own_resolution(
    tiny_models: Path, photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(photo, tiny_models, "--npy", str(tmp_path / "map.npy"), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    model = Inspector.from_id("tiny", tiny_models)
    pixels, target = seen(model, photo), defect_target(model.spec)
    stored = np.load(tmp_path / "map.npy", allow_pickle=False)
    layer = gradient_engine(model).layer_called(model.spec.explain_layer)
    assert (stored.dtype, stored.shape) == (np.float32, (layer.rows, layer.columns))
    np.testing.assert_array_equal(stored, input_map(model, pixels, target, "grad-cam").unscaled)
    (logits,) = gradient_engine(model).logits([pixels])
    assert told["score"] == pytest.approx(float(logits @ target.direction))
    assert (told["method"], told["layer"], told["class"], told["verdict"]) == (
        "grad-cam",
        "features",
        "defect",
        "REJECT",
    )
    assert told["strongest"] == pytest.approx(float(stored.max()))


def test_a_class_takes_its_own_logit_for_the_score(
    tiny_models: Path, photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--class", "def_front", "--method", "layer-cam", "--npy", str(tmp_path / "map.npy"), "--json")
    assert run(photo, tiny_models, *options) == 0
    told = json.loads(capsys.readouterr().out)
    model = Inspector.from_id("tiny", tiny_models)
    pixels, target = seen(model, photo), class_target(model.spec, "def_front")
    assert told["class"] == "def_front"
    assert told["score"] == pytest.approx(float(gradient_engine(model).logits([pixels])[0][0]))
    np.testing.assert_array_equal(np.load(tmp_path / "map.npy"), input_map(model, pixels, target, "layer-cam").unscaled)


def test_a_recognition_model_explains_its_answer(
    tiny_models: Path, photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(photo, tiny_models, "--json", model="colours") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["class"], told["verdict"]) == ("red", "ACCEPT")


def test_the_picture_is_the_photo_with_the_map_over_it(tiny_models: Path, photo: Path, tmp_path: Path) -> None:
    for method in ("cam", "smoothgrad"):
        assert run(photo, tiny_models, "--method", method, "--png", str(tmp_path / "map.png")) == 0
        drawn = cv2.imread(str(tmp_path / "map.png"))
        assert drawn is not None
        assert drawn.shape == (96, 96, 3)
        assert np.abs(drawn.astype(int) - cv2.imread(str(photo))).max() > 30


def test_without_options_it_tells_in_words(tiny_models: Path, photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(photo, tiny_models) == 0
    out = capsys.readouterr().out
    assert "Grad-CAM at features for defect" in out
    assert "REJECT" in out
    assert "The strongest of" in out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--method", "guesswork"), "no method 'guesswork'"),
        (("--layer", "no_such"), "no layer 'no_such'"),
        (("--class", "no_such"), "no class 'no_such'"),
        (("--method", "smoothgrad", "--layer", "features"), "takes no layer"),
    ],
    ids=["method", "layer", "class", "layer of a method without"],
)
def test_what_is_not_there_is_named(
    tiny_models: Path, photo: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], said: str
) -> None:
    assert run(photo, tiny_models, *options) == 2
    assert said in capsys.readouterr().err


def test_a_file_that_is_no_photo_is_named_with_a_status_of_its_own(
    tiny_models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "notes.jpg"
    path.write_bytes(b"no photo")
    assert run(path, tiny_models, "--json") == 3
    assert run(tmp_path / "gone.jpg", tiny_models) == 3
    told = capsys.readouterr()
    assert "notes.jpg" in told.err
    assert "gone.jpg" in told.err
    assert told.out == ""


def test_a_place_that_cannot_be_written_is_named(
    tiny_models: Path, photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(photo, tiny_models, "--npy", str(tmp_path / "nowhere" / "map.npy")) == 4
    assert "cannot be written" in capsys.readouterr().err


def test_a_photo_is_explained_in_the_frame_that_is_saved_for_its_product(
    tiny_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", f"sqlite:///{tmp_path / 'records.db'}")
    tray = tmp_path / "tray.jpg"
    tray.write_bytes(jpeg_bytes(np.hstack([part_photo(-1.2), part_photo(1.2)])))
    right = FixedFrame(0.5, 0, 0.5, 1)
    with closing(Database()) as database:
        FixedFrames(database).save("casting", [right])
    assert run(tray, tiny_models, "--npy", str(tmp_path / "map.npy"), "--json") == 0
    answer = capsys.readouterr()
    assert json.loads(answer.out)["verdict"] == "REJECT", "the right half of the tray is the defective one"
    assert "the fixed frame of this product" in answer.err
    judged = Inspector.from_id("tiny", tiny_models).in_frames([right]).inspect_bytes(tray.read_bytes(), "tray.jpg")
    assert isinstance(judged, Inspected)
    asked = AskedMap.of(Inspector.from_id("tiny", tiny_models), "grad-cam", "", "")
    found = asked.of_photo(Inspector.from_id("tiny", tiny_models), judged, lambda *_: None)
    np.testing.assert_array_equal(np.load(tmp_path / "map.npy", allow_pickle=False), found.heat.unscaled)
