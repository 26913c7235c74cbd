"""HOSTILE_INPUTS line 27: a model folder that is wrong disables that model, says why, and harms no other."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from defect_app.catalog import find_model, load_catalog, write_spec
from defect_app.errors import ModelUnavailable
from tests.catalog.test_spec import SPEC


def write_model(models: Path, model_id: str) -> Path:
    folder = models / model_id
    folder.mkdir(parents=True)
    for name in ("model.xml", "model.bin", "model.keras", "familiarity.npz"):
        (folder / name).write_bytes(f"{model_id} {name}".encode() * 50)
    write_spec(folder, replace(SPEC, id=model_id))
    return folder


@pytest.fixture
def models(tmp_path):
    for model_id in ("alpha", "broken", "gamma"):
        write_model(tmp_path, model_id)
    return tmp_path


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:40])


def flip_one_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[10] ^= 1
    path.write_bytes(content)


def remove_line(path: Path, start: str) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(line for line in lines if not line.startswith(start)), encoding="utf-8")


FAULTS: dict[str, tuple[Callable[[Path], None], str]] = {
    "model.bin missing": (lambda f: (f / "model.bin").unlink(), "model.bin is missing"),
    "model.xml missing": (lambda f: (f / "model.xml").unlink(), "model.xml is missing"),
    "model.keras missing": (lambda f: (f / "model.keras").unlink(), "model.keras is missing"),
    "model.bin truncated": (lambda f: truncate(f / "model.bin"), "model.bin is damaged"),
    "model.bin altered, same size": (lambda f: flip_one_bit(f / "model.bin"), "model.bin is damaged"),
    "model.keras altered": (lambda f: flip_one_bit(f / "model.keras"), "model.keras is damaged"),
    "familiarity.npz empty": (lambda f: (f / "familiarity.npz").write_bytes(b""), "familiarity.npz is damaged"),
    "no hash for model.bin": (lambda f: remove_line(f / "model.toml", '"model.bin"'), "no sha256 for model.bin"),
    "spec without a title": (lambda f: remove_line(f / "model.toml", "title"), "'title'"),
    "spec missing": (lambda f: (f / "model.toml").unlink(), "model.toml is missing"),
    "spec is a folder": (lambda f: ((f / "model.toml").unlink(), (f / "model.toml").mkdir()), "model.toml"),
    "model.bin is a folder": (
        lambda f: ((f / "model.bin").unlink(), (f / "model.bin").mkdir()),
        "model.bin is missing",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_hostile_27_a_wrong_folder_is_disabled_with_its_reason_and_the_others_work(models, fault):
    spoil, reason = FAULTS[fault]
    spoil(models / "broken")
    catalog = load_catalog(models)
    assert [e.id for e in catalog.usable] == ["alpha", "gamma"]
    assert [e.id for e in catalog.disabled] == ["broken"]
    assert reason in catalog.get("broken").problem
    assert find_model("alpha", models)[0].id == "alpha"
    with pytest.raises(ModelUnavailable, match="disabled"):
        find_model("broken", models)


def test_a_folder_restored_is_usable_again_in_the_same_process(models):
    original = (models / "broken" / "model.bin").read_bytes()
    flip_one_bit(models / "broken" / "model.bin")
    assert not load_catalog(models).get("broken").usable
    (models / "broken" / "model.bin").write_bytes(original)
    assert load_catalog(models).get("broken").usable


def test_a_folder_dropped_in_appears(models):
    write_model(models, "delta")
    assert [e.id for e in load_catalog(models).usable] == ["alpha", "broken", "delta", "gamma"]


def test_an_optional_file_may_be_absent_when_the_spec_does_not_name_it(models):
    folder = models / "alpha"
    (folder / "model.keras").unlink()
    write_spec(folder, replace(SPEC, id="alpha"))
    assert load_catalog(models).get("alpha").usable


def test_a_copied_folder_under_another_name_is_disabled(models):
    shutil.copytree(models / "alpha", models / "alpha (copy)")
    assert "not the folder's name" in load_catalog(models).get("alpha (copy)").problem


def test_other_files_and_folders_are_no_models(models):
    (models / "README.md").write_text("models")
    (models / ".cache").mkdir()
    assert len(load_catalog(models).entries) == 3


def test_no_models_folder_is_an_empty_catalog(tmp_path):
    assert load_catalog(tmp_path / "absent").entries == ()


def test_the_environment_can_name_another_folder_of_models(models, monkeypatch):
    monkeypatch.setenv("DEFECT_APP_MODELS", str(models))
    assert [e.id for e in load_catalog().usable] == ["alpha", "broken", "gamma"]
    assert find_model("gamma")[1] == models / "gamma"


def test_an_unknown_model_is_refused_with_the_ones_that_exist(models):
    with pytest.raises(ModelUnavailable, match="no model 'omega'") as caught:
        find_model("omega", models)
    assert "alpha, broken, gamma" in caught.value.remedy


def test_a_disabled_entry_still_has_a_title_for_the_page(models):
    remove_line(models / "broken" / "model.toml", "title")
    catalog = load_catalog(models)
    assert catalog.get("broken").title == "broken"
    assert catalog.get("alpha").title == "Tiny (alpha)"


def test_models_that_bear_one_title_are_told_apart_by_their_ids(models):
    write_spec(models / "gamma", replace(SPEC, id="gamma", title="Third"))
    assert [e.title for e in load_catalog(models).entries] == [
        f"{SPEC.title} (alpha)",
        f"{SPEC.title} (broken)",
        "Third",
    ]
