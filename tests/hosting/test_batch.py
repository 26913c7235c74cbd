"""A batch in the background: order, repeats, stopping, more files while it runs, and a reader that fails."""

import threading
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from defect_app.decision import OperatingPoint
from defect_app.hosting.batch import MOST_FILES, Batch, PointChange
from defect_app.hosting.original_files import ORIGINALS
from defect_app.inspection import Inspected, Inspector
from defect_app.inspection.framing import FixedFrame, Frame
from defect_app.intake import Photo, PhotoFile
from tests.model_folders import part_photo
from tests.operating_points import HowChosen, a_point
from tests.photo_files import jpeg_bytes, photo_pixels


@pytest.fixture(scope="module")
def inspector(tiny_models: Path) -> Inspector:
    return Inspector.from_id("tiny", tiny_models)


def pending(files: dict[str, bytes]) -> list[PhotoFile]:
    return [PhotoFile.of_bytes(name, partial(bytes, data)) for name, data in files.items()]


def photos(n: int) -> dict[str, bytes]:
    return {f"{i}.jpg": jpeg_bytes(photo_pixels(seed=i)) for i in range(n)}


def test_files_are_judged_in_the_order_in_which_they_came(inspector: Inspector) -> None:
    batch = Batch(inspector)
    batch.add(pending(photos(20)))
    batch.wait(300)
    assert [e.record.file for e in batch.entries] == [f"{i}.jpg" for i in range(20)]
    assert [e.number for e in batch.entries] == list(range(1, 21))
    assert not batch.progress().running


def test_line_20_the_same_content_is_judged_once_and_every_repeat_is_flagged(inspector: Inspector) -> None:
    judged: list[str] = []

    class Counting(Inspector):
        def inspect(self, photo: Photo, point: OperatingPoint | None = None) -> Inspected:
            judged.append(photo.name)
            return super().inspect(photo, point)

    counting = Counting(inspector.spec, inspector.folder)
    photo = jpeg_bytes()
    batch = Batch(counting)
    batch.add(pending({"a.jpg": photo, "b.jpg": photo, "c.jpg": jpeg_bytes(photo_pixels(seed=3)), "d.jpg": photo}))
    batch.wait(300)
    assert sorted(judged) == ["a.jpg", "c.jpg"]
    assert [e.record.duplicate_of for e in batch.entries] == [None, "a.jpg", None, "a.jpg"]
    assert [e.record.file for e in batch.entries] == ["a.jpg", "b.jpg", "c.jpg", "d.jpg"]
    assert batch.entries[3].record.reason.endswith("Duplicate: the same content as a.jpg, judged once.")


def test_line_19_the_same_name_with_other_content_is_kept_twice(inspector: Inspector) -> None:
    batch = Batch(inspector)
    batch.add([PhotoFile.of_bytes("x.jpg", partial(jpeg_bytes, photo_pixels(seed=seed))) for seed in (1, 2)])
    batch.wait(300)
    first, second = batch.entries
    assert first.record.sha256 != second.record.sha256
    assert second.record.duplicate_of is None


def test_a_repeat_in_a_later_drop_is_recognised_too(inspector: Inspector) -> None:
    batch = Batch(inspector)
    for name in ("first.jpg", "again.jpg"):
        batch.add(pending({name: jpeg_bytes()}))
        batch.wait(300)
    assert batch.entries[1].record.duplicate_of == "first.jpg"


def test_stopping_keeps_what_is_judged_and_what_waits_and_going_on_judges_the_rest(inspector: Inspector) -> None:
    batch = Batch(inspector)
    gate = threading.Event()

    def slow(n: int) -> bytes:
        if n == 30:
            gate.wait(300)
        return jpeg_bytes(photo_pixels(seed=n))

    batch.add([PhotoFile.of_bytes(f"{n}.jpg", partial(slow, n)) for n in range(50)])
    while len(batch.entries) < 10:
        time.sleep(0.001)
    batch.stop()
    gate.set()
    batch.wait(300)
    stopped = batch.progress()
    assert stopped.stopped
    assert not stopped.running
    assert 10 <= stopped.done < 50
    assert stopped.total == 50
    assert stopped.waiting == tuple(f"{n}.jpg" for n in range(stopped.done, 50))
    assert [e.record.file for e in batch.entries] == [f"{n}.jpg" for n in range(stopped.done)]
    batch.resume()
    batch.wait(300)
    assert [e.record.file for e in batch.entries] == [f"{n}.jpg" for n in range(50)]
    assert [e.number for e in batch.entries] == list(range(1, 51))
    assert (batch.progress().stopped, batch.progress().waiting) == (False, ())


