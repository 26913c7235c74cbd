"""A batch in the background: order, repeats, stopping, more files while it runs, and a reader that fails."""

import threading
import time
from pathlib import Path

import pytest

from defect_app.batch import MOST_FILES, Batch, PendingFile, PointChange
from defect_app.decision import OperatingPoint
from defect_app.inspection import Inspected, Inspector
from tests.model_folders import part_photo
from tests.photo_files import jpeg_bytes, photo_pixels


@pytest.fixture(scope="module")
def inspector(tiny_models: Path) -> Inspector:
    return Inspector("tiny", tiny_models)


def pending(files: dict[str, bytes]) -> list[PendingFile]:
    return [PendingFile(name, lambda data=data: data) for name, data in files.items()]


def photos(n: int) -> dict[str, bytes]:
    return {f"{i}.jpg": jpeg_bytes(photo_pixels(seed=i)) for i in range(n)}


def test_files_are_judged_in_the_order_in_which_they_came(inspector: Inspector) -> None:
    batch = Batch(inspector)
    batch.add(pending(photos(20)))
    batch.wait(30)
    assert [e.record["file"] for e in batch.entries] == [f"{i}.jpg" for i in range(20)]
    assert [e.number for e in batch.entries] == list(range(20))
    assert not batch.progress().running


def test_line_20_the_same_content_is_judged_once_and_every_repeat_is_flagged(inspector: Inspector) -> None:
    judged: list[str] = []

    class Counting(Inspector):
        def inspect_bytes(self, data, name, point=None):  # type: ignore[no-untyped-def]
            judged.append(name)
            return super().inspect_bytes(data, name, point)

    counting = Counting("tiny", inspector_folder(inspector))
    photo = jpeg_bytes()
    batch = Batch(counting)
    batch.add(pending({"a.jpg": photo, "b.jpg": photo, "c.jpg": jpeg_bytes(photo_pixels(seed=3)), "d.jpg": photo}))
    batch.wait(30)
    assert sorted(judged) == ["a.jpg", "c.jpg"]
    assert [e.duplicate_of for e in batch.entries] == ["", "a.jpg", "", "a.jpg"]
    assert [e.record["file"] for e in batch.entries] == ["a.jpg", "b.jpg", "c.jpg", "d.jpg"]
    assert "The same photo as a.jpg" in batch.entries[3].record["reason"]


def test_line_19_the_same_name_with_other_content_is_kept_twice(inspector: Inspector) -> None:
    batch = Batch(inspector)
    batch.add([PendingFile("x.jpg", lambda s=seed: jpeg_bytes(photo_pixels(seed=s))) for seed in (1, 2)])
    batch.wait(30)
    first, second = batch.entries
    assert first.record["sha256"] != second.record["sha256"]
    assert not second.duplicate_of


def test_a_repeat_in_a_later_drop_is_recognised_too(inspector: Inspector) -> None:
    batch = Batch(inspector)
    for name in ("first.jpg", "again.jpg"):
        batch.add(pending({name: jpeg_bytes()}))
        batch.wait(30)
    assert batch.entries[1].duplicate_of == "first.jpg"


def test_stopping_keeps_what_is_judged_and_drops_the_rest(inspector: Inspector) -> None:
    batch = Batch(inspector)
    gate = threading.Event()

    def slow(n: int) -> bytes:
        if n == 30:
            gate.wait(10)
        return jpeg_bytes(photo_pixels(seed=n))

    batch.add([PendingFile(f"{n}.jpg", lambda n=n: slow(n)) for n in range(200)])
    while len(batch.entries) < 10:
        pass
    batch.stop()
    gate.set()
    batch.wait(30)
    progress = batch.progress()
    assert 10 <= len(batch.entries) < 200
    assert progress.stopped
    assert not progress.running
    assert progress.total == progress.done == len(batch.entries)


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
    batch.add([first, PendingFile("gone.jpg", broken), *rest])
    batch.wait(30)
    assert [e.record["file"] for e in batch.entries] == ["0.jpg", "gone.jpg", "1.jpg", "2.jpg"]
    assert batch.entries[1].record["verdict"] == "REJECTED_FILE"
    assert "the stick was pulled out" in batch.entries[1].record["reason"]
    assert not batch.problem


def test_a_fault_of_our_own_ends_the_batch_with_a_problem_and_keeps_what_is_judged(inspector: Inspector) -> None:
    class Faulty(Inspector):
        def inspect_bytes(self, data, name, point=None):  # type: ignore[no-untyped-def]
            if name == "2.jpg":
                raise RuntimeError("out of luck")
            return super().inspect_bytes(data, name, point)

    batch = Batch(Faulty("tiny", inspector_folder(inspector)))
    batch.add(pending(photos(3)))
    batch.wait(30)
    assert "out of luck" in batch.problem
    assert [e.record["file"] for e in batch.entries] == ["0.jpg", "1.jpg"]
    assert not batch.progress().running


