"""What surrounds Ray, without it: turns, order, what is lost and handed out again, machines with another model."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from defect_app.distributed import judging
from defect_app.distributed.claims import Claims
from defect_app.distributed.judging import NothingComesBack, judge_on_ray
from defect_app.distributed.photo_judge import ModelAsked, PhotoJudge
from defect_app.distributed.rows import Answer, tables_of
from defect_app.hosting.keeping import Keeping, Origin
from defect_app.inspection import Inspector
from defect_app.inspection.batch import judge_batch
from defect_app.inspection.checkpoint import Checkpoint
from defect_app.inspection.record import InspectionRecord
from defect_app.inspections import InspectionStore, KeptPhoto, Source
from defect_app.inspections.photo_store import PhotoStore
from defect_app.inspections.recorder import Recorder
from defect_app.intake import Photo
from defect_app.intake.addresses import Place, list_addresses, photo_at
from defect_app.settings import PhotoPolicy
from defect_app.storage.database import Database
from tests.model_folders import part_photo
from tests.photo_files import jpeg_bytes, png_bytes
from tests.thorough import represented_by

HASHES = [hashlib.sha256(bytes([i])).digest() for i in range(9)]


@pytest.fixture
def inspector(tiny_models: Path) -> Inspector:
    return Inspector.from_id("tiny", tiny_models)


@pytest.fixture
def places(tmp_path: Path) -> list[Place]:
    """Make a folder of a hundred parts, copies, the same pixels in other bytes, and what is no photo."""
    folder = tmp_path / "photos"
    folder.mkdir()
    contents = {f"{i:02d}.jpg": jpeg_bytes(part_photo(1 - i / 50, i, size=48)) for i in range(100)}
    contents |= {f"{i:02d} copy.jpg": contents[f"{i:02d}.jpg"] for i in (0, 50, 99)}
    contents |= {"00 later.jpg": contents["98.jpg"], "20 empty.jpg": b"", "70 half.jpg": contents["70.jpg"][:500]}
    contents |= {f"{i} pixels.png": png_bytes(part_photo(1.0), compress_level=i) for i in (3, 1)}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return [*sorted(folder.iterdir()), folder / "gone.jpg"]


@pytest.fixture
def on_this_machine(monkeypatch: pytest.MonkeyPatch, tiny_models: Path) -> list[list[int]]:
    """Judge in this process what would go to others, out of order and with losses; gives the numbers of each round."""
    monkeypatch.setenv("DEFECT_APP_THREADS", "1")
    rounds: list[list[int]] = []
    chance = random.Random(7)

    def handed_out(
        model: ModelAsked, places: Sequence[Place], numbers: Sequence[int], turns: Any, cores: int
    ) -> Iterator[Answer]:
        rounds.append(list(numbers))
        judge = PhotoJudge(model, turns)
        answers = [Answer(**row) for table in tables_of(places, numbers, cores) for row in _rows(judge(table))]
        chance.shuffle(answers)
        lost = len(answers) // 3 if len(rounds) < 3 else 0
        # Twice: what a process that was lost had answered comes once more.
        yield from [*answers[lost:], *answers[-2:]]

    monkeypatch.setattr(judging, "_round", handed_out)
    monkeypatch.setattr(judging, "_turns", lambda checkpoint: Claims(b"".join(checkpoint.known())).claim)
    return rounds


def _rows(table: Any) -> Iterator[dict[str, Any]]:
    for row in table.to_pylist():
        assert row.pop("problem") == ""
        yield row


def judged(
    inspector: Inspector, places: Sequence[Place], folder: Path, models: Path, point: Any = None
) -> list[InspectionRecord]:
    used = point or inspector.default_point
    with Checkpoint(folder, inspector.spec, used) as checkpoint:
        files = judge_on_ray(inspector, places, used, checkpoint, models_folder=str(models), cores=2)
        return [file.record for file in files]


@pytest.mark.parametrize("again", [False, True], ids=["first run", "second run"])
def test_whatever_order_answers_come_in_the_records_are_those_of_the_local_engine(
    inspector: Inspector,
    places: list[Place],
    on_this_machine: list[list[int]],
    tmp_path: Path,
    tiny_models: Path,
    again: bool,
) -> None:
    local = [file.record for file in judge_batch(inspector, map(photo_at, places))]
    for _ in range(1 + again):
        on_this_machine.clear()
        assert judged(inspector, places, tmp_path / "kept", tiny_models) == local
        assert [len(numbers) for numbers in on_this_machine] == [109, 36, 12]


def test_a_photo_that_memory_was_short_for_is_judged_by_the_next_run(
    inspector: Inspector,
    places: list[Place],
    on_this_machine: list[list[int]],
    tmp_path: Path,
    tiny_models: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def short(inspector: Inspector, photo: Photo, point: Any = None) -> Any:
        raise MemoryError

    two = [places[0], places[1]]
    with monkeypatch.context() as patch:
        patch.setattr(Inspector, "inspect", short)
        first = judged(inspector, two, tmp_path / "kept", tiny_models)
    assert {r.verdict for r in first} == {"REJECTED_FILE"}
    assert {"memory" in r.reason for r in first} == {True}
    local = [file.record for file in judge_batch(inspector, map(photo_at, two))]
    assert judged(inspector, two, tmp_path / "kept", tiny_models) == local


def test_files_at_addresses_are_judged_as_those_in_folders(
    inspector: Inspector, places: list[Place], on_this_machine: list[list[int]], tmp_path: Path, tiny_models: Path
) -> None:
    folder = tmp_path / "photos"
    listed = list_addresses([folder.as_uri()]).files
    records = judged(inspector, listed, tmp_path / "kept", tiny_models)
    local = [file.record for file in judge_batch(inspector, map(photo_at, places[:-1]))]
    assert [(r.sha256, r.verdict, r.p) for r in records] == [(r.sha256, r.verdict, r.p) for r in local]
    assert records[0].file == f"file://{folder}/00 copy.jpg"


@pytest.mark.parametrize(("files", "processes", "sizes"), [(40, 1, {5}), (9, 4, {1}), (3000, 1, {256, 184})])
def test_many_files_go_in_large_tables_and_few_keep_every_process_busy(
    files: int, processes: int, sizes: set[int]
) -> None:
    tables = list(tables_of([Path(f"{i}.jpg") for i in range(files)], range(1, files + 1), processes))
    assert {table.num_rows for table in tables} == sizes
    assert [number for table in tables for number in table["number"].to_pylist()] == list(range(1, files + 1))


def test_a_content_is_one_file_s_turn_and_stays_it() -> None:
    claims = Claims()
    assert claims.claim([1, 2, 3], [HASHES[0], HASHES[0], HASHES[1]]) == [True, False, True]
    assert claims.claim([2, 4], [HASHES[0], HASHES[1]]) == [False, False]
    assert claims.claim([3, 1], [HASHES[1], HASHES[0]]) == [True, True], "the process that judged them was lost"


def test_what_earlier_runs_judged_is_nobody_s_turn() -> None:
    known = sorted([*HASHES[:5], b"\0" * 32, b"\xff" * 31 + b"\0"])
    claims = Claims(b"".join(known))
    assert claims.claim(range(7), known) == [False] * 7
    assert claims.claim(range(4), HASHES[5:]) == [True] * 4


def test_a_machine_with_another_model_or_program_is_said_by_its_name(
    inspector: Inspector, places: list[Place], tiny_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEFECT_APP_THREADS", "1")
    table = pa.concat_tables(tables_of(places, [1, 2], 1))
    folder, sha256 = str(tiny_models), inspector.model_sha256
    for asked, said in (
        (ModelAsked("tiny", folder, "0" * 64), "another version of it"),
        (ModelAsked("absent", folder, sha256), "no model 'absent'"),
        (ModelAsked("tiny", folder, sha256, program="0.0"), "not 0.0"),
    ):
        judge = PhotoJudge(asked, Claims().claim)
        answers = judge(table).to_pylist()
        assert [a["number"] for a in answers] == [1, 2]
        assert {said in a["problem"] and a["problem"].startswith("On ") for a in answers} == {True}


def test_processes_that_are_lost_every_time_end_the_run_with_a_reason(
    inspector: Inspector, places: list[Place], tmp_path: Path, tiny_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "_turns", lambda checkpoint: None)
    monkeypatch.setattr(judging, "_round", lambda *_: iter(()))
    with pytest.raises(NothingComesBack, match="109 files were handed out 3 times"):
        judged(inspector, places, tmp_path / "kept", tiny_models)


def kept_files(folder: Path) -> dict[str, bytes]:
    """Return all that a store of photos holds."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("policy", represented_by(["thumbnails"], ["none", "thumbnails", "doubtful", "all"]))
