"""What Inspect says of a judged part, and that it shows no class of a photo that the model does not know."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from defect_app.inspection import Inspected, Inspector
from defect_app.inspection.framing import FixedFrame, Frame
from defect_app.intake import Photo, encode_jpeg, read_photo
from defect_app.ui.inspect.framing import frame_notes, is_unfamiliar
from defect_app.ui.parts.framing_editor import frames_sent
from tests.model_folders import part_photo


@pytest.fixture(scope="module")
def inspector(tiny_models: Path) -> Inspector:
    return Inspector.from_id("tiny", tiny_models)


def photo_of(pixels: np.ndarray) -> Photo:
    photo = read_photo(encode_jpeg(pixels, quality=95), "part.jpg")
    assert isinstance(photo, Photo)
    return photo


def judged(inspector: Inspector, blueness: float) -> Inspected:
    return inspector.inspect(photo_of(part_photo(0.5, blueness=blueness)))


def test_a_photo_of_another_thing_is_unfamiliar_and_one_of_the_part_is_not(inspector: Inspector) -> None:
    assert is_unfamiliar(judged(inspector, 1.0))
    assert judged(inspector, 1.0).activation_map is None
    assert not is_unfamiliar(judged(inspector, 0.0))
    assert judged(inspector, 0.0).activation_map is not None


def test_a_judged_part_is_told_with_its_place_and_a_whole_photo_is_not(inspector: Inspector) -> None:
    part = inspector.inspect_frame(photo_of(part_photo(0.5)), Frame(10, 20, 60, 50))
    assert frame_notes(part) == [
        "Only the framed part of the photo was judged: 60 x 50 pixels at 10, 20 from the upper left."
    ]
    assert frame_notes(judged(inspector, 0.0)) == []


@pytest.mark.parametrize(
    ("sent", "frames"),
    [
        ({"frames": [[0.25, 0.5, 0.5, 0.25]]}, (FixedFrame(0.25, 0.5, 0.5, 0.25),)),
        ({"frames": [[-1, 0.5, 3, 0.9]]}, (FixedFrame(0, 0.5, 1, 0.5),)),
        ({"frames": [["a", 0, 1, 1], [0, 0, 1], None, [float("nan"), 0, 1, 1]]}, ()),
        ({"frames": "0 0 1 1"}, ()),
        (None, ()),
    ],
    ids=["as drawn", "beyond the photo", "no numbers", "no list", "nothing drawn"],
)
def test_what_a_browser_sends_is_brought_into_the_photo_or_left_out(
    sent: object, frames: tuple[FixedFrame, ...]
) -> None:
    assert frames_sent(sent) == frames