def test_line_24_files_of_the_operating_system_are_skipped_and_counted(inspector: Inspector) -> None:
    batch = Batch(inspector)
    batch.add(pending({"folder/.DS_Store": b"x", "a.jpg": jpeg_bytes(), "folder/Thumbs.db": b"y"}))
    batch.wait(30)
    assert [e.record["file"] for e in batch.entries] == ["a.jpg"]
    assert batch.progress().skipped == 2


def test_line_22_more_than_the_limit_at_once_is_refused(inspector: Inspector) -> None:
    batch = Batch(inspector)
    with pytest.raises(ValueError, match="at most 500"):
        batch.add(pending(dict.fromkeys(map(str, range(MOST_FILES + 1)), b"")))
    assert batch.progress().total == 0


def test_what_is_kept_of_a_photo_is_small_and_our_own(inspector: Inspector) -> None:
    batch = Batch(inspector)
    batch.add(pending({"big.jpg": jpeg_bytes(photo_pixels(3000, 4000)) + b"<html>polyglot</html>"}))
    batch.wait(30)
    entry = batch.entries[0]
    assert isinstance(entry.result, Inspected)
    assert entry.result.photo.pixels.size == 0
    assert entry.shown_jpeg.startswith(b"\xff\xd8")
    assert b"<html>" not in entry.shown_jpeg
    assert len(entry.shown_jpeg) < 400_000


STRICT = OperatingPoint("strict", "tiny", 0.0, 0.0)


def verdicts(batch: Batch) -> list[str]:
    return [e.record["verdict"] for e in batch.entries]


def test_another_operating_point_judges_anew_what_is_there_without_running_the_model(inspector: Inspector) -> None:
    batch = Batch(inspector)
    green = jpeg_bytes(part_photo(-1.2))
    batch.add(pending({"green.jpg": green, "again.jpg": green, "red.jpg": jpeg_bytes(part_photo(1.2)), "bad.jpg": b""}))
    batch.wait(30)
    before = batch.entries
    assert verdicts(batch) == ["PASS", "PASS", "REJECT", "REJECTED_FILE"]
    batch.apply(STRICT)
    assert verdicts(batch) == ["REJECT", "REJECT", "REJECT", "REJECTED_FILE"]
    for old, new in zip(before, batch.entries, strict=True):
        assert (new.number, new.record["file"], new.record["p"]) == (old.number, old.record["file"], old.record["p"])
        assert (new.shown_jpeg, new.duplicate_of) == (old.shown_jpeg, old.duplicate_of)
    first, again, _, bad = batch.entries
    assert first.record["reason"].endswith("reaches the reject threshold 0.")
    assert again.record["reason"] == f"{first.record['reason']} The same photo as green.jpg."
    assert first.record["operating_point"] == "strict: Reject at 0 and above, no review band."
    assert bad == before[3]
    assert batch.point_change == PointChange(inspector.default_point, STRICT, photos=3, changed=2)


def test_the_same_operating_point_again_changes_nothing(inspector: Inspector) -> None:
    batch = Batch(inspector)
    batch.add(pending(photos(2)))
    batch.wait(30)
    before = batch.entries
    batch.apply(inspector.default_point)
    assert batch.point_change is None
    assert all(a is b for a, b in zip(before, batch.entries, strict=True))


def test_a_point_applied_before_any_photo_came_is_no_change_to_tell_of(inspector: Inspector) -> None:
    batch = Batch(inspector)
    batch.apply(STRICT)
    assert batch.point_change is None
    batch.add(pending({"green.jpg": jpeg_bytes(part_photo(-1.2))}))
    batch.wait(30)
    assert verdicts(batch) == ["REJECT"]


def test_a_point_applied_while_the_batch_runs_leaves_no_verdict_of_the_old_one(inspector: Inspector) -> None:
    batch = Batch(inspector)
    batch.add(pending({f"{i}.jpg": jpeg_bytes(part_photo(-1.2, i)) for i in range(60)}))
    while len(batch.entries) < 5:
        time.sleep(0.001)
    assert set(verdicts(batch)) == {"PASS"}
    batch.apply(STRICT)
    assert set(verdicts(batch)) == {"REJECT"}
    batch.wait(30)
    assert len(batch.entries) == 60
    assert {e.record["operating_point"] for e in batch.entries} == {"strict: Reject at 0 and above, no review band."}


def inspector_folder(inspector: Inspector) -> Path:
    return inspector.folder.parent