def test_photos_are_kept_as_by_the_local_engine_by_the_first_run_and_by_one_that_goes_on(
    inspector: Inspector,
    places: list[Place],
    on_this_machine: list[list[int]],
    tmp_path: Path,
    tiny_models: Path,
    policy: PhotoPolicy,
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'records.sqlite'}")
    point = inspector.default_point
    with Recorder(lambda: InspectionStore(database)) as recorder, Checkpoint(tmp_path, inspector.spec, point) as known:

        def keeping(name: str) -> Keeping:
            return Keeping(recorder, Origin(Source.CLI), photos=PhotoStore(tmp_path / name), policy=policy)

        here, photos = keeping("here"), map(photo_at, places)
        judged = judge_batch(inspector, photos, extractor=here.extractor(None))
        stored = [here.described(file.record, file.result) for file in judged]
        for name in ("there", "went on"):
            there, spread = keeping(name), []
            keep = there.keep_thumbnail if there.keeps_photos else None
            for file in judge_on_ray(
                inspector, places, point, known, models_folder=str(tiny_models), cores=2, keep_thumbnail=keep
            ):
                there.keep_again(file.record, photo_at(places[file.number - 1]))
                spread.append(there.described(file.record, file.result))
            assert kept_files(tmp_path / name) == kept_files(tmp_path / "here")
            assert [one.photo for one in spread] == [one.photo for one in stored]
            assert there.problem == ""
    assert bool(kept_files(tmp_path / "here")) == (policy != "none")
    database.close()


def test_a_photo_that_was_changed_since_is_not_kept_and_that_is_said(inspector: Inspector, tmp_path: Path) -> None:
    path = tmp_path / "strange.jpg"
    path.write_bytes(jpeg_bytes(part_photo(0.0, blueness=2.0)))
    (file,) = judge_batch(inspector, [photo_at(path)])
    database = Database(f"sqlite:///{tmp_path / 'records.sqlite'}")
    with Recorder(lambda: InspectionStore(database)) as recorder:
        keeping = Keeping(recorder, Origin(Source.CLI), photos=PhotoStore(tmp_path / "kept"), policy="thumbnails")
        path.write_bytes(jpeg_bytes(part_photo(1.0)))
        keeping.keep_again(file.record, photo_at(path))
        assert "was changed after it was judged" in keeping.problem
        path.unlink()
        keeping.keep_again(file.record, photo_at(path))
        assert "cannot be kept: the file cannot be read: No such file" in keeping.problem
        assert keeping.described(file.record, file.result).photo is KeptPhoto.NONE
    assert kept_files(tmp_path / "kept") == {}
    database.close()
