"""The inspector from bytes to verdicts: order, bits, bad files, memory, EXIF turns, stopping."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from defect_app.decision import OperatingPoint, Verdict
from defect_app.errors import ModelUnavailable
from defect_app.inspection import Inspected, Inspector
from defect_app.intake import Rejection
from tests.model_folders import make_model_folder, part_photo
from tests.photo_files import jpeg_bytes, png_bytes, turned_file


@pytest.fixture(scope="module")
def inspector(tiny_models):
    return Inspector("tiny", tiny_models)


def bits(result: Inspected | Rejection) -> tuple[object, ...]:
    assert isinstance(result, Inspected)
    heat = result.activation_map.values.tobytes() if result.activation_map else b""
    return result.probabilities.tobytes(), heat, result.acquaintance, result.judgement


def mixed_files(n: int) -> list[tuple[str, bytes]]:
    return [(f"{i}.jpg", jpeg_bytes(part_photo(np.sin(i), seed=i, size=64 + i))) for i in range(n)]


@pytest.mark.parametrize(
    ("redness", "verdict", "label"),
    [(1.0, Verdict.REJECT, "def_front"), (-1.0, Verdict.PASS, "ok_front")],
    ids=["a red part is defective", "a green part is good"],
)
def test_a_photo_becomes_a_verdict_with_label_score_reason_and_map(inspector, redness, verdict, label):
    result = inspector.inspect_bytes(png_bytes(part_photo(redness, seed=3)), "part.png")
    assert (result.judgement.verdict, result.judgement.label) == (verdict, label)
    assert result.judgement.p_defect == pytest.approx(float(result.probabilities[0]))
    assert result.acquaintance.familiar
    assert result.activation_map.has_evidence == (redness > 0)
    assert result.photo.name == "part.png"


def test_hostile_32_a_photo_of_something_else_goes_to_review(inspector):
    result = inspector.inspect_bytes(png_bytes(part_photo(1.0, blueness=1.0)), "cat.png")
    assert result.judgement.verdict is Verdict.REVIEW
    assert result.judgement.reason == "Does not look like the photos this model knows."


def test_a_black_photo_goes_to_review(inspector):
    result = inspector.inspect_bytes(png_bytes(np.zeros((64, 64, 3), np.uint8)), "lens cap.png")
    assert result.judgement.verdict is Verdict.REVIEW


def test_the_operating_point_given_is_the_one_applied(inspector):
    data = png_bytes(part_photo(1.0, seed=3))
    lenient = OperatingPoint("lenient", "tiny", 1.0, 1.0)
    assert inspector.inspect_bytes(data, "a.png").judgement.verdict is Verdict.REJECT
    assert inspector.inspect_bytes(data, "a.png", lenient).judgement.verdict is Verdict.PASS
    (only,) = inspector.inspect_many([("a.png", data)], lenient)
    assert only.judgement.verdict is Verdict.PASS


def test_hostile_10_eight_exif_turns_of_one_photo_have_one_verdict(inspector):
    upright = part_photo(0.6, seed=8, size=96)[:, :64]
    answers = set()
    for orientation in range(1, 9):
        result = inspector.inspect_bytes(turned_file(upright, orientation, "PNG"), f"{orientation}.png")
        assert result.photo.pixels.shape == upright.shape
        answers.add(bits(result))
    assert len(answers) == 1


def test_a_batch_keeps_the_order_of_its_files(inspector):
    files = mixed_files(60)
    # Large files first would overtake or be overtaken if results came as they are ready.
    files[0] = ("0.jpg", jpeg_bytes(part_photo(1.0, size=1600)))
    assert [r.photo.name for r in inspector.inspect_many(files)] == [name for name, _ in files]


def test_hostile_25_the_same_bits_alone_in_a_batch_and_from_eight_threads(inspector):
    files = mixed_files(40)
    alone = [bits(inspector.inspect_bytes(data, name)) for name, data in files]
    assert [bits(r) for r in inspector.inspect_many(files)] == alone
    assert [bits(r) for r in inspector.inspect_many(reversed(files))] == alone[::-1]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda f: bits(inspector.inspect_bytes(f[1], f[0])), files)) == alone


def test_hostile_25_two_batches_at_once_do_not_mix(inspector):
    red = [(f"red {i}", jpeg_bytes(part_photo(1.0, i))) for i in range(30)]
    green = [(f"green {i}", jpeg_bytes(part_photo(-1.0, i))) for i in range(30)]
    with ThreadPoolExecutor(2) as pool:
        reds, greens = pool.map(lambda files: list(inspector.inspect_many(files)), (red, green))
    assert [(r.photo.name, r.judgement.verdict) for r in reds] == [(name, Verdict.REJECT) for name, _ in red]
    assert [(r.photo.name, r.judgement.verdict) for r in greens] == [(name, Verdict.PASS) for name, _ in green]


def test_bad_files_are_rejected_in_their_place_and_stop_nothing(inspector):
    good = jpeg_bytes(part_photo(1.0))
    files = [("a", good), ("b", b""), ("c", b"<html>"), ("d", good[: len(good) // 2]), ("e", good), ("f", b"\x00" * 99)]
    results = list(inspector.inspect_many(files))
    assert [isinstance(r, Rejection) for r in results] == [False, True, True, True, False, True]
    assert [r.name if isinstance(r, Rejection) else r.photo.name for r in results] == list("abcdef")


def test_no_files_are_no_results(inspector):
    assert list(inspector.inspect_many([])) == []


def test_closing_the_generator_stops_reading_and_judging(inspector):
    handed_out = []

    def files():
        for name, data in mixed_files(200):
            handed_out.append(name)
            yield name, data

    results = inspector.inspect_many(files())
    next(results)
    results.close()
    assert len(handed_out) < 50
    time.sleep(0.05)
    assert not [t for t in threading.enumerate() if t.name.startswith("inspect")]


def test_files_are_read_only_a_few_ahead(inspector):
    ahead = []
    taken = 0

    def files():
        for i, file in enumerate(mixed_files(80)):
            ahead.append(i - taken)
            yield file

    for _ in inspector.inspect_many(files()):
        taken += 1
    assert max(ahead) <= 4 * (inspector.engine.streams + 1)


def test_hostile_22_memory_stays_flat_over_500_photos(inspector):
    data = jpeg_bytes(part_photo(0.8, size=300))

    def files(n):
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


def test_a_model_without_memory_judges_without_familiarity(tmp_path):
    make_model_folder(tmp_path, familiarity=False)
    result = Inspector("tiny", tmp_path).inspect_bytes(png_bytes(part_photo(1.0, blueness=1.0)), "a.png")
    assert result.acquaintance is None
    assert result.judgement.verdict is Verdict.REJECT


def test_a_disabled_model_cannot_be_loaded(tmp_path):
    folder = make_model_folder(tmp_path, familiarity=False)
    (folder / "model.bin").write_bytes(b"")
    with pytest.raises(ModelUnavailable, match=r"disabled: the file model\.bin is damaged"):
        Inspector("tiny", tmp_path)


def test_a_recognition_model_names_or_is_unsure(tiny_models):
    inspector = Inspector("colours", tiny_models)
    named = inspector.inspect_bytes(png_bytes(part_photo(1.0)), "red.png").judgement
    unsure = inspector.inspect_bytes(png_bytes(part_photo(0.0)), "grey.png").judgement
    assert (named.verdict, named.label, named.p_defect) == (Verdict.ACCEPT, "red", None)
    assert (unsure.verdict, unsure.label) == (Verdict.UNSURE, "unsure")
