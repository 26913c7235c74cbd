"""``models`` lists every folder with its state; ``models seal`` accepts a changed one, and says what that is."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from defect_app.catalog import MODELS_FOLDER, load_catalog
from defect_app.cli import main
from tests.model_folders import make_model_folder

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def models(tmp_path: Path) -> Path:
    make_model_folder(tmp_path / "models", "tiny")
    return tmp_path / "models"


@pytest.fixture
def command(models: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str) -> tuple[int, str, str]:
        status = main(["models", *arguments, "--models-folder", str(models)])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def move_threshold(models: Path) -> None:
    path = models / "tiny" / "model.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("reject_at = 0.7", "reject_at = 0.8"), encoding="utf-8")


def test_the_list_gives_the_identity_or_the_reason(models: Path, command: Run) -> None:
    (tiny,) = json.loads(command("--json")[1])
    assert (tiny["sha256"], tiny["model_sha256"]) == ("verified", load_catalog(models).get("tiny").usable_spec.identity)
    move_threshold(models)
    (tiny,) = json.loads(command("--json")[1])
    assert not tiny["usable"]
    assert "seal it: python -m defect_app models seal tiny" in tiny["sha256"]


def test_a_changed_folder_is_sealed_with_what_is_accepted(models: Path, command: Run) -> None:
    before = load_catalog(models).get("tiny").usable_spec
    move_threshold(models)
    status, _, said = command("seal", "tiny")
    after = load_catalog(models).get("tiny").usable_spec
    assert status == 0
    assert "Accepted: model.toml says otherwise what decides" in said
    assert f"Its identity is {after.identity}" in said
    assert after.identity != before.identity
    assert command("seal", "tiny")[::2] == (0, "tiny is sealed as it is.\n")


def test_a_folder_that_cannot_be_read_is_not_sealed(models: Path, command: Run) -> None:
    (models / "tiny" / "model.toml").write_text("id = ")
    status, _, said = command("seal", "tiny")
    assert status == 2
    assert "not valid TOML" in said
    assert command("seal", "nothing")[0] == 2


def test_a_model_that_comes_with_the_app_is_sealed_on_demand_alone(
    models: Path, monkeypatch: pytest.MonkeyPatch, command: Run
) -> None:
    monkeypatch.setattr("defect_app.catalog.MODELS_FOLDER", models)
    move_threshold(models)
    status, _, said = command("seal", "tiny")
    assert status == 2
    assert "tiny comes with the app" in said
    assert not load_catalog(models).get("tiny").usable
    assert command("seal", "tiny", "--yes")[0] == 0
    assert load_catalog(models).get("tiny").usable


def test_the_folder_may_be_named_before_the_action(models: Path) -> None:
    move_threshold(models)
    assert main(["models", "--models-folder", str(models), "seal", "tiny"]) == 0
    assert load_catalog(models).get("tiny").usable


def test_every_bundled_model_is_sealed_as_it_is(tmp_path: Path) -> None:
    entries = load_catalog(MODELS_FOLDER).entries
    assert len(entries) == 16
    assert [(e.id, e.problem) for e in entries if e.problem] == []
    copy = shutil.copytree(MODELS_FOLDER / "casting-cnn", tmp_path / "casting-cnn")
    assert main(["models", "seal", "casting-cnn", "--models-folder", str(tmp_path)]) == 0
    assert (copy / "model.toml").read_bytes() == (MODELS_FOLDER / "casting-cnn" / "model.toml").read_bytes()