def test_a_drop_after_stopping_goes_on_with_what_waited_first(inspector: Inspector) -> None:
    batch = Batch(inspector)
    gate, begun = threading.Event(), threading.Event()

    def slow() -> bytes:
        begun.set()
        gate.wait(300)
        return jpeg_bytes()

    batch.add([PhotoFile.of_bytes("slow.jpg", slow), *pending(photos(2))])
    begun.wait(300)
    batch.stop()
    gate.set()
    batch.wait(300)
    assert batch.progress().waiting == ("0.jpg", "1.jpg")
    batch.add(pending({"later.jpg": jpeg_bytes(photo_pixels(seed=9))}))
    batch.wait(300)
    assert [e.record.file for e in batch.entries] == ["slow.jpg", "0.jpg", "1.jpg", "later.jpg"]


def test_files_added_while_it_runs_are_judged_as_well(inspector: Inspector) -> None:
    batch = Batch(inspector)
    files = list(photos(60).items())
    for start in range(0, 60, 5):
        batch.add(pending(dict(files[start : start + 5])))
    while batch.progress().running:
        batch.wait(1)
    assert len(batch.entries) == 60


def test_a_file_that_cannot_be_read_is_refused_and_the_others_are_judged(inspector: Inspector) -> None:
    def broken() -> bytes:
        raise OSError("the stick was pulled out")

    batch = Batch(inspector)
    first, *rest = pending(photos(3))
    batch.add([first, PhotoFile.of_bytes("gone.jpg", broken), *rest])
    batch.wait(300)
    assert [e.record.file for e in batch.entries] == ["0.jpg", "gone.jpg", "1.jpg", "2.jpg"]
    assert batch.entries[1].record.verdict == "REJECTED_FILE"
    assert "the stick was pulled out" in batch.entries[1].record.reason
    assert not batch.problem


def test_a_photo_that_makes_the_model_fail_is_refused_and_the_others_are_judged(inspector: Inspector) -> None:
    class Faulty(Inspector):
        def inspect(self, photo: Photo, point: OperatingPoint | None = None) -> Inspected:
            if photo.name == "1.jpg":
                raise RuntimeError("out of luck")
            return super().inspect(photo, point)

    batch = Batch(Faulty(inspector.spec, inspector.folder))
    batch.add(pending(photos(3)))
    batch.wait(300)
    assert not batch.problem
    assert [e.record.verdict == "REJECTED_FILE" for e in batch.entries] == [False, True, False]
    assert batch.entries[1].record.reason.startswith("it could not be judged: RuntimeError. Try it again")


def test_a_batch_that_ends_early_says_why_and_logs_it_keeps_all_and_the_next_drop_forgets_the_problem(
    inspector: Inspector, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: object) -> None:
        raise RuntimeError("out of luck")

    batch = Batch(inspector)
    with monkeypatch.context() as patch:
        patch.setattr("defect_app.hosting.batch.entry_of", broken)
        batch.add(pending(photos(3)))
        batch.wait(300)
    assert batch.problem == "The batch ended early: out of luck"
    assert "batch_ended_early" in caplog.text
    assert any("out of luck" in str(record.msg) or record.exc_info for record in caplog.records), "with its traceback"
    assert batch.progress().waiting == ("0.jpg", "1.jpg", "2.jpg")
    assert not batch.progress().running
    batch.add(pending({"later.jpg": jpeg_bytes(photo_pixels(seed=9))}))
    assert not batch.problem
    batch.wait(300)
    assert [e.record.file for e in batch.entries] == ["0.jpg", "1.jpg", "2.jpg", "later.jpg"]
    assert [e.record.duplicate_of for e in batch.entries] == [None] * 4


def test_line_24_files_of_the_operating_system_are_skipped_and_counted(inspector: Inspector) -> None:
    batch = Batch(inspector)
    batch.add(pending({"folder/.DS_Store": b"x", "a.jpg": jpeg_bytes(), "folder/Thumbs.db": b"y"}))
    batch.wait(300)
    assert [e.record.file for e in batch.entries] == ["a.jpg"]
    assert batch.progress().skipped == 2


