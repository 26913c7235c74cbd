"""HOSTILE_INPUTS line 27: a model folder that is wrong disables that model, says why, and harms no other."""

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from defect_app.catalog import find_model, load_catalog, write_spec
from defect_app.catalog.file_memory import SETTLED_NS
from defect_app.errors import ModelUnavailable
from tests.catalog.test_spec import SPEC
from tests.timing import quiet_ms


def write_model(models: Path, model_id: str) -> Path:
    folder = models / model_id
    folder.mkdir(parents=True)
    for name in ("model.xml", "model.bin", "model.keras", "familiarity.npz"):
        (folder / name).write_bytes(f"{model_id} {name}".encode() * 50)
    write_spec(folder, replace(SPEC, id=model_id))
    return folder


@pytest.fixture
def models(tmp_path: Path) -> Path:
    for model_id in ("alpha", "broken", "gamma"):
        write_model(tmp_path, model_id)
    return tmp_path


@pytest.fixture
def readable_by_others() -> Iterator[Path]:
    """Give a folder that other users can reach: those of pytest cannot be."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    for inner in folder.iterdir():
        inner.chmod(0o755)
    shutil.rmtree(folder)


@contextmanager
def as_another_user() -> Iterator[None]:
    """Give up root's right to read everything, where the tests run as root."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:40])


def flip_one_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[10] ^= 1
    path.write_bytes(content)


def remove_line(path: Path, start: str) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(line for line in lines if not line.startswith(start)), encoding="utf-8")


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def swap_roles(path: Path) -> None:
    change(path, 'role = "ok"', 'role = "OK"')
    change(path, 'role = "defect"', 'role = "ok"')
    change(path, 'role = "OK"', 'role = "defect"')


def in_its_place(make: Callable[[Path], object], name: str = "model.toml") -> Callable[[Path], None]:
    def fault(folder: Path) -> None:
        (folder / name).unlink()
        make(folder / name)

    return fault


def spec_text(text: str) -> Callable[[Path], None]:
    return lambda folder: change(folder / "model.toml", "[input]", text + "\n[input]")


FAULTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "model.bin missing": (lambda f: (f / "model.bin").unlink(), "model.bin is missing"),
    "model.xml missing": (lambda f: (f / "model.xml").unlink(), "model.xml is missing"),
    "model.keras missing": (lambda f: (f / "model.keras").unlink(), "model.keras is missing"),
    "familiarity.npz missing": (lambda f: (f / "familiarity.npz").unlink(), "familiarity.npz is missing"),
    "model.bin truncated": (lambda f: truncate(f / "model.bin"), "model.bin is damaged"),
    "model.bin altered, same size": (lambda f: flip_one_bit(f / "model.bin"), "model.bin is damaged"),
    "model.keras altered": (lambda f: flip_one_bit(f / "model.keras"), "model.keras is damaged"),
    "familiarity.npz empty": (lambda f: (f / "familiarity.npz").write_bytes(b""), "familiarity.npz is damaged"),
    "no hash for model.bin": (lambda f: remove_line(f / "model.toml", '"model.bin"'), "identity line"),
    "no hash for familiarity.npz": (lambda f: remove_line(f / "model.toml", '"familiarity.npz"'), "identity line"),
    "no hash for model.keras": (lambda f: remove_line(f / "model.toml", '"model.keras"'), "no sha256 for model.keras"),
    "spec without a title": (lambda f: remove_line(f / "model.toml", "title"), "'title'"),
    "spec missing": (lambda f: (f / "model.toml").unlink(), "model.toml is missing"),
    "spec is a folder": (in_its_place(Path.mkdir), "model.toml is no regular file"),
    "spec is a pipe": (in_its_place(os.mkfifo), "model.toml is no regular file"),
    "spec is a device": (in_its_place(lambda path: path.symlink_to("/dev/zero")), "model.toml is no regular file"),
    "spec leads in a circle": (in_its_place(lambda path: path.symlink_to(path)), "Too many levels of symbolic links"),
    "model.bin is a folder": (in_its_place(Path.mkdir, "model.bin"), "model.bin cannot be read: it is no regular file"),
    "model.bin is a pipe": (in_its_place(os.mkfifo, "model.bin"), "model.bin cannot be read: it is no regular file"),
    "familiarity.npz is a device": (
        in_its_place(lambda path: path.symlink_to("/dev/zero"), "familiarity.npz"),
        "familiarity.npz cannot be read: it is no regular file",
    ),
    "20,000 brackets": (spec_text("deep = " + "[" * 20_000), "nested too deeply"),
    "20,000 tables in each other": (spec_text("deep = " + "{a=" * 20_000), "nested too deeply"),
    "20,000 dots": (spec_text("a" + ".a" * 20_000 + " = 1"), "more than 100 dots"),
    "5,000 digits": (spec_text("n = 1" + "0" * 5_000), "not valid TOML"),
    "true for a number": (lambda f: change(f / "model.toml", "reject_at = 0.5", "reject_at = true"), "got True"),
    "roles exchanged": (lambda f: swap_roles(f / "model.toml"), "what decides is not what its identity line says"),
    "threshold moved": (lambda f: change(f / "model.toml", "reject_at = 0.5", "reject_at = 0.6"), "identity line"),
    "no identity": (lambda f: remove_line(f / "model.toml", "identity"), "models seal broken"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_hostile_27_a_wrong_folder_is_disabled_with_its_reason_and_the_others_work(models: Path, fault: str) -> None:
    spoil, reason = FAULTS[fault]
    spoil(models / "broken")
    catalog = load_catalog(models)
    assert [e.id for e in catalog.usable] == ["alpha", "gamma"]
    assert [e.id for e in catalog.disabled] == ["broken"]
    assert reason in catalog.get("broken").problem
    assert find_model("alpha", models)[0].id == "alpha"
    with pytest.raises(ModelUnavailable, match="disabled"):
        find_model("broken", models)


def test_a_folder_restored_is_usable_again_in_the_same_process(models: Path) -> None:
    original = (models / "broken" / "model.bin").read_bytes()
    flip_one_bit(models / "broken" / "model.bin")
    assert not load_catalog(models).get("broken").usable
    (models / "broken" / "model.bin").write_bytes(original)
    assert load_catalog(models).get("broken").usable


def test_a_folder_dropped_in_appears(models: Path) -> None:
    write_model(models, "delta")
    assert [e.id for e in load_catalog(models).usable] == ["alpha", "broken", "delta", "gamma"]


def test_an_optional_file_may_be_absent_when_the_spec_does_not_name_it(models: Path) -> None:
    folder = models / "alpha"
    (folder / "model.keras").unlink()
    write_spec(folder, replace(SPEC, id="alpha"))
    assert load_catalog(models).get("alpha").usable


def test_a_copied_folder_under_another_name_is_disabled(models: Path) -> None:
    shutil.copytree(models / "alpha", models / "alpha (copy)")
    assert "not the folder's name" in load_catalog(models).get("alpha (copy)").problem


def test_other_files_and_folders_are_no_models(models: Path) -> None:
    (models / "README.md").write_text("models")
    (models / ".cache").mkdir()
    assert len(load_catalog(models).entries) == 3


def test_a_link_to_itself_is_disabled_alone_and_the_others_work(models: Path) -> None:
    (models / "loop").symlink_to("loop")
    catalog = load_catalog(models)
    assert catalog.get("loop").problem.startswith("its folder cannot be read")
    assert catalog.usable


def test_no_models_folder_is_an_empty_catalog(tmp_path: Path) -> None:
    assert load_catalog(tmp_path / "absent").entries == ()


def test_the_environment_can_name_another_folder_of_models(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEFECT_APP_MODELS", str(models))
    assert [e.id for e in load_catalog().usable] == ["alpha", "broken", "gamma"]
    assert find_model("gamma")[1] == models / "gamma"


def test_an_unknown_model_is_refused_with_the_ones_that_exist(models: Path) -> None:
    with pytest.raises(ModelUnavailable, match="no model 'omega'") as caught:
        find_model("omega", models)
    assert "alpha, broken, gamma" in caught.value.remedy


def test_a_disabled_entry_still_has_a_title_for_the_page(models: Path) -> None:
    remove_line(models / "broken" / "model.toml", "title")
    catalog = load_catalog(models)
    assert catalog.get("broken").title == "broken"
    assert catalog.get("alpha").title == "Tiny (alpha)"


def test_models_that_bear_one_title_are_told_apart_by_their_ids(models: Path) -> None:
    write_spec(models / "gamma", replace(SPEC, id="gamma", title="Third"))
    assert [e.title for e in load_catalog(models).entries] == [
        f"{SPEC.title} (alpha)",
        f"{SPEC.title} (broken)",
        "Third",
    ]


def test_hostile_42_a_folder_or_file_that_may_not_be_read_disables_that_model(readable_by_others: Path) -> None:
    models = readable_by_others
    for model_id in ("alpha", "locked", "sealed-spec", "sealed-weights"):
        write_model(models, model_id)
    (models / "locked").chmod(0)
    (models / "sealed-spec" / "model.toml").chmod(0)
    (models / "sealed-weights" / "model.bin").chmod(0)
    with as_another_user():
        catalog = load_catalog(models)
    assert [e.id for e in catalog.usable] == ["alpha"]
    assert [e.problem for e in catalog.disabled] == [
        "its folder cannot be read: Permission denied.",
        "model.toml cannot be read (Permission denied). Restore the model folder.",
        "the file model.bin cannot be read: Permission denied.",
    ]


def test_models_that_may_not_be_listed_are_one_disabled_entry_with_the_reason(readable_by_others: Path) -> None:
    readable_by_others.chmod(0)
    with as_another_user():
        (entry,) = load_catalog(readable_by_others).entries
    assert entry.problem == "its folder cannot be read: Permission denied."


def test_a_folder_whose_name_is_no_text_is_listed_by_a_name_that_can_be_sent(models: Path) -> None:
    os.rename(models / "broken", os.fsencode(models) + b"/bro\xffken")
    catalog = load_catalog(models)
    assert [e.id for e in catalog.usable] == ["alpha", "gamma"]
    (broken,) = catalog.disabled
    json.dumps([broken.id, broken.problem], ensure_ascii=False).encode()


def test_hostile_43_two_hundred_folders_are_read_within_a_second_and_hashed_once(tmp_path: Path) -> None:
    for number in range(200):
        write_model(tmp_path, f"model-{number:03}")
    time.sleep(2 * SETTLED_NS / 1e9)

    def read() -> None:
        assert len(load_catalog(tmp_path).usable) == 200

    cold_ms, warm_ms = quiet_ms(read), quiet_ms(read)
    assert cold_ms < 1000
    assert warm_ms < cold_ms / 2
