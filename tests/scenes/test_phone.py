"""What is particular to phones: which damage is minor or major, and marks that are no damage."""

import cv2
import numpy as np
import pytest

from defect_app.scenes.phone import render as phone
from defect_app.scenes.phone.body import choose_phone, choose_pose, rounded_outline
from defect_app.scenes.phone.glass import draw_marks
from defect_app.scenes.phone.scratches import line_cover
from defect_app.scenes.phone.web import spin_web
from defect_app.scenes.scene import Stream, random_stream
from tests.scenes.rendered import rendered

SEEDS = range(700, 706)


def _outline(seed: int) -> np.ndarray:
    part = random_stream(seed, Stream.PART)
    body = choose_phone(part)
    pose = choose_pose(part, body, 512)
    corners = pose.project(rounded_outline(body.width, body.length, body.corner, body.thickness))
    cover = np.zeros((512, 512), np.uint8)
    cv2.fillPoly(cover, [np.rint(corners).astype(np.int32)], (1,))
    return cv2.dilate(cover, np.ones((5, 5), np.uint8)) > 0


@pytest.mark.parametrize(
    ("kind", "label"),
    [
        ("hairline_scratch", "minor"),
        ("deep_scratch", "minor"),
        ("cracked_glass", "major"),
        ("shattered_corner", "major"),
        (False, "none"),
    ],
)
def test_scratches_are_minor_and_broken_glass_is_major(kind: str | bool, label: str) -> None:
    assert rendered("phone", 2, kind).label == label


def test_every_kind_has_a_label() -> None:
    assert {rendered("phone", 4, kind).label for kind in phone.DEFECTS} == {"minor", "major"}


@pytest.mark.parametrize("mark", ["oil smear", "oil drops", "fingerprints", "stains", "dust"])
def test_marks_that_are_no_scratches_leave_the_mask_empty_and_the_label_none(mark: str) -> None:
    scene = next(
        scene for scene in (rendered("phone", seed, False) for seed in range(200)) if scene.what.startswith(mark)
    )
    assert scene.label == "none"
    assert not scene.mask.any()


def test_marks_are_drawn_on_the_glass_alone() -> None:
    glass = np.zeros((200, 200), np.float32)
    glass[40:160, 60:140] = 1
    seen = set()
    for seed in range(60):
        picture = np.full((200, 200, 3), 0.05, np.float32)
        kind = draw_marks(np.random.default_rng(seed), picture, glass, 2.0)
        changed = np.abs(picture - 0.05).max(axis=2) > 1e-4
        assert changed.any() == (kind != "clean glass")
        # Dust specks are softened after they are placed.
        assert not (changed & (cv2.dilate(glass, np.ones((9, 9), np.uint8)) == 0)).any()
        seen.add(kind)
    assert len(seen) == 6


def test_marks_lie_on_damaged_phones_too_so_they_do_not_give_the_class_away() -> None:
    for seed in range(12):
        marks = rendered("phone", seed, False).what.split(",")[0]
        assert rendered("phone", seed, "deep_scratch").what == f"deep scratch, {marks}"


@pytest.mark.parametrize("kind", phone.DEFECTS)
@pytest.mark.parametrize("seed", SEEDS)
def test_damage_lies_on_the_phone(kind: str, seed: int) -> None:
    assert not (rendered("phone", seed, kind).mask & ~_outline(seed)).any()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_scratch_is_thin_and_broken_glass_is_not(seed: int) -> None:
    scratched, broken = rendered("phone", seed, "hairline_scratch").mask, rendered("phone", seed, "cracked_glass").mask
    assert scratched.sum() < 0.5 * broken.sum()
    assert cv2.distanceTransform(scratched.astype(np.uint8), cv2.DIST_L2, 3).max() < 8


@pytest.mark.parametrize("seed", SEEDS)
def test_damage_shows_within_the_picture_of_close_views_too(seed: int) -> None:
    for kind in phone.DEFECTS:
        good, bad = rendered("phone", seed, False), rendered("phone", seed, kind)
        change = np.abs(good.photo.astype(int) - bad.photo).max(axis=2)
        assert np.count_nonzero(change[bad.mask] > 25) > 40, f"{kind}, seed {seed}"


def test_close_views_and_whole_phones_and_lit_and_dark_screens_all_come_up() -> None:
    close = [
        choose_pose(rng, choose_phone(rng), 512).is_close
        for rng in (random_stream(seed, Stream.PART) for seed in range(60))
    ]
    assert 5 < sum(close) < 30
    screens = {rendered("phone", seed, False).what.split(", ")[1] for seed in range(12)}
    assert screens == {"screen on", "screen off"}


def test_a_web_of_cracks_starts_at_the_blow_and_stays_within_reach() -> None:
    blow = np.array([10.0, -20.0])
    web = spin_web(np.random.default_rng(5), blow, 60.0)
    distance = np.hypot(*(web.pieces.reshape(-1, 2) - blow).T)
    assert distance.min() < 1
    assert distance.max() < 60 * 1.8
    assert len(web.nearness) == len(web.pieces)
    assert 0 <= web.nearness.min() <= web.nearness.max() <= 1


def test_a_line_thinner_than_a_pixel_is_drawn_fainter() -> None:
    ends = np.array([[[10.0, 20.0], [90.0, 20.0]]])
    thin = line_cover((40, 100), ends, np.array([0.25]), np.array([1.0]))
    full = line_cover((40, 100), ends, np.array([2.0]), np.array([1.0]))
    assert 0 < thin.max() < 0.6 < full.max() <= 1


def test_a_phone_on_the_bench_lies_across_and_is_switched_off() -> None:
    poses = {}
    for seed in range(200):
        part = random_stream(seed, Stream.PART)
        body = choose_phone(part)
        poses[seed] = (body, choose_pose(part, body, 512))
    bench = {seed: found for seed, found in poses.items() if found[1].on_bench}
    assert 50 <= len(bench) <= 110
    for body, pose in bench.values():
        corners = pose.project(rounded_outline(body.width, body.length, body.corner, 0.0))
        wide, high = np.ptp(corners, axis=0)
        assert wide > 1.5 * high
        assert not pose.is_close
    assert all("screen on" not in rendered("phone", seed, False).what for seed in list(bench)[:12])