def test_line_22_of_more_than_the_limit_at_once_the_first_are_judged_and_the_others_wait(inspector: Inspector) -> None:
    batch = Batch(inspector)
    batch.add(pending(dict.fromkeys(map(str, range(MOST_FILES + 4)), b"")))
    batch.wait(300)
    paused = batch.progress()
    assert (paused.done, paused.full, paused.stopped, paused.running) == (MOST_FILES, True, False, False)
    assert paused.waiting == tuple(map(str, range(MOST_FILES, MOST_FILES + 4)))
    batch.add(pending({"later": b""}))
    batch.wait(300)
    assert [e.record.file for e in batch.entries[MOST_FILES:]] == ["500", "501", "502", "503", "later"]
    assert not batch.progress().full


def test_line_22_a_drop_that_comes_in_handfuls_pauses_after_the_limit_as_if_it_had_come_at_once(
    inspector: Inspector,
) -> None:
    batch = Batch(inspector)
    names = [str(number) for number in range(MOST_FILES + 4)]
    for first in range(0, len(names), 100):
        batch.add(pending(dict.fromkeys(names[first : first + 100], b"")), continues=first > 0)
        batch.wait()
    paused = batch.progress()
    assert (paused.done, paused.full, paused.running) == (MOST_FILES, True, False)
    assert paused.waiting == tuple(names[MOST_FILES:])
    batch.resume()
    batch.wait()
    assert batch.progress().done == MOST_FILES + 4


def test_what_comes_of_a_drop_after_it_was_stopped_waits_and_the_next_drop_goes_on(inspector: Inspector) -> None:
    batch = Batch(inspector)
    batch.add(pending({"a": b"", "b": b""}))
    batch.wait()
    batch.stop()
    batch.add(pending({"c": b"", "d": b""}), continues=True)
    batch.wait()
    stopped = batch.progress()
    assert (stopped.done, stopped.waiting, stopped.stopped) == (2, ("c", "d"), True)
    batch.add(pending({"e": b""}))
    batch.wait()
    assert [entry.record.file for entry in batch.entries] == ["a", "b", "c", "d", "e"]


def test_a_file_that_the_browser_kept_back_for_its_size_is_listed_with_its_reason(inspector: Inspector) -> None:
    batch = Batch(inspector)
    batch.add([*pending(photos(1)), PhotoFile.not_sent("huge.png", 31_000_000)])
    batch.wait(300)
    refused = batch.entries[1].record
    assert (refused.file, refused.verdict, refused.sha256) == ("huge.png", "REJECTED_FILE", "")
    assert "31.0 MB" in refused.reason


def test_what_is_kept_of_a_photo_is_small_and_our_own(inspector: Inspector) -> None:
    batch = Batch(inspector)
    batch.add(pending({"big.jpg": jpeg_bytes(photo_pixels(3000, 4000)) + b"<html>polyglot</html>"}))
    batch.wait(300)
    entry = batch.entries[0]
    assert isinstance(entry.result, Inspected)
    assert entry.result.photo.pixels.size == 0
    assert entry.shown_jpeg.startswith(b"\xff\xd8")
    assert b"<html>" not in entry.shown_jpeg
    assert len(entry.shown_jpeg) < 400_000


STRICT = a_point("strict", 0.0, 0.0, how=HowChosen(n=0, rule=""))


def verdicts(batch: Batch) -> list[str]:
    return [e.record.verdict for e in batch.entries]


def test_another_operating_point_judges_anew_what_is_there_without_running_the_model(inspector: Inspector) -> None:
    batch = Batch(inspector)
    green = jpeg_bytes(part_photo(-1.2))
    batch.add(pending({"green.jpg": green, "again.jpg": green, "red.jpg": jpeg_bytes(part_photo(1.2)), "bad.jpg": b""}))
    batch.wait(300)
    before = batch.entries
    assert verdicts(batch) == ["PASS", "PASS", "REJECT", "REJECTED_FILE"]
    batch.apply(STRICT)
    assert verdicts(batch) == ["REJECT", "REJECT", "REJECT", "REJECTED_FILE"]
    for old, new in zip(before, batch.entries, strict=True):
        assert (new.number, new.record.file, new.record.p) == (old.number, old.record.file, old.record.p)
        assert (new.shown_jpeg, new.repeat) == (old.shown_jpeg, old.repeat)
    first, again, _, bad = batch.entries
    assert "reaches the reject threshold 0. " in first.record.reason
    assert again.record.reason == f"{first.record.reason} Duplicate: the same content as green.jpg, judged once."
    assert first.record.operating_point == "strict: Reject at 0 and above, no review band."
    assert bad == before[3]
    assert batch.point_change == PointChange(inspector.default_point, STRICT, photos=3, changed=2)


