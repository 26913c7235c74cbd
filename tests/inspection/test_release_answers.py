"""A model answers its release photos before any other; one that answers otherwise never judges."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from defect_app.catalog import RELEASE_FILE, CatalogEntry, load_catalog, read_spec, write_spec
from defect_app.errors import ModelUnavailable
from defect_app.hosting.local_model_host import LocalModelHost
from defect_app.inspection import Inspector
from defect_app.inspection.release_answers import (
    FLOAT32,
    INTEGER,
    ReleaseAnswer,
    ReleaseAnswers,
    check_release,
    load_checked,
    read_release_answers,
    save_release_answers,
)
from defect_app.publishing.release import write_release_answers
from tests.model_folders import make_model_folder

Change = Callable[[ReleaseAnswer], ReleaseAnswer]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a model folder with its release answers."""
    made = make_model_folder(tmp_path, "tiny")
    write_release_answers(made, read_spec(made))
    write_spec(made, read_spec(made))
    return made


def changed(folder: Path, change: Change) -> CatalogEntry:
    """Store other answers than those that the model gives, as if it had given them at release."""
    stored = read_release_answers(folder)
    save_release_answers(folder, replace(stored, photos=tuple(map(change, stored.photos))))
    write_spec(folder, read_spec(folder))
    return load_catalog(folder.parent).get("tiny")


@pytest.mark.parametrize("entry", load_catalog().entries, ids=lambda entry: entry.id)
def test_every_bundled_model_answers_two_photos_as_at_release(entry: CatalogEntry) -> None:
    stored = read_release_answers(entry.folder)
    assert stored.tolerances is (INTEGER if entry.id.endswith("int8") else FLOAT32)
    assert all(a.heat_map is not None for a in stored.photos)
    assert entry.spec is not None
    assert all((a.distance is None) == (entry.spec.task == "recognition") for a in stored.photos)
    checked = check_release(load_checked(entry))
    assert (checked.n_photos, checked.problem) == (2, "")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda a: replace(a, probabilities=a.probabilities + np.asarray([0.003, -0.003], np.float32)),
            "gets a probability of",
        ),
        (lambda a: replace(a, probabilities=a.probabilities[:1]), "gets 2 probabilities instead of 1"),
        (lambda a: replace(a, probabilities=a.probabilities * np.float32(np.nan)), "gets a probability of"),
        (lambda a: replace(a, distance=a.distance + 0.006), "from the training photos where it was"),
        (lambda a: replace(a, distance=None), "is compared with training photos, or was"),
        (lambda a: replace(a, heat_map=1 - a.heat_map), "has another heat map"),
        (lambda a: replace(a, heat_map=a.heat_map[:2]), "places where it was"),
        (lambda a: replace(a, photo=b"no photo"), "cannot be read any more"),
    ],
    ids=["score", "classes", "not a number", "distance", "no distance", "heat map", "its size", "photo"],
)
def test_a_model_that_answers_otherwise_is_not_loaded(folder: Path, change: Change, said: str) -> None:
    entry = changed(folder, change)
    assert entry.usable
    with pytest.raises(ModelUnavailable, match=said) as caught:
        load_checked(entry)
    assert "it does not answer as at release: photo 1" in str(caught.value)


def test_what_processors_may_add_otherwise_is_no_difference(folder: Path) -> None:
    entry = changed(folder, lambda a: replace(a, probabilities=a.probabilities + np.asarray([1e-3, -1e-3], np.float32)))
    assert check_release(load_checked(entry)).problem == ""


def test_such_a_model_is_out_of_service_wherever_the_host_is_asked(folder: Path) -> None:
    changed(folder, lambda a: replace(a, probabilities=a.probabilities / 2))
    make_model_folder(folder.parent, "other")
    host = LocalModelHost(folder.parent)
    with pytest.raises(ModelUnavailable, match="does not answer as at release"):
        host.inspector("tiny")
    assert "does not answer as at release" in host.catalog().get("tiny").problem
    assert host.inspector("other")
    host.close()


def test_a_folder_without_release_answers_serves_and_counts_as_not_checked(tmp_path: Path) -> None:
    entry = load_catalog(make_model_folder(tmp_path, "tiny").parent).get("tiny")
    assert check_release(load_checked(entry)).n_photos == 0


def test_release_answers_that_are_removed_or_changed_put_the_model_out_of_service(folder: Path) -> None:
    file = folder / RELEASE_FILE
    kept = file.read_bytes()
    file.write_bytes(kept + b"x")
    assert "release-answers.npz is damaged or was changed" in load_catalog(folder.parent).get("tiny").problem
    file.unlink()
    assert "release-answers.npz is missing" in load_catalog(folder.parent).get("tiny").problem


@pytest.mark.parametrize("content", [b"", b"PK", bytes(9_000_000)], ids=["empty", "cut", "too large"])
def test_a_damaged_file_is_said_and_nothing_else(folder: Path, content: bytes) -> None:
    (folder / RELEASE_FILE).write_bytes(content)
    assert check_release(Inspector(read_spec(folder), folder)).problem == "the file release-answers.npz cannot be read."


def test_a_file_without_photos_is_damaged(folder: Path) -> None:
    save_release_answers(folder, ReleaseAnswers())
    with pytest.raises(ModelUnavailable, match="cannot be read"):
        read_release_answers(folder)


def test_other_weights_are_found_although_the_folder_was_sealed_anew(folder: Path) -> None:
    # Somebody changed the network and wrote the hashes anew, as `write_spec` does.
    weights = np.fromfile(folder / "model.bin", np.float32)
    factors = np.random.default_rng(0).uniform(0.5, 1.5, weights.size)
    # What is whole numbers in the file, such as axes, reads as next to nothing, and stays.
    np.where(np.abs(weights) > 1e-30, weights * factors, weights).astype(np.float32).tofile(folder / "model.bin")
    write_spec(folder, read_spec(folder))
    with pytest.raises(ModelUnavailable, match="does not answer as at release"):
        load_checked(load_catalog(folder.parent).get("tiny"))
