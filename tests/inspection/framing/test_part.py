"""The part in a photo: found and judged alike by every door and under load, and never found in photos without it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import cv2
import numpy as np
import pytest

from defect_app.decision import Verdict
from defect_app.hosting.local_model_host import LocalModelHost
from defect_app.inspection import Inspected, Inspector
from defect_app.inspection.batch import judge_batch
from defect_app.inspection.framing import Frame, Region, overlap
from defect_app.inspection.inspector import judged_anew, whole_of
from defect_app.inspection.overlay import inspected_overlay
from defect_app.inspection.record import record_of
from defect_app.intake import Photo, PhotoFile, encode_jpeg, read_photo
from defect_app.scenes import render
from defect_app.scenes.ground import draw_ground
from tests.operating_points import a_point

SEEDS = (5_000_001, 5_000_004, 5_000_007)
SIDE = 720


@pytest.fixture(scope="module")
def inspector() -> Inspector:
    return Inspector.from_id("casting-mobilenetv2")


def on_ground(part: np.ndarray, side: int, left: int, top: int, kind: str = "planks") -> np.ndarray:
    """Lay a part of `side` pixels on a drawn ground."""
    ground: np.ndarray = np.clip(draw_ground(np.random.default_rng(side), kind, SIDE) * 255, 0, 255).astype(np.uint8)
    ground[top : top + side, left : left + side] = cv2.resize(part, (side, side), interpolation=cv2.INTER_AREA)
    return ground


def photo_of(pixels: np.ndarray) -> Photo:
    photo = read_photo(encode_jpeg(pixels, quality=95), "part.jpg")
    assert isinstance(photo, Photo)
    return photo


@pytest.mark.parametrize(("side", "left", "top"), [(300, 60, 350), (420, 280, 20)])
@pytest.mark.parametrize("is_defective", [False, True])
def test_a_part_on_a_desk_gets_the_verdict_of_its_tight_photo(
    inspector: Inspector, side: int, left: int, top: int, is_defective: bool
) -> None:
    tight = inspector.inspect(photo_of(render("casting", SEEDS[0], is_defective).photo))
    found = inspector.inspect(photo_of(on_ground(render("casting", SEEDS[0], is_defective).photo, side, left, top)))
    assert found.is_familiar
    assert found.frame is not None
    assert overlap(Region(*found.frame), Region(left, top, side, side)) > 0.85
    assert found.judgement.verdict in (tight.judgement.verdict, Verdict.REVIEW)
    assert found.judgement.verdict is not Verdict.PASS or not is_defective


def test_a_familiar_photo_is_judged_as_a_whole_and_costs_no_search(
    inspector: Inspector, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert inspector.part_finder is not None
    monkeypatch.setattr(inspector.part_finder, "find", lambda pixels: pytest.fail("a familiar photo was searched"))
    photo = photo_of(render("casting", SEEDS[1], False).photo)
    result = inspector.inspect(photo)
    assert result.is_familiar
    assert result.frame is None
    assert record_of(result, inspector.spec, "").frame == (0, 0, photo.width, photo.height)


@pytest.mark.parametrize("kind", ["planks", "tiles", "cloth"])
def test_a_photo_without_the_part_stays_unfamiliar_and_shows_no_evidence(inspector: Inspector, kind: str) -> None:
    ground = np.clip(draw_ground(np.random.default_rng(3), kind, SIDE) * 255, 0, 255).astype(np.uint8)
    result = inspector.inspect(photo_of(ground))
    assert not result.is_familiar
    assert result.judgement.verdict is Verdict.REVIEW
    assert result.frame is None
    assert result.activation_map is None


def test_a_part_too_small_for_its_defects_to_be_seen_does_not_pass(inspector: Inspector) -> None:
    small = cv2.resize(on_ground(render("casting", SEEDS[0], False).photo, 260, 100, 200), (330, 330))
    result = inspector.inspect(photo_of(small))
    assert result.judgement.verdict is not Verdict.PASS


def test_a_given_frame_is_judged_and_nothing_is_searched(inspector: Inspector, monkeypatch: pytest.MonkeyPatch) -> None:
    part = render("casting", SEEDS[0], False).photo
    photo = photo_of(on_ground(part, 400, 200, 100))
    assert inspector.part_finder is not None
    monkeypatch.setattr(inspector.part_finder, "find", lambda pixels: pytest.fail("it was searched"))
    given = inspector.inspect_frame(photo, Frame(200, 100, 400, 400))
    assert given.frame == (200, 100, 400, 400)
    assert given.is_familiar
    assert given.judgement.reason.endswith("Judged on a part of the photo, see its frame.")
    whole = inspector.inspect_frame(photo, whole_of(photo))
    assert whole.frame is None
    assert not whole.is_familiar


def test_every_door_and_any_load_give_the_same_bits(inspector: Inspector) -> None:
    files = [
        encode_jpeg(on_ground(render("casting", seed, number % 2 == 0).photo, 330, 40 * number, 90), quality=95)
        for number, seed in enumerate(SEEDS)
    ]
    alone = [inspector.inspect_bytes(data, "part.jpg") for data in files]
    host = LocalModelHost()
    named = [PhotoFile.of_bytes(f"{i}.jpg", partial(bytes, data)) for i, data in enumerate(files)]
    with host.open_job(len(named), wait=True) as workers:
        together = list(judge_batch(inspector, named, workers=workers))
    host.close()
    assert all(isinstance(result, Inspected) and result.frame is not None for result in alone)
    for one, judged in zip(alone, together, strict=True):
        assert isinstance(one, Inspected)
        assert judged.record.frame == one.frame
        assert tuple(judged.record.p.values()) == tuple(map(float, one.probabilities))
        assert judged.record.reason == one.judgement.reason


def scores(result: Inspected, inspector: Inspector) -> Sequence[float]:
    defect = inspector.spec.indices_with_role("defect")[0]
    return [float(answer[defect]) for answer in (result.probabilities, *result.near)]


def test_at_another_point_the_near_frames_count_again(inspector: Inspector) -> None:
    found = inspector.inspect(photo_of(on_ground(render("casting", SEEDS[0], False).photo, 420, 280, 20)))
    assert found.near
    low, high = min(scores(found, inspector)), max(scores(found, inspector))
    assert low < high
    between = a_point("between", (low + high) / 2, (low + high) / 2)
    assert judged_anew(found, inspector.spec, between).judgement.verdict is Verdict.REVIEW
    assert judged_anew(found, inspector.spec, a_point("above", 0.999, 0.9999)).judgement.verdict is Verdict.PASS


def test_the_overlay_draws_the_frame_of_a_judged_part_and_none_on_a_whole_photo(inspector: Inspector) -> None:
    photo = photo_of(on_ground(render("casting", SEEDS[0], False).photo, 400, 200, 100, "tiles"))
    frame = Frame(200, 100, 400, 400)
    part = inspected_overlay(photo.pixels, inspector.inspect_frame(photo, frame), opacity=0)
    changed = np.argwhere((part != photo.pixels).any(axis=-1))
    assert changed.min(axis=0) == pytest.approx((100, 200), abs=6)
    assert changed.max(axis=0) == pytest.approx((499, 599), abs=6)
    assert (part[200:400, 300:500] == photo.pixels[200:400, 300:500]).all()
    whole = inspected_overlay(photo.pixels, inspector.inspect_frame(photo, whole_of(photo)), opacity=0)
    assert (whole == photo.pixels).all()


@pytest.mark.parametrize(
    ("defects", "verdicts"),
    [((False, False), {Verdict.REVIEW}), ((False, True), {Verdict.REVIEW, Verdict.REJECT})],
    ids=["two good parts", "a good and a defective one"],
)
def test_a_photo_of_two_parts_does_not_pass_for_the_one_that_was_found(
    inspector: Inspector, defects: tuple[bool, bool], verdicts: set[Verdict]
) -> None:
    beside = np.hstack([render("casting", seed, d).photo for seed, d in zip((1, 2), defects, strict=True)])
    result = inspector.inspect_bytes(encode_jpeg(beside, quality=92), "two.jpg")
    assert isinstance(result, Inspected)
    assert result.judgement.verdict in verdicts
    if result.judgement.verdict is Verdict.REVIEW:
        assert "more than one part" in result.judgement.reason
