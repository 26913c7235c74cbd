"""What a machine remembers of a database is whole and unchanged, or nothing; what fails is logged and stops nothing."""

import json
import os
import shutil
from pathlib import Path

import pytest

from defect_app.storage.memory import DatabaseMemory


@pytest.fixture
def memory(tmp_path: Path) -> DatabaseMemory:
    return DatabaseMemory(tmp_path / "memory")


def test_what_is_written_is_read_until_it_is_forgotten(memory: DatabaseMemory) -> None:
    assert memory.read("a.json") is None
    memory.write("a.json", {"model": "tiny"})
    assert memory.read("a.json") == {"model": "tiny"}
    memory.forget()
    assert memory.read("a.json") is None


@pytest.mark.parametrize(
    "text",
    ["", "no JSON", "[1]", '{"content": {"model": "tiny"}}', '{"content": {"model": "other"}, "sha256": "SHA"}'],
    ids=["empty", "text", "a list", "no digest", "changed"],
)
def test_what_was_damaged_or_changed_counts_as_nothing(memory: DatabaseMemory, text: str) -> None:
    memory.write("a.json", {"model": "tiny"})
    file = memory.folder / "a.json"
    digest = json.loads(file.read_text(encoding="utf-8"))["sha256"]
    file.write_text(text.replace("SHA", digest), encoding="utf-8")
    assert memory.read("a.json") is None


@pytest.mark.parametrize("how", ["a pipe", "a folder", "a link to itself", "nested", "large"])
def test_what_is_no_small_regular_file_counts_as_nothing_and_nobody_waits_for_it(
    memory: DatabaseMemory, how: str
) -> None:
    memory.folder.mkdir()
    file = memory.folder / "a.json"
    if how == "a pipe":
        os.mkfifo(file)
    elif how == "a folder":
        file.mkdir()
    elif how == "a link to itself":
        file.symlink_to(file.name)
    else:
        file.write_text('{"content": ' + "[" * 50_000 if how == "nested" else " " * 200_000)
    assert memory.read("a.json") is None


@pytest.fixture
def with_spare(tmp_path: Path) -> DatabaseMemory:
    return DatabaseMemory(tmp_path / "var" / "memory", tmp_path / "models" / "memory")


def test_a_folder_that_is_lost_as_a_whole_is_made_up_for_by_the_spare_one(with_spare: DatabaseMemory) -> None:
    with_spare.write("a.json", {"model": "tiny"})
    with_spare.write("b.json", {"model": "other"})
    shutil.rmtree(with_spare.folder.parent)
    assert with_spare.in_use
    assert with_spare.read("a.json") == {"model": "tiny"}
    with_spare.write("b.json", {"model": "third"})
    assert with_spare.folder.is_dir()
    assert (with_spare.read("a.json"), with_spare.read("b.json")) == ({"model": "tiny"}, {"model": "third"})
    with_spare.forget()
    assert not with_spare.in_use


def test_one_file_that_was_changed_is_not_made_up_for(with_spare: DatabaseMemory) -> None:
    with_spare.write("a.json", {"model": "tiny"})
    (with_spare.folder / "a.json").write_text("{}")
    assert with_spare.read("a.json") is None


def test_models_that_cannot_be_written_beside_leave_no_old_spare_behind(with_spare: DatabaseMemory) -> None:
    with_spare.write("a.json", {"model": "tiny"})
    spare = with_spare.folder.parents[1] / "models" / "memory"
    (spare / "a.json").unlink()
    (spare / "a.json").mkdir()
    with_spare.write("a.json", {"model": "other"})
    assert not spare.exists()


@pytest.mark.parametrize("how", ["a folder", "a pipe", "gone"])
def test_a_database_counts_as_in_use_whatever_became_of_the_note(memory: DatabaseMemory, how: str) -> None:
    memory.note_use("the file")
    memory.write("a.json", {"model": "tiny"})
    (memory.folder / "in-use.json").unlink()
    if how == "a folder":
        (memory.folder / "in-use.json").mkdir()
    elif how == "a pipe":
        os.mkfifo(memory.folder / "in-use.json")
    assert memory.in_use


def test_a_folder_that_cannot_be_made_is_logged_and_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "taken").write_text("a file")
    memory = DatabaseMemory(tmp_path / "taken" / "memory")
    memory.write("a.json", {"model": "tiny"})
    assert memory.read("a.json") is None
    assert "memory_not_written" in caplog.text


def test_a_file_that_cannot_be_put_in_its_place_leaves_no_scratch_file(memory: DatabaseMemory) -> None:
    (memory.folder / "a.json").mkdir(parents=True)
    memory.write("a.json", {"model": "tiny"})
    assert [path.name for path in memory.folder.iterdir()] == ["a.json"]


def test_where_it_cannot_be_found_out_a_database_counts_as_in_use() -> None:
    assert DatabaseMemory(Path("/") / ("x" * 300)).in_use
