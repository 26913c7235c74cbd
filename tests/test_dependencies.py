"""What is declared, what is pinned, what is installed and what is imported are one and the same."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from defect_app.extras import EXTRAS

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
APP: list[str] = PROJECT["project"]["dependencies"]
OPTIONAL: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]
BUILD: list[str] = PROJECT["dependency-groups"]["build"]
EVERYTHING = [*APP, *BUILD, *(line for lines in OPTIONAL.values() for line in lines)]
LOCKS = {"requirements.txt": EVERYTHING, "requirements-app.txt": [*APP, *BUILD]}
FROM_THE_ENVIRONMENT = "setuptools"
"""Python puts one of its own version into every new environment."""
ENTRY = re.compile(
    r"^(?P<requirement>[^ #].*?) \\\n(?P<hashes>(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE
)


def locked(name: str) -> dict[str, Requirement]:
    """Return what a lock file pins for this machine, by name."""
    entries = ENTRY.findall((ROOT / name).read_text(encoding="utf-8"))
    requirements = [Requirement(line) for line, _ in entries]
    here = [r for r in requirements if r.marker is None or r.marker.evaluate()]
    return {canonicalize_name(r.name): r for r in here}


def closure(lines: Iterable[str]) -> set[str]:
    """Return the names of these distributions and of all that the installed ones need."""
    found: set[tuple[str, str]] = set()
    open_ends = [Requirement(line) for line in lines]
    while open_ends:
        requirement = open_ends.pop()
        for extra in ("", *requirement.extras):
            key = (canonicalize_name(requirement.name), extra)
            if key in found:
                continue
            found.add(key)
            for line in distribution(requirement.name).requires or ():
                needed = Requirement(line)
                if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                    open_ends.append(needed)
    return {name for name, _ in found}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_pins_every_dependency_and_all_that_it_brings_along_and_nothing_else(lock: str) -> None:
    assert set(locked(lock)) == closure(LOCKS[lock])


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_of_a_lock_file_is_an_exact_version_with_its_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert re.sub(r"^#.*\n", "", ENTRY.sub("", text), flags=re.MULTILINE).strip() == ""
    assert "://" not in text
    assert [name for name, r in locked(lock).items() if not re.fullmatch(r"==[^*,]+", str(r.specifier))] == []


def test_every_declared_version_is_the_pinned_one() -> None:
    pinned = locked("requirements.txt")
    for line in EVERYTHING:
        declared = Requirement(line)
        assert declared.specifier == pinned[canonicalize_name(declared.name)].specifier, line


def test_both_lock_files_pin_the_same_versions() -> None:
    everything, app = locked("requirements.txt"), locked("requirements-app.txt")
    assert [name for name in app if app[name].specifier != everything[name].specifier] == []


def test_what_is_installed_is_what_is_pinned() -> None:
    pinned = {n: r for n, r in locked("requirements.txt").items() if n != FROM_THE_ENVIRONMENT}
    assert [n for n, r in pinned.items() if not r.specifier.contains(distribution(n).version, prereleases=True)] == []


def test_the_app_brings_no_tensorflow() -> None:
    assert (
        locked("requirements-app.txt").keys() & {"tensorflow", "keras", "tf-keras-vis", "nncf", "playwright"} == set()
    )


def test_the_build_system_is_the_pinned_one() -> None:
    assert PROJECT["build-system"]["requires"] == BUILD


def imported_packages(folder: Path) -> set[str]:
    """Return the packages of others that the modules below a folder import, anywhere in them."""
    names: set[str] = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module)
    ours = {"defect_app", "benchmarks", "tests"}
    return {name.partition(".")[0] for name in names} - sys.stdlib_module_names - ours


def test_every_imported_package_is_declared() -> None:
    homes = packages_distributions()
    declared = {canonicalize_name(Requirement(line).name) for line in EVERYTHING}
    for folder in ("defect_app", "pages", "benchmarks", "tests"):
        for package in imported_packages(ROOT / folder):
            assert {canonicalize_name(home) for home in homes[package]} & declared, f"{package} in {folder}/"


@pytest.mark.parametrize("extra", EXTRAS)
def test_the_extras_known_to_the_code_are_those_of_the_project(extra: str) -> None:
    homes = packages_distributions()
    declared = {canonicalize_name(Requirement(line).name) for line in OPTIONAL[extra]}
    assert {canonicalize_name(home) for package in EXTRAS[extra] for home in homes[package]} >= declared
