"""The pipeline of every door: order, one reading, repeats, what fails alone, memory, stopping."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pytest

from defect_app.decision import OperatingPoint
from defect_app.engine import Engine, Prediction
from defect_app.errors import DefectLensError
from defect_app.inspection import Inspected, Inspector
from defect_app.inspection.batch import JudgedFile, SeenFiles, judge_batch
from defect_app.inspection.file_judge import FileInHand
from defect_app.intake import MAX_BYTES, PIXELS_IN_USE, Photo, PhotoFile
from tests.model_folders import part_photo
from tests.photo_files import jpeg_bytes, png_bytes, png_chunk, png_with_chunks
from tests.waiting import wait_until

RED, GREEN = jpeg_bytes(part_photo(1.2)), jpeg_bytes(part_photo(-1.2))


@pytest.fixture(scope="module")
def inspector(tiny_models: Path) -> Inspector:
    return Inspector.from_id("tiny", tiny_models)


def files(contents: dict[str, bytes]) -> list[PhotoFile]:
    return [PhotoFile.of_bytes(name, partial(bytes, data)) for name, data in contents.items()]


def part(seed: int) -> bytes:
    return jpeg_bytes(part_photo(1.0, seed))


def judged(inspector: Inspector, items: list[PhotoFile], **options: Any) -> list[JudgedFile[Any]]:
    return list(judge_batch(inspector, items, **options))


class Failing(Inspector):
    """Raises `fault` for the photos called bad, the first `times` times that it sees them."""

    fault: Exception = RuntimeError("out of luck")
    times = 1000
    seen = 0

    def inspect(self, photo: Photo, point: OperatingPoint | None = None) -> Inspected:
        if photo.name.startswith("bad") and self.seen < self.times:
            self.seen += 1
            raise self.fault
        return super().inspect(photo, point)


def failing(inspector: Inspector, fault: Exception, times: int = 1000) -> Failing:
    made = Failing(inspector.spec, inspector.folder)
    made.fault, made.times = fault, times
    return made


def test_records_come_in_order_numbered_from_one_with_model_and_frame(inspector: Inspector) -> None:
    found = judged(inspector, files({"red.jpg": RED, "empty.jpg": b"", "green.jpg": GREEN}))
    assert [(f.number, f.record.file, f.record.verdict) for f in found] == [
        (1, "red.jpg", "REJECT"),
        (2, "empty.jpg", "REJECTED_FILE"),
        (3, "green.jpg", "PASS"),
    ]
    assert [f.record.frame for f in found] == [(0, 0, 96, 96), None, (0, 0, 96, 96)]
    assert {(f.record.model, f.record.model_sha256) for f in found} == {("tiny", inspector.model_sha256)}


def test_a_file_is_opened_once_closed_and_none_is_opened_far_ahead(inspector: Inspector) -> None:
    opened: list[io.BytesIO] = []
    taken = 0
    most_ahead = 0

    def open_one(number: int) -> BinaryIO:
        nonlocal most_ahead
        most_ahead = max(most_ahead, len(opened) - taken)
        opened.append(io.BytesIO(jpeg_bytes(part_photo(1.0, number))))
        return opened[-1]

    for _ in judge_batch(inspector, (PhotoFile(f"{n}", partial(open_one, n)) for n in range(60))):
        taken += 1
    assert len(opened) == 60
    assert all(stream.closed for stream in opened)
    assert most_ahead <= 2 * (inspector.engine.streams + 1)


def test_no_further_file_is_read_while_those_ahead_hold_many_bytes(inspector: Inspector) -> None:
    begun: list[int] = []

    def read(number: int) -> bytes:
        begun.append(number)
        return RED + bytes(24_000_000) + number.to_bytes(2, "big")

    items = [PhotoFile.of_bytes(f"{n}", partial(read, n)) for n in range(8)]
    gate, held = threading.Event(), threading.Event()

    def hold(inspected: Inspected, file: FileInHand) -> None:
        held.set()
        gate.wait(300)

    found: list[str] = []
    taker = threading.Thread(
        target=lambda: found.extend(f.record.file for f in judge_batch(inspector, items, extractor=hold))
    )
    taker.start()
    held.wait(300)
    wait_until(lambda: len(begun) >= 3, "three files are begun")
    time.sleep(0.2)  # for one too many to show itself
    assert len(begun) == 3, "of 24 MB each, three are more than may wait"
    gate.set()
    taker.join(60)
    assert found == [f"{n}" for n in range(8)]


def test_the_same_content_is_judged_once_and_every_repeat_names_the_first(
    inspector: Inspector, monkeypatch: pytest.MonkeyPatch
) -> None:
    predicted: list[int] = []
    predict = Engine.predict

    def counting(engine: Engine, pixels: np.ndarray) -> Prediction:
        predicted.append(1)
        return predict(engine, pixels)

    monkeypatch.setattr(Engine, "predict", counting)
    found = judged(inspector, files({"a.jpg": RED, "b.jpg": RED, "c.jpg": GREEN, "d.jpg": RED, "e": b"x", "f": b"x"}))
    assert len(predicted) == 2
    assert [f.record.duplicate_of for f in found] == [None, "a.jpg", None, "a.jpg", None, "e"]
    assert found[1].record.reason == f"{found[0].record.reason} Duplicate: the same content as a.jpg, judged once."
    assert found[5].record.reason == f"{found[4].record.reason} Duplicate: the same content as e, judged once."
    assert found[3].record.p == found[0].record.p


def test_the_same_pixels_in_other_bytes_are_flagged_and_judged_alike(inspector: Inspector) -> None:
    pixels = part_photo(1.2)
    commented = png_with_chunks([png_chunk(b"tEXt", b"Comment\0second shot")], pixels)
    first, second, other = judged(
        inspector, files({"a.png": png_bytes(pixels), "b.png": commented, "c.png": png_bytes(part_photo(1.2, 5))})
    )
    assert first.record.sha256 != second.record.sha256
    assert second.record.duplicate_of == "a.png"
    assert second.record.reason == (
        f"{first.record.reason} Duplicate: the same pixels as a.png in another file, judged alike."
    )
    assert (second.record.verdict, second.record.p) == (first.record.verdict, first.record.p)
    assert other.record.duplicate_of is None


def test_the_name_of_the_first_file_hides_nothing_in_the_reason(inspector: Inspector) -> None:
    found = judged(inspector, files({"gnp\u202e.jpg": RED, "b.jpg": RED}))
    assert found[1].record.duplicate_of == "gnp\u202e.jpg"
    assert "the same content as gnp\ufffd.jpg," in found[1].record.reason


def test_a_batch_that_comes_in_parts_knows_what_came_before_and_counts_on(inspector: Inspector) -> None:
    seen: SeenFiles[Any] = SeenFiles()
    judged(inspector, files({"a.jpg": RED}), seen=seen)
    (again, green) = judged(inspector, files({"b.jpg": RED, "c.jpg": GREEN}), seen=seen)
    assert (again.number, again.record.duplicate_of) == (2, "a.jpg")
    assert (green.number, green.record.duplicate_of) == (3, None)


class Untouchable(io.BytesIO):
    """Says that it is larger than the ceiling, and refuses to be read in one piece."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.left = size
        self.size = size

    def seek(self, offset: int, whence: int = 0) -> int:
        return self.size if whence == 2 else 0

    def read(self, size: int | None = -1) -> bytes:
        assert size is not None
        assert 0 < size <= 2_000_000, "read in pieces"
        given = bytes(min(size, self.left))
        self.left -= len(given)
        return given


