"""A map that is asked for shows what was judged: the whole photo, or the frame of it, whoever framed it."""

from pathlib import Path

import numpy as np
import pytest

from defect_app.decision import default_point
from defect_app.explanation import defect_target, input_map
from defect_app.explanation.asked_map import AskedMap
from defect_app.inspection import Inspected, Inspector, seen_pixels
from defect_app.inspection.framing import Frame, cut_out
from defect_app.inspection.input_pixels import input_pixels
from defect_app.intake import Photo, read_photo
from defect_app.ui.explain.computing import MapRequest, Subject
from defect_app.ui.parts.explained_photo import ExplainedPhoto
from tests.model_folders import part_photo
from tests.photo_files import png_bytes

FRAME = Frame(120, 40, 96, 96)
METHODS = ("grad-cam", "integrated-gradients")


@pytest.fixture(scope="module")
def model(tiny_models: Path) -> Inspector:
    return Inspector.from_id("tiny", tiny_models)


@pytest.fixture(scope="module")
def png() -> bytes:
    """Draw a defective part of 96 pixels on a grey desk."""
    desk = np.full((200, 300, 3), 90, np.uint8)
    desk[FRAME.y : FRAME.y + FRAME.height, FRAME.x : FRAME.x + FRAME.width] = part_photo(1.2)
    return png_bytes(desk)


@pytest.fixture(scope="module")
def photo(png: bytes) -> Photo:
    found = read_photo(png, "desk.png")
    assert isinstance(found, Photo)
    return found


@pytest.fixture(scope="module")
def framed(model: Inspector, photo: Photo) -> Inspected:
    return model.inspect_frame(photo, FRAME)


@pytest.mark.parametrize("method", METHODS)
def test_the_map_of_a_framed_photo_is_that_of_the_frame_and_lies_in_it(
    model: Inspector, photo: Photo, framed: Inspected, method: str
) -> None:
    found = AskedMap.of(model, method).of_photo(model, framed)
    seen = input_pixels(cut_out(photo.pixels, FRAME), model.spec)
    np.testing.assert_array_equal(found.heat.values, input_map(model, seen, defect_target(model.spec), method).values)
    assert found.heat.has_evidence
    assert found.probability == pytest.approx(float(model.engine.predict(seen).probabilities[0]))
    changed = (found.drawn_over(model, photo.pixels) != photo.pixels).any(axis=-1)
    # The frame's line is drawn about its edge.
    around = np.zeros(changed.shape, bool)
    around[FRAME.y - 4 : FRAME.y + FRAME.height + 4, FRAME.x - 4 : FRAME.x + FRAME.width + 4] = True
    assert changed[around].mean() > 0.1
    assert not changed[~around].any()


def test_a_model_sees_of_a_frame_what_it_judged_there(model: Inspector, photo: Photo, framed: Inspected) -> None:
    seen = seen_pixels(photo, framed.frame, model.spec)
    np.testing.assert_array_equal(model.engine.predict(seen).probabilities, framed.probabilities)


def test_a_file_is_judged_again_in_the_frame_in_which_it_was_judged(model: Inspector, png: bytes) -> None:
    again = model.inspect_bytes_in(png, "desk.png", FRAME)
    whole = model.inspect_bytes_in(png, "desk.png", Frame(0, 0, 300, 200))
    assert isinstance(again, Inspected)
    assert isinstance(whole, Inspected)
    assert (again.frame, whole.frame) == (FRAME, None)


def test_the_page_explains_the_frame_that_a_photo_was_handed_over_with(
    model: Inspector, png: bytes, framed: Inspected
) -> None:
    point = default_point(model.spec)
    requests = {}
    for frame in (None, FRAME):
        subject, inspected = Subject.judged(model, ExplainedPhoto.of("desk.png", png, frame=frame), point)
        assert inspected.frame == subject.frame == frame
        requests[frame] = MapRequest(subject, defect_target(model.spec), "grad-cam", "")
    np.testing.assert_array_equal(requests[FRAME].subject.seen, seen_pixels(framed.photo, framed.frame, model.spec))
    assert requests[FRAME].key != requests[None].key
