"""The documents hold what a reader needs, and promise nothing that is not there."""

import argparse
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pre_commit.clientlib import load_config

from defect_app.catalog import CatalogEntry, load_catalog
from defect_app.cli.main import build_parser
from defect_app.decision import InspectionThresholds, is_rejected
from defect_app.evaluation import read_evaluation
from defect_app.hosting.local_model_host import LocalModelHost
from defect_app.inspection.record import InspectionRecord
from defect_app.paths import MODELS
from defect_app.publishing.card_figures import share, truth_and_score
from defect_app.serving.api import create_api
from defect_app.settings import Settings, variable_of

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob(".github/**/*.md")])
TEXT = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in DOCUMENTS}
README, COMMAND_LINE = TEXT["README.md"], TEXT["docs/command-line.md"]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE_BLOCK = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
PACKAGE = ROOT / "defect_app"


def anchors(text: str) -> set[str]:
    """Return the anchors of a document's headings, as forges make them."""
    headings = re.findall(r"^#+ (.+)$", CODE_BLOCK.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def section(text: str, heading: str) -> str:
    """Return what stands between a heading of the second level and the next."""
    found = re.search(rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"there is no section {heading!r}"
    return found[1]


def commands() -> dict[str, argparse.ArgumentParser]:
    return dict(_actions(build_parser()))


def _actions(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()


def options(parser: argparse.ArgumentParser) -> set[str]:
    """Return the long options of a command and of its actions."""
    own = {option for action in parser._actions for option in action.option_strings if option.startswith("--")}
    return own.union(*(options(inner) for _, inner in _actions(parser))) - {"--help"}


def shown_commands() -> list[str]:
    """Return every command line in a code block of a document."""
    blocks = [block for text in TEXT.values() for block in CODE_BLOCK.findall(text)]
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    return sorted({line for line in lines if re.match(r"(\S*/)?defect-lens\b|\S*python -m defect_app\b", line)})


@pytest.mark.parametrize("name", TEXT)
def test_links_lead_to_files_and_headings_that_are_there(name: str) -> None:
    for target in LINK.findall(TEXT[name]):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        linked = (ROOT / name).parent / path if path else ROOT / name
        assert linked.exists(), target
        assert not anchor or anchor in anchors(linked.read_text(encoding="utf-8")), target


def test_every_document_is_reached_from_the_readme() -> None:
    linked = {target.partition("#")[0] for target in LINK.findall(README)}
    documents = {name for name in TEXT if not name.startswith(".github")} - {"README.md"}
    assert sorted(documents - linked) == []


def test_the_readme_is_short_and_its_picture_light() -> None:
    assert len(README.encode()) <= 6000
    assert all(picture.stat().st_size < 300_000 for picture in ROOT.glob("docs/pictures/*"))


def test_the_first_screen_shows_how_to_start_and_to_test() -> None:
    first_screen = README.splitlines()[:25]
    assert any(line.startswith("make app") for line in first_screen)
    assert any(line.startswith("make test") for line in first_screen)


def test_every_make_target_in_the_documents_exists_and_every_target_is_documented() -> None:
    targets = set(
        re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)[0].split()
    )
    everything = "\n".join(TEXT.values())
    shown = set(re.findall(r"^make ([a-z-]+)", everything, re.MULTILINE)) | set(
        re.findall(r"`make ([a-z-]+)", everything)
    )
    assert shown == targets


def test_every_page_is_in_the_readme_and_has_its_section() -> None:
    titles = ["Home", *(page.stem.replace("_", " ").capitalize() for page in (ROOT / "pages").glob("*.py"))]
    assert [title for title in titles if f"| {title} |" not in README] == []
    headings = " ".join(re.findall(r"^## (.+)$", TEXT["docs/pages.md"], re.MULTILINE))
    assert [title for title in titles if title not in headings.split()] == []


@pytest.mark.parametrize("command", commands())
def test_every_command_has_a_section_with_all_its_options(command: str) -> None:
    common = COMMAND_LINE.partition("\n## ")[0]
    text = common + section(COMMAND_LINE, command)
    assert [option for option in sorted(options(commands()[command])) if not re.search(rf"{option}\b(?!-)", text)] == []


@pytest.mark.parametrize("line", shown_commands())
def test_every_command_line_in_the_documents_is_one(line: str) -> None:
    arguments = re.split(r"defect-lens|defect_app", line, maxsplit=1)[1]
    build_parser().parse_args(shlex.split(arguments, comments=True))


def test_every_recipe_table_of_the_documents_is_one() -> None:
    from defect_app.recipes.recipe import Recipe

    tables = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.*?) \|", TEXT["docs/recipes.md"], re.MULTILINE))))
    told = {"name", "model", "title", "summary", "product", "standing", "seed"}
    assert tables == Recipe.__dataclass_fields__.keys() - told


def test_every_variable_in_the_documents_is_a_setting() -> None:
    shown = {name for text in TEXT.values() for name in re.findall(r"DEFECT_APP_[A-Z_]+", text)}
    assert shown == {variable_of(name) for name in Settings.model_fields}


def test_every_route_of_the_api_is_documented() -> None:
    paths = create_api(LocalModelHost()).openapi()["paths"]
    routes = {f"{method.upper()} /api{path}" for path, methods in paths.items() for method in methods}
    shown = set(re.findall(r"^\| `(\w+ /api\S*)`", TEXT["docs/api.md"], re.MULTILINE))
    assert shown == {*routes, "GET /api/openapi.json"}


def test_every_key_of_a_record_is_documented() -> None:
    text = section(TEXT["docs/api.md"], "The record of an inspection")
    assert [key for key in InspectionRecord.__dataclass_fields__ if f"`{key}`" not in text] == []


@pytest.mark.parametrize("entry", load_catalog(MODELS).entries, ids=lambda entry: entry.id)
def test_the_figures_of_a_model_are_those_of_its_stored_evaluation(entry: CatalogEntry) -> None:
    lines = [line.strip("| ") for line in TEXT["docs/models.md"].splitlines() if line.startswith(f"| [`{entry.id}`]")]
    shown = {photos: figures for _, _, photos, *figures in (line.split(" | ") for line in lines)}
    assert shown == figures_of(entry)


def figures_of(entry: CatalogEntry) -> dict[str, list[str]]:
    """Return a model's line of figures, for its test pictures and for those of its folds."""
    spec, rows = entry.spec, read_evaluation(entry.folder).rows
    assert spec is not None
    rows = rows[rows["run"] == 0]
    parts = {"test": rows[(rows["split"] == "test") & (rows["fold"] == -1)], "folds": rows[rows["split"] == "cv"]}
    thresholds = spec.default_point.thresholds
    figures: dict[str, list[str]] = {}
    for name, part in parts.items():
        if not len(part):
            continue
        if isinstance(thresholds, InspectionThresholds):
            defective, score = truth_and_score(part, spec)
            rejected = is_rejected(score, thresholds)
            figures[name] = [
                share(int((rejected == defective).sum()), len(part)),
                share(int(rejected[defective].sum()), int(defective.sum())),
                share(int((~rejected[~defective]).sum()), int((~defective).sum())),
            ]
        else:
            best = part[[f"p_{c}" for c in spec.class_names]].to_numpy().argmax(axis=1)
            right = int((part["actual"] == [spec.class_names[i] for i in best]).sum())
            figures[name] = [share(right, len(part)), "-", "-"]
    return figures


def test_every_room_and_module_is_in_the_map_of_the_architecture() -> None:
    text = section(TEXT["ARCHITECTURE.md"], "The map")
    rooms = [f"{p.name}/" for p in PACKAGE.iterdir() if (p / "__init__.py").is_file()]
    modules = [p.name for p in PACKAGE.glob("*.py") if p.name not in ("__init__.py", "__main__.py")]
    assert sorted(name for name in [*rooms, *modules] if name not in text) == []


def test_every_path_in_the_documents_is_there() -> None:
    pattern = r"`((?:defect_app|tests|pages|benchmarks)/[a-z0-9_./-]*)`"
    shown = {path for text in TEXT.values() for path in re.findall(pattern, text)}
    assert sorted(path for path in shown if not (ROOT / path).exists()) == []


def test_the_models_command_works_as_the_documents_say() -> None:
    command = [sys.executable, "-m", "defect_app", "models"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, timeout=300).returncode == 0


def test_the_checks_before_a_commit_are_those_of_make_lint() -> None:
    hooks = load_config(ROOT / ".pre-commit-config.yaml")["repos"][0]["hooks"]
    shown = subprocess.run(["make", "-n", "lint"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    missing = [hook["entry"] for hook in hooks if hook["entry"] not in shown]
    assert missing == []
