"""A frame that is drawn at teaching is taught, stored and judged in, by every way in."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from defect_app.catalog import FrameSpec, InputSpec, read_spec
from defect_app.cli import main
from defect_app.inspection import Inspected, Inspector
from defect_app.inspection.framing import FixedFrame
from defect_app.inspection.inspector import whole_of
from defect_app.intake import Photo, encode_jpeg, read_photo
from defect_app.teaching import TaughtModel, teach
from defect_app.teaching.input_size import choose_input
from defect_app.teaching.new_version import new_version
from defect_app.teaching.photo_set import read_set
from tests.teaching.photos import casting, castings, photo, request

FRAME = FrameSpec(0.5, 0.25, 0.5, 0.5)
"""Where `on_a_table` lays the part."""


def on_a_table(data: bytes) -> bytes:
    """Return a photo twice as high and wide, with the part in the middle of its right half."""
    part = read_photo(data, "part.jpg")
    assert isinstance(part, Photo)
    rng = np.random.default_rng(len(data))
    table = rng.integers(0, 255, (2 * part.height, 2 * part.width, 3)).astype(np.uint8)
    top = part.height // 2
    table[top : top + part.height, part.width :] = part.pixels
    return encode_jpeg(table, quality=97)


@pytest.fixture(scope="module")
def framed(tmp_path_factory: pytest.TempPathFactory) -> TaughtModel:
    files = [photo(f.file.name, on_a_table(f.file.open().read()), f.label) for f in castings(5, 5)]
    return teach(replace(request(files), frame=FRAME), out=tmp_path_factory.mktemp("framed"))


def inspected(model: TaughtModel, data: bytes) -> Inspected:
    found = Inspector.from_id(model.spec.id, model.folder.parent).inspect_bytes(data, "photo.jpg")
    assert isinstance(found, Inspected)
    return found


def test_the_frame_stands_in_the_sealed_folder_and_in_the_set_of_the_next_version(framed: TaughtModel) -> None:
    root = framed.folder.parent
    assert read_spec(framed.folder).frame == FRAME
    assert replace(framed.spec, frame=None).identity != framed.spec.identity
    kept = read_set("bracket", root)
    assert kept is not None
    assert new_version(kept, [], root).request.frame == FRAME


def test_the_model_judges_in_the_frame_what_it_would_judge_of_the_part_alone(framed: TaughtModel) -> None:
    for seed, defective, name in ((901, False, "good"), (941, True, "hole")):
        found = inspected(framed, on_a_table(casting(seed, defective)))
        part = found.frame
        assert part is not None
        assert (part.x, part.y) == (found.photo.width // 2, found.photo.height // 4)
        assert framed.spec.class_names[int(found.probabilities.argmax())] == name
        assert found.is_familiar


def test_a_frame_that_somebody_chose_later_counts_more_and_clearing_it_brings_the_taught_one_back(
    framed: TaughtModel,
) -> None:
    model = Inspector(framed.spec, framed.folder)
    seen = read_photo(on_a_table(casting(901, False)), "photo.jpg", least_side=model.least_side)
    assert isinstance(seen, Photo)
    taught, elsewhere = (model.in_frames(f).inspect(seen) for f in ((), [FixedFrame(0, 0, 0.4, 0.4)]))
    assert np.array_equal(taught.probabilities, model.inspect(seen).probabilities)
    assert elsewhere.frame is not None
    assert elsewhere.frame.x == 0
    assert model.inspect_frame(seen, whole_of(seen)).frame == whole_of(seen)


def test_a_tall_frame_of_wide_photos_gets_a_tall_input(framed: TaughtModel) -> None:
    wide = encode_jpeg(np.zeros((200, 400, 3), np.uint8))
    files = [photo("wide.jpg", wide, "good")]
    assert choose_input(files) == InputSpec(256, 512, "stretch", "area")
    assert choose_input(files, FrameSpec(0.4, 0, 0.125, 1)) == InputSpec(1024, 256, "stretch", "area")


def test_the_command_takes_a_frame_and_says_what_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for i in range(3):
        (tmp_path / f"{i}.jpg").write_bytes(on_a_table(casting(900 + i, False)))
    given = ["teach", "lid", "--good", *(str(tmp_path / f"{i}.jpg") for i in range(3)), "--out", str(tmp_path / "out")]
    assert main([*given, "--frame", "0.5,0.25,0.5,0.5"]) == 0
    assert read_spec(tmp_path / "out" / "lid").frame == FRAME
    assert main([*given, "--frame", "0.5,0.25,0.7,0.5"]) == 2
    assert "no frame within a photo" in capsys.readouterr().err
