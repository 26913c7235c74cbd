"""Loaded models: shared, loaded once, taken anew from a replaced folder, let go of, and one truth about failures."""

import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from defect_app.catalog import CatalogEntry, ChosenThresholds, InspectionThresholds, read_spec, write_spec
from defect_app.errors import ModelUnavailable
from defect_app.hosting import local_model_host
from defect_app.hosting.local_model_host import LocalModelHost, estimated_memory_mb
from defect_app.hosting.warm_up import warm_up
from defect_app.inspection import Inspected, Inspector
from tests.model_folders import make_model_folder, part_photo
from tests.photo_files import jpeg_bytes

RED = jpeg_bytes(part_photo(1.2))


@pytest.fixture(autouse=True)
def look_at_the_folder_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_model_host, "LOOK_AGAIN_S", 0.0)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    make_model_folder(tmp_path, "tiny")
    make_model_folder(tmp_path, "colours", task="recognition")
    return tmp_path


class Counting:
    """Loads models and counts how often."""

    def __init__(self) -> None:
        self.loaded: list[str] = []

    def __call__(self, entry: CatalogEntry) -> Inspector:
        self.loaded.append(entry.id)
        return Inspector.from_entry(entry)


@pytest.fixture
def counting() -> Counting:
    return Counting()


@pytest.fixture
def host(models: Path, counting: Counting) -> Iterator[LocalModelHost]:
    made = LocalModelHost(models, load=counting)
    yield made
    made.close()


def test_a_model_is_loaded_once_and_shared(host: LocalModelHost, counting: Counting) -> None:
    assert host.inspector("tiny") is host.inspector("tiny")
    assert host.inspector("colours") is not host.inspector("tiny")
    assert counting.loaded == ["tiny", "colours"]