def test_line_23_a_file_above_the_ceiling_is_refused_with_its_hash_without_being_held(inspector: Inspector) -> None:
    (found,) = judged(inspector, [PhotoFile("huge.jpg", lambda: Untouchable(MAX_BYTES + 1_000_000))])
    assert found.record.verdict == "REJECTED_FILE"
    assert "26.0 MB, the limit is 25 MB" in found.record.reason
    assert len(found.record.sha256) == 64


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (PermissionError(13, "Permission denied"), "Permission denied"),
        (OSError("the stick was pulled out"), "the stick was pulled out"),
        (ValueError("I/O operation on closed file"), "closed file"),
        (RuntimeError(), "RuntimeError"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_remedy_and_the_others_are_judged(
    inspector: Inspector, fault: Exception, words: str
) -> None:
    def broken() -> BinaryIO:
        raise fault

    found = judged(inspector, [*files({"a.jpg": RED}), PhotoFile("gone.jpg", broken), *files({"c.jpg": GREEN})])
    assert [f.record.verdict for f in found] == ["REJECT", "REJECTED_FILE", "PASS"]
    assert words in found[1].record.reason
    assert found[1].record.reason.endswith("Check that it exists and that you may read it, and try again.")
    assert found[1].record.sha256 == ""


def test_a_photo_that_makes_the_model_fail_is_refused_and_the_others_are_judged(inspector: Inspector) -> None:
    batch = files({"a.jpg": RED, "bad.jpg": jpeg_bytes(part_photo(0.5)), "c.jpg": GREEN})
    found = judged(failing(inspector, RuntimeError("codec says no")), batch)
    assert [f.record.verdict for f in found] == ["REJECT", "REJECTED_FILE", "PASS"]
    assert found[1].record.reason.startswith("it could not be judged: RuntimeError. Try it again")


def test_hostile_47_a_photo_for_which_memory_was_short_is_tried_again_alone(inspector: Inspector) -> None:
    made = failing(inspector, MemoryError(), times=1)
    alone: list[bool] = []

    class Watching(Failing):
        def inspect(self, photo: Photo, point: OperatingPoint | None = None) -> Inspected:
            if photo.name == "bad.jpg" and made.seen:
                alone.append(PIXELS_IN_USE.is_all_reserved)
            return made.inspect(photo, point)

    watching = Watching(inspector.spec, inspector.folder)
    batch = {f"{n}.jpg": jpeg_bytes(part_photo(1.0, n)) for n in range(6)}
    found = judged(watching, files({"bad.jpg": GREEN, **batch}))
    assert (found[0].record.file, found[0].record.verdict) == ("bad.jpg", "PASS")
    assert alone == [True]
    assert {f.record.verdict for f in found[1:]} == {"REJECT"}


@pytest.mark.parametrize(
    "fault",
    [MemoryError(), RuntimeError("std::bad_alloc"), OSError(12, "Cannot allocate memory")],
    ids=["Python", "the engine", "the system"],
)
def test_hostile_47_memory_that_stays_short_is_called_so_and_never_damage(
    inspector: Inspector, fault: Exception
) -> None:
    found = judged(failing(inspector, fault), files({"bad.jpg": RED, "b.jpg": GREEN}))
    assert [f.record.verdict for f in found] == ["REJECTED_FILE", "PASS"]
    assert found[0].record.reason == (
        "not enough memory on this machine for this photo. "
        "Close other programs and try it again, or save it at a smaller size."
    )


def test_a_photo_refused_for_memory_is_judged_when_it_comes_again_later(inspector: Inspector) -> None:
    made, seen = failing(inspector, MemoryError(), times=2), SeenFiles[Any]()
    first = judged(made, files({"bad.jpg": RED}), seen=seen)
    later = judged(made, files({"bad again.jpg": RED}), seen=seen)
    assert [first[0].record.verdict, later[0].record.verdict] == ["REJECTED_FILE", "REJECT"]


def test_what_a_door_extracts_is_made_while_the_pixels_are_there_and_they_are_dropped_after(
    inspector: Inspector,
) -> None:
    def size(inspected: Inspected, file: FileInHand) -> tuple[int, int, int]:
        assert file.data == RED
        return file.number, *inspected.photo.pixels.shape[:2]

    first, repeat = judge_batch(inspector, files({"a.jpg": RED, "b.jpg": RED}), extractor=size)
    assert first.extract == repeat.extract == (1, 96, 96)
    assert isinstance(first.result, Inspected)
    assert first.result.photo.pixels.size == 0


def test_an_extractor_that_cannot_work_at_all_ends_the_batch(inspector: Inspector) -> None:
    def full(inspected: Inspected, file: FileInHand) -> None:
        raise DefectLensError("The disk is full.")

    with pytest.raises(DefectLensError, match="disk is full"):
        judged(inspector, files({"a.jpg": RED}), extractor=full)


def test_an_event_stops_the_reading_and_what_is_in_hand_is_not_lost(inspector: Inspector) -> None:
    stop, read = threading.Event(), []

    def endless() -> Iterator[PhotoFile]:
        for n in range(1000):
            read.append(n)
            yield PhotoFile.of_bytes(f"{n}", partial(part, n))

    found = []
    for file in judge_batch(inspector, endless(), stop=stop):
        found.append(file)
        if file.number == 10:
            stop.set()
    assert len(found) == len(read) < 40


def test_closing_the_generator_stops_its_threads_and_the_reading(inspector: Inspector) -> None:
    read: list[int] = []

    def endless() -> Iterator[PhotoFile]:
        for n in range(1000):
            read.append(n)
            yield PhotoFile.of_bytes(f"{n}", partial(part, n))

    results = judge_batch(inspector, endless())
    next(results)
    results.close()
    assert len(read) < 40
    wait_until(lambda: not [t for t in threading.enumerate() if t.name.startswith("inspect")], "no thread is left")
