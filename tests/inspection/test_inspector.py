"""The inspector from bytes to verdicts: order, bits, bad files, memory, EXIF turns, stopping."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from defect_app.decision import Verdict
from defect_app.errors import ModelUnavailable
from defect_app.inspection import Inspected, Inspector
from defect_app.inspection.framing import FixedFrame, Frame
from defect_app.intake import Rejection
from tests.model_folders import make_model_folder, part_photo
from tests.operating_points import a_point
from tests.photo_files import jpeg_bytes, png_bytes, turned_file
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def inspector(tiny_models: Path) -> Inspector:
    return Inspector.from_id("tiny", tiny_models)


def bits(result: Inspected | Rejection) -> tuple[object, ...]:
    assert isinstance(result, Inspected)
    heat = result.activation_map.values.tobytes() if result.activation_map else b""
    return result.probabilities.tobytes(), heat, result.familiarity, result.judgement


def mixed_files(n: int) -> list[tuple[str, bytes]]:
    return [(f"{i}.jpg", jpeg_bytes(part_photo(np.sin(i), seed=i, size=64 + i))) for i in range(n)]


@pytest.mark.parametrize(
    ("redness", "verdict", "label"),
    [(1.0, Verdict.REJECT, "def_front"), (-1.0, Verdict.PASS, "ok_front")],
    ids=["a red part is defective", "a green part is good"],
)
def test_a_photo_becomes_a_verdict_with_label_score_reason_and_map(
    inspector: Inspector, redness: float, verdict: Verdict, label: str
) -> None:
    result = inspector.inspect_bytes(png_bytes(part_photo(redness, seed=3)), "part.png")
    assert (result.judgement.verdict, result.judgement.label) == (verdict, label)
    assert result.judgement.p_defect == pytest.approx(float(result.probabilities[0]))
    assert result.familiarity.familiar
    assert result.activation_map.has_evidence == (redness > 0)
    assert result.photo.name == "part.png"


def test_hostile_32_a_photo_of_something_else_goes_to_review(inspector: Inspector) -> None:
    result = inspector.inspect_bytes(png_bytes(part_photo(1.0, blueness=1.0)), "cat.png")
    assert result.judgement.verdict is Verdict.REVIEW
    assert result.judgement.reason == "Does not look like the photos this model knows."


def test_a_black_photo_goes_to_review(inspector: Inspector) -> None:
    result = inspector.inspect_bytes(png_bytes(np.zeros((64, 64, 3), np.uint8)), "lens cap.png")
    assert result.judgement.verdict is Verdict.REVIEW


def test_the_operating_point_given_is_the_one_applied(inspector: Inspector) -> None:
    data = png_bytes(part_photo(1.0, seed=3))
    lenient = a_point("lenient", 1.0, 1.0)
    assert inspector.inspect_bytes(data, "a.png").judgement.verdict is Verdict.REJECT
    assert inspector.inspect_bytes(data, "a.png", lenient).judgement.verdict is Verdict.PASS
    (only,) = inspector.inspect_many([("a.png", data)], lenient)
    assert only.judgement.verdict is Verdict.PASS


def test_hostile_10_eight_exif_turns_of_one_photo_have_one_verdict(inspector: Inspector) -> None:
    upright = part_photo(0.6, seed=8, size=96)[:, :64]
    answers = set()
    for orientation in range(1, 9):
        result = inspector.inspect_bytes(turned_file(upright, orientation, "PNG"), f"{orientation}.png")
        assert result.photo.pixels.shape == upright.shape
        answers.add(bits(result))
    assert len(answers) == 1


def test_a_batch_keeps_the_order_of_its_files(inspector: Inspector) -> None:
    files = mixed_files(60)
    # Large files first would overtake or be overtaken if results came as they are ready.
    files[0] = ("0.jpg", jpeg_bytes(part_photo(1.0, size=1600)))
    assert [r.photo.name for r in inspector.inspect_many(files)] == [name for name, _ in files]


def test_hostile_25_the_same_bits_alone_in_a_batch_and_from_eight_threads(inspector: Inspector) -> None:
    files = mixed_files(40)
    alone = [bits(inspector.inspect_bytes(data, name)) for name, data in files]
    assert [bits(r) for r in inspector.inspect_many(files)] == alone
    assert [bits(r) for r in inspector.inspect_many(reversed(files))] == alone[::-1]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda f: bits(inspector.inspect_bytes(f[1], f[0])), files)) == alone


def test_hostile_25_two_batches_at_once_do_not_mix(inspector: Inspector) -> None:
    red = [(f"red {i}", jpeg_bytes(part_photo(1.0, i))) for i in range(30)]
    green = [(f"green {i}", jpeg_bytes(part_photo(-1.0, i))) for i in range(30)]
    with ThreadPoolExecutor(2) as pool:
        reds, greens = pool.map(lambda files: list(inspector.inspect_many(files)), (red, green))
    assert [(r.photo.name, r.judgement.verdict) for r in reds] == [(name, Verdict.REJECT) for name, _ in red]
    assert [(r.photo.name, r.judgement.verdict) for r in greens] == [(name, Verdict.PASS) for name, _ in green]


def test_bad_files_are_rejected_in_their_place_and_stop_nothing(inspector: Inspector) -> None:
    good = jpeg_bytes(part_photo(1.0))
    files = [("a", good), ("b", b""), ("c", b"<html>"), ("d", good[: len(good) // 2]), ("e", good), ("f", b"\x00" * 99)]
    results = list(inspector.inspect_many(files))
    assert [isinstance(r, Rejection) for r in results] == [False, True, True, True, False, True]
    assert [r.name if isinstance(r, Rejection) else r.photo.name for r in results] == list("abcdef")


def test_no_files_are_no_results(inspector: Inspector) -> None:
    assert list(inspector.inspect_many([])) == []


def test_closing_the_generator_stops_reading_and_judging(inspector: Inspector) -> None:
    handed_out = []

    def files() -> Iterator[tuple[str, bytes]]:
        for name, data in mixed_files(200):
            handed_out.append(name)
            yield name, data

    results = inspector.inspect_many(files())
    next(results)
    results.close()
    assert len(handed_out) < 50
    wait_until(lambda: not [t for t in threading.enumerate() if t.name.startswith("inspect")], "no thread is left")


def test_files_are_read_only_a_few_ahead(inspector: Inspector) -> None:
    ahead = []
    taken = 0

    def files() -> Iterator[tuple[str, bytes]]:
        for i, file in enumerate(mixed_files(80)):
            ahead.append(i - taken)
            yield file

    for _ in inspector.inspect_many(files()):
        taken += 1
    assert max(ahead) <= 4 * (inspector.engine.streams + 1)


def test_hostile_22_memory_stays_flat_over_500_photos(inspector: Inspector) -> None:
    data = jpeg_bytes(part_photo(0.8, size=300))

    def files(n: int) -> Iterator[tuple[str, bytes]]:
        # A fresh copy each, so that kept bytes would be seen.
        return ((f"{i}.jpg", bytes(bytearray(data))) for i in range(n))

    def resident_mb() -> float:
        with open("/proc/self/status", encoding="ascii") as status:
            return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))

    for _ in inspector.inspect_many(files(60)):
        pass
    before = resident_mb()
    count = sum(1 for _ in inspector.inspect_many(files(500)))
    assert count == 500
    assert resident_mb() - before < 25, "500 photos of 270 kB decoded are 135 MB if they are kept"


def test_a_model_without_memory_judges_without_familiarity(tmp_path: Path) -> None:
    make_model_folder(tmp_path, familiarity=False)
    result = Inspector.from_id("tiny", tmp_path).inspect_bytes(png_bytes(part_photo(1.0, blueness=1.0)), "a.png")
    assert result.familiarity is None
    assert result.judgement.verdict is Verdict.REJECT


def test_a_disabled_model_cannot_be_loaded(tmp_path: Path) -> None:
    folder = make_model_folder(tmp_path, familiarity=False)
    (folder / "model.bin").write_bytes(b"")
    with pytest.raises(ModelUnavailable, match=r"disabled: the file model\.bin is damaged"):
        Inspector.from_id("tiny", tmp_path)


def test_a_recognition_model_names_or_is_unsure(tiny_models: Path) -> None:
    inspector = Inspector.from_id("colours", tiny_models)
    named = inspector.inspect_bytes(png_bytes(part_photo(1.0)), "red.png").judgement
    unsure = inspector.inspect_bytes(png_bytes(part_photo(0.0)), "grey.png").judgement
    assert (named.verdict, named.label, named.p_defect) == (Verdict.ACCEPT, "red", None)
    assert (unsure.verdict, unsure.label) == (Verdict.UNSURE, "unsure")


def test_a_model_that_judges_one_part_of_each_photo_judges_that_part_of_any_size_of_it(inspector: Inspector) -> None:
    right = inspector.in_frames([FixedFrame(0.5, 0, 0.5, 1)])
    for size in (96, 180):
        beside = np.hstack([part_photo(-1.0, size=size), part_photo(1.0, size=size)])
        result = right.inspect_bytes(png_bytes(beside), "two.png")
        assert result.frame == Frame(size, 0, size, size)
        assert result.judgement.verdict is Verdict.REJECT
    assert right.least_side == 2 * inspector.least_side
    assert inspector.frames == ()


def test_a_frame_too_small_for_fine_defects_does_not_pass_whoever_drew_it(inspector: Inspector) -> None:
    tiny = inspector.in_frames([FixedFrame(0, 0, 0.15, 0.15)])
    result = tiny.inspect_bytes(png_bytes(part_photo(-1.2, size=96)), "part.png")
    assert result.frame == Frame(0, 0, 14, 14)
    assert result.judgement.verdict is Verdict.REVIEW
    assert "too small" in result.judgement.reason or "not look like" in result.judgement.reason
