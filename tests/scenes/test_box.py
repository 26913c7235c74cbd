"""What is particular to boxes: their labels, where damage lies, how each kind looks."""

import cv2
import numpy as np
import pytest

from defect_app.scenes.box import render as box
from defect_app.scenes.box.geometry import FACE_CORNERS, look_at_box
from defect_app.scenes.scene import Stream, random_stream
from tests.scenes.rendered import rendered

SEEDS = range(600, 606)


def _dilated(mask: np.ndarray, px: int) -> np.ndarray:
    return cv2.dilate(mask.astype(np.uint8), np.ones((2 * px + 1, 2 * px + 1), np.uint8)) > 0


def _silhouette(seed: int) -> np.ndarray:
    view = look_at_box(random_stream(seed, Stream.PART), 512)
    cover = np.zeros((512, 512), np.uint8)
    for face in view.faces:
        cv2.fillConvexPoly(cover, np.rint(face.corners_px).astype(np.int32), (1,))
    return cover > 0


@pytest.mark.parametrize("kind", box.DEFECTS)
def test_every_kind_of_damage_is_labelled_damaged_and_no_damage_intact(kind: str) -> None:
    assert rendered("box", 1, kind).label == "damaged"
    assert rendered("box", 1, False).label == "intact"


@pytest.mark.parametrize("kind", box.DEFECTS)
@pytest.mark.parametrize("seed", SEEDS)
def test_damage_lies_on_the_box(kind: str, seed: int) -> None:
    mask = rendered("box", seed, kind).mask
    # A few pixels of slack: no edge of a box is a ruler's.
    assert not (mask & ~_dilated(_silhouette(seed), 8)).any()


@pytest.mark.parametrize("kind", ["tear", "hole", "dent", "wet_patch"])
@pytest.mark.parametrize("seed", SEEDS)
def test_damage_to_a_face_is_in_one_piece_or_nearly(kind: str, seed: int) -> None:
    mask = rendered("box", seed, kind).mask.astype(np.uint8)
    number, _, stats, _ = cv2.connectedComponentsWithStats(_dilated(mask, 2).astype(np.uint8))
    areas = stats[1:, cv2.CC_STAT_AREA]
    assert number > 1
    assert areas.max() > 0.6 * areas.sum()


@pytest.mark.parametrize("kind", ["hole", "tear"])
@pytest.mark.parametrize("seed", SEEDS)
def test_opened_board_is_dark_inside_with_something_paler_beside_it(kind: str, seed: int) -> None:
    scene = rendered("box", seed, kind)
    inside = cv2.cvtColor(scene.photo, cv2.COLOR_RGB2GRAY)[scene.mask]
    assert np.percentile(inside, 2) < 70
    assert np.percentile(inside, 98) > np.percentile(inside, 2) + 60


@pytest.mark.parametrize("seed", SEEDS)
def test_a_wet_patch_darkens_the_board_and_keeps_its_print(seed: int) -> None:
    dry, wet = rendered("box", seed, False), rendered("box", seed, "wet_patch")
    core = cv2.erode(wet.mask.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    assert wet.photo[core].mean() < 0.9 * dry.photo[core].mean()
    assert np.corrcoef(dry.photo[core].mean(axis=1), wet.photo[core].mean(axis=1))[0, 1] > 0.4


def test_a_crushed_corner_changes_the_outline_of_some_boxes() -> None:
    uncovered = []
    for seed in range(620, 630):
        whole, crushed = rendered("box", seed, False), rendered("box", seed, "crushed_corner")
        rim = crushed.mask & ~cv2.erode(_silhouette(seed).astype(np.uint8), np.ones((9, 9), np.uint8)).astype(bool)
        uncovered.append(np.abs(whole.photo[rim].astype(int) - crushed.photo[rim]).max(initial=0))
    assert sum(change > 60 for change in uncovered) >= 4


def test_what_names_the_damage_and_its_face() -> None:
    words = {rendered("box", seed, "wet_patch").what for seed in SEEDS}
    assert all(what.startswith("wet patch on the ") for what in words)
    assert rendered("box", 3, False).what == "intact box"


def test_the_seed_alone_decides_half_and_half_without_touching_the_box() -> None:
    for seed in SEEDS:
        decided = rendered("box", seed)
        same = rendered("box", seed, decided.label == "damaged")
        assert np.array_equal(decided.photo, same.photo)


@pytest.mark.parametrize("seed", range(40))
def test_the_camera_sees_two_or_three_faces_that_all_lie_in_the_picture(seed: int) -> None:
    view = look_at_box(np.random.default_rng(seed), 512)
    assert 2 <= len(view.faces) <= 3
    assert "top" in {face.name for face in view.faces}
    for face in view.faces:
        assert face.name in FACE_CORNERS
        assert (face.corners_px >= 0).all()
        assert (face.corners_px <= 512).all()


@pytest.mark.parametrize("seed", range(10))
def test_faces_look_outwards_and_upright(seed: int) -> None:
    view = look_at_box(np.random.default_rng(seed), 512)
    for face in view.faces:
        assert face.normal @ face.right == pytest.approx(0, abs=1e-9)
        assert face.normal[2] == pytest.approx(1.0 if face.name == "top" else 0.0, abs=1e-9)
        if face.name != "top":
            assert face.down == pytest.approx([0, 0, -1], abs=1e-9)
            assert face.normal[:2] @ view.footprint.mean(axis=0) == pytest.approx(0, abs=1e-9)