def test_the_same_operating_point_again_changes_nothing(inspector: Inspector) -> None:
    batch = Batch(inspector)
    batch.add(pending(photos(2)))
    batch.wait(300)
    before = batch.entries
    batch.apply(inspector.default_point)
    assert batch.point_change is None
    assert all(a is b for a, b in zip(before, batch.entries, strict=True))


def test_a_point_applied_before_any_photo_came_is_no_change_to_tell_of(inspector: Inspector) -> None:
    batch = Batch(inspector)
    batch.apply(STRICT)
    assert batch.point_change is None
    batch.add(pending({"green.jpg": jpeg_bytes(part_photo(-1.2))}))
    batch.wait(300)
    assert verdicts(batch) == ["REJECT"]


def test_a_point_applied_while_the_batch_runs_leaves_no_verdict_of_the_old_one(inspector: Inspector) -> None:
    batch = Batch(inspector)
    batch.add(pending({f"{i}.jpg": jpeg_bytes(part_photo(-1.2, i)) for i in range(60)}))
    while len(batch.entries) < 5:
        time.sleep(0.001)
    assert set(verdicts(batch)) == {"PASS"}
    batch.apply(STRICT)
    assert set(verdicts(batch)) == {"REJECT"}
    batch.wait(300)
    assert len(batch.entries) == 60
    assert {e.record.operating_point for e in batch.entries} == {"strict: Reject at 0 and above, no review band."}


LEFT, RIGHT, WHOLE = FixedFrame(0, 0, 0.5, 1), FixedFrame(0.5, 0, 0.5, 1), FixedFrame(0, 0, 1, 1)


def two_parts() -> bytes:
    """Return a photo of a good part beside a defective one, 96 pixels wide and high each."""
    return jpeg_bytes(np.hstack([part_photo(-1.2), part_photo(1.2)]))


def framed_verdicts(batch: Batch) -> list[tuple[int, str, Frame | None]]:
    return [(e.number, e.record.verdict, e.record.frame) for e in batch.entries]


def test_each_frame_that_a_person_draws_is_a_verdict_and_the_first_takes_the_photos_place(inspector: Inspector) -> None:
    batch = Batch(inspector)
    batch.add(pending({"tray.jpg": two_parts(), "other.jpg": jpeg_bytes(part_photo(-1.0))}))
    batch.wait(300)
    assert batch.judge_frames(1, [LEFT, RIGHT])
    assert framed_verdicts(batch) == [
        (1, "PASS", Frame(0, 0, 96, 96)),
        (2, "PASS", Frame(0, 0, 96, 96)),
        (3, "REJECT", Frame(96, 0, 96, 96)),
    ]
    assert {batch.entries[0].record.file, batch.entries[2].record.file} == {"tray.jpg"}
    assert batch.entries[2].shown_jpeg == batch.entries[0].shown_jpeg
    assert batch.judge_frames(3, [WHOLE])
    assert batch.entries[2].record.frame == Frame(0, 0, 192, 96)


def test_photos_of_a_product_with_fixed_frames_get_a_verdict_a_frame_also_when_they_came_before(
    inspector: Inspector,
) -> None:
    batch = Batch(inspector)
    batch.add(pending({"before.jpg": two_parts()}))
    batch.wait(300)
    batch.judge_in([LEFT, RIGHT])
    batch.add(pending({"tray.jpg": two_parts(), "bad.jpg": b""}))
    batch.wait(300)
    assert [(n, v) for n, v, _ in framed_verdicts(batch)][1:] == [(2, "PASS"), (3, "REJECT"), (4, "REJECTED_FILE")]
    batch.judge_in([])
    batch.add(pending({"after.jpg": jpeg_bytes(part_photo(-1.0))}))
    batch.wait(300)
    assert framed_verdicts(batch)[-1] == (5, "PASS", Frame(0, 0, 96, 96))


def test_a_photo_whose_file_is_not_held_any_more_keeps_its_verdict(inspector: Inspector) -> None:
    batch = Batch(inspector)
    batch.add(pending({"part.jpg": two_parts(), "bad.jpg": b"no photo"}))
    batch.wait(300)
    before = batch.entries
    ORIGINALS.close()
    assert not batch.judge_frames(1, [LEFT])
    assert not batch.judge_frames(2, [LEFT])
    assert batch.entries == before