def test_threads_that_ask_at_once_wait_for_one_loading_and_other_models_do_not(models: Path) -> None:
    loading, gate = threading.Event(), threading.Event()
    loaded: list[str] = []

    def load(entry: CatalogEntry) -> Inspector:
        loaded.append(entry.id)
        if entry.id == "tiny":
            loading.set()
            gate.wait(300)
        return Inspector.from_entry(entry)

    host = LocalModelHost(models, load=load)
    got: list[Inspector] = []
    threads = [threading.Thread(target=lambda: got.append(host.inspector("tiny"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    loading.wait(30)
    host.inspector("colours")
    assert got == []
    gate.set()
    for thread in threads:
        thread.join(30)
    assert loaded == ["tiny", "colours"]
    assert len({id(inspector) for inspector in got}) == 1


def replace_model(folder: Path) -> None:
    """Put a model with exchanged classes, so with exchanged verdicts, in place of the one that is there."""
    classes = tuple(reversed(read_spec(folder).classes))
    shutil.rmtree(folder)
    make_model_folder(folder.parent, folder.name, classes=[replace(c, title=f"{c.title} anew") for c in classes])


def test_a_replaced_folder_is_loaded_anew_and_work_in_hand_ends_on_the_model_it_began_with(
    host: LocalModelHost, models: Path
) -> None:
    before = host.inspector("tiny")
    old = before.inspect_bytes(RED, "red.jpg")
    replace_model(models / "tiny")
    after = host.inspector("tiny")
    assert after is not before
    assert after.model_sha256 != before.model_sha256
    assert after.spec.class_names == tuple(reversed(before.spec.class_names))
    again, new = before.inspect_bytes(RED, "red.jpg"), after.inspect_bytes(RED, "red.jpg")
    assert isinstance(old, Inspected)
    assert isinstance(again, Inspected)
    assert isinstance(new, Inspected)
    assert again.probabilities.tobytes() == old.probabilities.tobytes()
    np.testing.assert_allclose(new.probabilities, old.probabilities[::-1], atol=0.2)


def test_other_thresholds_in_the_spec_are_another_model(host: LocalModelHost, models: Path) -> None:
    before = host.inspector("tiny")
    other = ChosenThresholds(InspectionThresholds(0.3, 0.8))
    write_spec(models / "tiny", replace(before.spec, default_point=other))
    assert host.inspector("tiny").default_point != before.default_point


def test_a_folder_that_is_replaced_while_it_is_loaded_is_not_taken_for_what_it_was(models: Path) -> None:
    replaced: list[Path] = []

    def load(entry: CatalogEntry) -> Inspector:
        inspector = Inspector.from_entry(entry)
        if not replaced:
            replaced.append(entry.folder)
            replace_model(entry.folder)
        return inspector

    loaded = LocalModelHost(models, load=load).inspector("tiny")
    assert loaded.spec == read_spec(models / "tiny")
    assert loaded.spec.classes[0].title.endswith("anew")


@pytest.mark.parametrize("change", ["removed", "damaged"])
def test_what_was_removed_or_damaged_is_let_go_of_and_answers_no_more(
    host: LocalModelHost, models: Path, change: str
) -> None:
    host.inspector("tiny")
    if change == "removed":
        shutil.rmtree(models / "tiny")
    else:
        (models / "tiny" / "model.bin").unlink()
    with pytest.raises(ModelUnavailable, match="no model 'tiny'" if change == "removed" else "model.bin is missing"):
        host.inspector("tiny")
    host.catalog()
    assert list(host._loaded) == []


def unfit_familiarity(folder: Path) -> None:
    """Make what the model remembers too narrow for its features, with hashes that are right."""
    with np.load(folder / "familiarity.npz") as stored:
        arrays = {name: stored[name] for name in stored.files}
    wide = max((n for n in arrays if arrays[n].ndim), key=lambda n: arrays[n].size)
    arrays[wide] = arrays[wide][..., :-1]
    np.savez(folder / "familiarity.npz", **arrays)
    write_spec(folder, read_spec(folder))


def no_network(folder: Path) -> None:
    (folder / "model.xml").write_text("<html>not a model</html>")
    write_spec(folder, read_spec(folder))


@pytest.mark.parametrize("spoil", [no_network, unfit_familiarity])
def test_a_model_that_verifies_and_does_not_work_is_disabled_everywhere_with_one_reason(
    host: LocalModelHost, models: Path, counting: Counting, spoil: Callable[[Path], None]
) -> None:
    spoil(models / "tiny")
    assert host.catalog().get("tiny").usable
    for _ in range(3):
        with pytest.raises(ModelUnavailable, match="The model tiny is disabled: "):
            host.inspector("tiny")
    assert counting.loaded == ["tiny"], "it is not tried at every request"
    entry = host.catalog().get("tiny")
    assert entry in host.catalog().disabled
    assert entry.problem
    warm_up(host, threading.Event())
    assert counting.loaded == ["tiny", "colours"]
    shutil.rmtree(models / "tiny")
    make_model_folder(models, "tiny")
    assert host.inspector("tiny").spec.id == "tiny"
    assert host.catalog().get("tiny").usable


def test_a_failure_is_tried_again_after_a_while(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    attempts: list[str] = []

    def load(entry: CatalogEntry) -> Inspector:
        attempts.append(entry.id)
        if len(attempts) == 1:
            raise MemoryError
        return Inspector.from_entry(entry)

    host = LocalModelHost(models, load=load)
    with pytest.raises(ModelUnavailable, match="MemoryError"):
        host.inspector("tiny")
    monkeypatch.setattr(local_model_host, "TRY_AGAIN_S", 0.0)
    time.sleep(0.01)
    assert host.inspector("tiny").spec.id == "tiny"


def test_loaded_models_are_bounded_by_memory_and_the_least_recently_used_goes_first(
    tmp_path: Path, counting: Counting
) -> None:
    folders = [make_model_folder(tmp_path, f"m{number:02}", familiarity=False) for number in range(20)]
    each_mb = estimated_memory_mb(folders[0], read_spec(folders[0]), streams=2)
    generous = LocalModelHost(tmp_path, memory_mb=25 * each_mb, load=counting)
    for _ in range(2):
        for folder in folders:
            generous.inspector(folder.name)
    assert len(counting.loaded) == 20, "twenty small models stay, whatever their number"
    host = LocalModelHost(tmp_path, memory_mb=3.5 * each_mb, load=counting)
    counting.loaded.clear()
    for model_id in ("m00", "m01", "m02", "m00", "m03", "m00", "m01"):
        host.inspector(model_id)
    assert counting.loaded == ["m00", "m01", "m02", "m03", "m01"]


def test_the_catalog_is_read_once_in_a_while(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_model_host, "LOOK_AGAIN_S", 60.0)
    host = LocalModelHost(models)
    host.catalog()
    make_model_folder(models, "later")
    assert [entry.id for entry in host.catalog().entries] == ["colours", "tiny"]
    monkeypatch.setattr(local_model_host, "LOOK_AGAIN_S", 0.0)
    assert [entry.id for entry in host.catalog().entries] == ["colours", "later", "tiny"]


def test_loading_is_logged_without_more_than_is_needed(host: LocalModelHost, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        host.inspector("tiny")
    events = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    loaded = next(event for event in events if event["event"] == "model_loaded")
    assert json.loads(json.dumps(loaded))["model"] == "tiny"
