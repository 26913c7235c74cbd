"""A checkout has the bytes that were committed, whatever the person's git does to the ends of lines."""

import shutil
import subprocess
from pathlib import Path

import pytest

from defect_app.catalog import load_catalog
from defect_app.paths import MODELS

ROOT = Path(__file__).resolve().parents[1]
LEFT_ALONE = ("models", "assets/samples", "tests/golden")
"""Folders whose files are hashed or compared byte by byte."""


def git(folder: Path, *arguments: str) -> str:
    settings = ("-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "init.defaultBranch=main")
    command = ["git", "-C", str(folder), *settings, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def files_below(folder: str) -> list[str]:
    return sorted(p.relative_to(ROOT).as_posix() for p in (ROOT / folder).rglob("*") if p.is_file())


def attribute_of(name: str, files: list[str]) -> dict[str, str]:
    lines = git(ROOT, "check-attr", name, "--", *files).splitlines()
    return {line.split(": ")[0]: line.split(": ")[2] for line in lines}


@pytest.mark.parametrize("folder", LEFT_ALONE)
def test_git_changes_no_byte_of_what_is_hashed_or_compared(folder: str) -> None:
    files = files_below(folder)
    assert files
    assert {f: a for f, a in attribute_of("text", files).items() if a != "unset"} == {}


def test_every_file_that_a_model_is_checked_by_is_among_them() -> None:
    hashed = [f"models/{e.id}/{name}" for e in load_catalog(MODELS).entries for name in e.usable_spec.sha256]
    assert len(hashed) > 100
    assert set(hashed) <= set(files_below("models"))


def test_scripts_have_the_line_ends_that_their_programs_take() -> None:
    assert set(attribute_of("eol", ["Makefile", ".ci/run", "defect_app/paths.py"]).values()) == {"lf"}


def test_models_are_sound_where_git_makes_all_lines_end_as_on_windows(tmp_path: Path) -> None:
    origin, clone = tmp_path / "origin", tmp_path / "clone"
    model = shutil.copytree(MODELS / "casting-cnn", origin / "models" / "casting-cnn")
    shutil.copy(ROOT / ".gitattributes", origin)
    shutil.copy(ROOT / "Makefile", origin)
    git(origin, "init")
    git(origin, "add", ".")
    git(origin, "commit", "-m", "All there is")
    git(tmp_path, "clone", "-c", "core.autocrlf=true", str(origin), str(clone))
    assert [(e.id, e.problem) for e in load_catalog(clone / "models").entries] == [("casting-cnn", "")]
    assert (clone / "models" / "casting-cnn" / "history.csv").read_bytes() == (model / "history.csv").read_bytes()
    assert b"\r" not in (clone / "Makefile").read_bytes()
