"""The README holds what a reader needs, and promises nothing that is not there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from defect_app.catalog import MODELS_FOLDER, load_catalog
from defect_app.cli.main import build_parser

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = sorted(build_parser()._subparsers._group_actions[0].choices)
SOURCES = [*ROOT.glob("*.py"), *ROOT.glob("pages/*.py"), *ROOT.glob("defect_app/**/*.py")]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command):
    assert re.search(rf"-m defect_app {command}\b", README)


def test_every_command_in_the_readme_exists():
    assert set(re.findall(r"-m defect_app ([a-z]+)", README)) <= set(COMMANDS)


def test_the_first_screen_shows_how_to_start_and_to_test():
    first_screen = README.splitlines()[:25]
    assert any(line.startswith("make app") for line in first_screen)
    assert any(line.startswith("make test") for line in first_screen)


def test_every_make_target_in_the_readme_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"^make ([a-z]+)|`make ([a-z]+)`", README, re.MULTILINE))
    for pair in re.findall(r"^make ([a-z]+)|`make ([a-z]+)`", README, re.MULTILINE):
        assert "".join(pair) in targets


def test_every_page_is_in_the_readme():
    titles = [page.stem.replace("_", " ").capitalize() for page in (ROOT / "pages").glob("*.py")]
    assert [title for title in ["Home", *titles] if f"| {title} |" not in README] == []


def test_every_setting_of_the_environment_is_in_the_readme():
    used = {name for path in SOURCES for name in re.findall(r"DEFECT_APP_[A-Z_]+", path.read_text(encoding="utf-8"))}
    assert sorted(name for name in used if f"`{name}`" not in README) == []


def test_every_bundled_model_is_in_the_readme():
    assert [entry.id for entry in load_catalog(MODELS_FOLDER).entries if entry.id not in README] == []


def test_every_room_is_in_the_readme():
    package = ROOT / "defect_app"
    rooms = [p.name for p in package.iterdir() if (p / "__init__.py").is_file()]
    modules = [p.name for p in package.glob("*.py") if p.name not in ("__init__.py", "__main__.py", "errors.py")]
    assert sorted(name for name in rooms if f"{name}/" not in README) == []
    assert sorted(name for name in modules if name not in README) == []


def test_the_bundled_models_command_works_as_the_readme_says():
    command = [sys.executable, "-m", "defect_app", "models"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, timeout=60).returncode == 0
