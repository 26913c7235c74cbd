"""The benchmarks' own arithmetic and report, without the minutes that a real run takes."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.measurement import Measurement, compare, resident_mb, this_machine
from benchmarks.photos import phone_photos, small_photos
from benchmarks.report import print_report, report_as_json
from benchmarks.scale import ProcessTree, write_copies
from benchmarks.suite import BenchmarkReport
from benchmarks.throughput import Rounds, against_usual_app
from defect_app.cli import main
from defect_app.inspection import Inspector
from defect_app.intake import Photo, pixel_hash, read_photo
from tests.waiting import wait_until


def test_the_ratio_is_ours_over_the_peers() -> None:
    def work(n: int, seconds: float) -> Callable[[], int]:
        def run() -> int:
            time.sleep(seconds)
            return n

        return run

    result = compare(work(8, 0.02), work(2, 0.02), repetitions=3)
    assert result.ratio == pytest.approx(4, rel=0.3)
    assert result.ours_per_s == pytest.approx(400, rel=0.4)


def test_both_sides_do_the_same_number_of_rounds_in_turns() -> None:
    calls: list[str] = []

    def ours() -> int:
        calls.append("ours")
        return 1

    def peer() -> int:
        calls.append("peer")
        return 1

    compare(ours, peer, repetitions=4)
    assert calls.count("ours") == calls.count("peer") == 5
    assert "ours ours ours" not in " ".join(calls)


@pytest.mark.parametrize(("least_ratio", "met"), [(0.0, True), (1e9, False)])
def test_a_line_says_whether_its_budget_is_met(tiny_models: Path, least_ratio: float, met: bool) -> None:
    photos = small_photos(3)
    line = against_usual_app(
        "small",
        least_ratio,
        Inspector.from_id("tiny", tiny_models),
        lambda given: [name for name, _ in given],
        photos,
        Rounds(ours_n=4, peer_n=2, repetitions=1),
    )
    assert line.met is met
    assert line.values["ratio"] > 0


def test_the_photos_are_what_they_are_called() -> None:
    (name, data), *_ = phone_photos(1)
    photo = read_photo(data, name, least_side=224)
    assert isinstance(photo, Photo)
    assert (photo.width, photo.height) == (4000, 3000)
    assert 1.5e6 < len(data) < 6e6
    (name, data), *_ = small_photos(1)
    photo = read_photo(data, name)
    assert isinstance(photo, Photo)
    assert (photo.width, photo.height) == (300, 300)


def test_the_report_reads_as_table_and_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    lines = (
        Measurement("a [thing]", ">= 1 x", "2 x", True, {"ratio": 2.0}),
        Measurement("another", "<= 3 s", "4 s", False, {"seconds": 4.0}),
        Measurement("a third", "", "not measured", None),
    )
    report = BenchmarkReport(this_machine(), "2026-01-31T12:00:00+00:00", "tiny", 3, lines)
    print_report(report)
    table = capsys.readouterr().out
    for word in ("a [thing]", "met", "MISSED", "not measured", f"{len(os.sched_getaffinity(0))} cores"):
        assert word in table
    back = json.loads(report_as_json(report))
    assert [m["met"] for m in back["measurements"]] == [True, False, None]
    assert back["machine"]["versions"]["openvino"]


def test_a_model_without_a_keras_file_is_refused_before_anything_is_measured(
    tiny_models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", "--model", "tiny", "--models-folder", str(tiny_models)]) == 2
    assert "no model.keras" in capsys.readouterr().err


def test_resident_memory_of_this_process_is_plausible() -> None:
    assert 20 < resident_mb(os.getpid()) < 20_000


def test_made_inspections_are_found_by_their_ids_and_what_pages_ask_is_timed(tmp_path: Path) -> None:
    from benchmarks.records import fill, measured
    from defect_app.inspections import InspectionFilter, InspectionStore
    from defect_app.storage.database import Database

    database = Database(f"sqlite:///{tmp_path / 'records.sqlite'}")
    fill(database, 300)
    fill(database, 400)
    store = InspectionStore(database)
    newest = store.page().inspections[0]
    assert store.find(newest.id) == newest
    assert store.page(InspectionFilter(part=newest.record.part or "")).inspections == (newest,)
    assert store.count_verdicts().total() == 400
    lines = measured(store, 400)
    database.close()
    assert all(line[1].endswith(" ms") for line in lines)
    assert len(lines) == 13


def test_copies_differ_in_their_bytes_and_not_in_their_pixels(tmp_path: Path) -> None:
    write_copies(tmp_path / "photos", 5, small_photos(2))
    files = sorted((tmp_path / "photos").iterdir())
    assert len({file.read_bytes() for file in files}) == 5
    photos = [read_photo(file.read_bytes(), file.name) for file in files]
    assert len({pixel_hash(photo) for photo in photos if isinstance(photo, Photo)}) == 2


def test_the_time_of_a_process_and_of_all_that_it_started_is_counted() -> None:
    spin = "import sys, time\nwhile time.process_time() < 0.3: pass\nsys.stdin.read()"
    code = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {spin!r}]).wait(); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE) as process:
        tree = ProcessTree(process.pid)
        wait_until(lambda: tree.cpu_s() >= 0.25, "the time of what it started")
        process.communicate()
    assert tree.cpu_s() >= 0.25, "what ended is counted"


def test_drawn_scores_are_those_of_parts_that_a_threshold_parts_not_wholly() -> None:
    from benchmarks.threshold_move import drawn, measured

    p_defect, defective = drawn(5000)
    assert p_defect[defective].mean() > 0.7 > 0.3 > p_defect[~defective].mean()
    assert 0 < (p_defect[~defective] > 0.5).mean() < 0.1
    assert [column.endswith("ms") for column in measured(2000)[2:5]] == [True] * 3
