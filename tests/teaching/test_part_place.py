"""The part's place is found where photos show one, and where they do not, that is said."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import pytest

from defect_app.intake import PhotoFile, encode_jpeg
from defect_app.scenes import render
from defect_app.teaching.part_place import find_place

SIDE = 256
PLAIN = encode_jpeg(np.full((300, 300, 3), 90, np.uint8))


def files(places: Sequence[tuple[int, int]], ground: int = 70, noise: int = 6) -> list[PhotoFile]:
    """Return photos of castings, a quarter of the photo each, with their upper left corner at these places."""
    found = []
    for seed, (left, top) in enumerate(places):
        rng = np.random.default_rng(seed)
        photo = (ground + rng.integers(0, noise, (2 * SIDE, 2 * SIDE, 3))).astype(np.uint8)
        photo[top : top + SIDE, left : left + SIDE] = render("casting", 900 + seed, False).photo[::2, ::2][:SIDE, :SIDE]
        found.append(PhotoFile.of_bytes(f"{seed}.jpg", partial(encode_jpeg, photo)))
    return found


def test_a_part_that_lies_nearly_still_is_framed_with_a_small_margin() -> None:
    frame = find_place(
        [*files([(200, 60), (206, 64), (196, 58), (203, 60)]), PhotoFile.of_bytes("n", lambda: b"")]
    ).frame
    assert frame is not None
    assert frame.x == pytest.approx(196 / 512, abs=0.03)
    assert frame.y == pytest.approx(58 / 512, abs=0.03)
    assert frame.x + frame.width == pytest.approx(462 / 512, abs=0.03)
    assert frame.y + frame.height == pytest.approx(320 / 512, abs=0.03)


@pytest.mark.parametrize(
    ("photos", "said"),
    [
        (files([(10, 10), (240, 30), (30, 250), (250, 240)]), "not at one place"),
        ([PhotoFile.of_bytes("plain.jpg", lambda: PLAIN)], "No part stands out"),
        ([PhotoFile.of_bytes("note.txt", lambda: b"no photo")], "No part stands out"),
    ],
    ids=["now here, now there", "nothing on the table", "no photo"],
)  # fmt: skip
def test_where_there_is_no_place_that_is_said(photos: list[PhotoFile], said: str) -> None:
    found = find_place(photos)
    assert found.frame is None
    assert said in found.reason


def test_a_part_that_fills_the_photo_needs_no_frame() -> None:
    photo = np.full((400, 400, 3), 40, np.uint8)
    photo[20:380, 16:390] = 200
    data = encode_jpeg(photo)
    assert "fills the photos" in find_place([PhotoFile.of_bytes("full.jpg", lambda: data)]).reason
