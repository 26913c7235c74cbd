"""Caches: what depends on a model has its version in the key, so that a replaced folder gets its own answers."""

import ast
import dataclasses
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from defect_app.catalog import ModelVersion, read_spec
from defect_app.hosting.batch import Batch
from defect_app.inspection import Inspector
from defect_app.intake import PhotoFile
from defect_app.ui.explain.computing import MapKey
from defect_app.ui.inspect.heat import HeatLook, shown_picture
from defect_app.ui.parts.explained_photo import FROM_INSPECT, ExplainedPhoto
from defect_app.ui.parts.model_evaluation import EvaluationKey
from defect_app.ui.session import Address, Key
from tests.model_folders import TinyNetwork, make_model_folder, part_photo
from tests.photo_files import jpeg_bytes
from tests.ui.batches import judged_samples
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
CACHES = ("cache_data", "cache_resource", "lru_cache", "cache")
KEYS = {key.__name__ for key in (ModelVersion, EvaluationKey, MapKey)}
"""Types of parameters that tell one version of a model from another."""
WITHOUT_A_MODEL = {
    "datasets/layouts.py:_mosaic": "a picture of a data set, by its path",
    "engine/core.py:explaining_core": "OpenVINO, without any model",
    "explanation/gradients/logit_model.py:_loaded": "a Keras file, by its path, size and time",
    "hosting/visitors.py:_known": "who may sign in",
    "intake/addresses.py:_store": "a store of photos, by the address that names it",
    "intake/colour.py:_changes_nothing": "a colour profile, by its bytes",
    "intake/colour.py:_profile_description": "a colour profile, by its bytes",
    "intake/colour.py:_transform": "a colour profile, by its bytes",
    "people/oidc.py:_configured": "the sign-in service, by the settings that name it",
    "people/passwords.py:_of_nobody": "the hash of a password that nobody has",
    "points/watched.py:_last_known": "where the points last known lie, by its address",
    "publishing/references.py:_some_scenes": "rendered scenes of a product",
    "scenes/samples.py:everyday_samples": "photos that installed packages carry",
    "scenes/samples.py:samples_of": "sample photos of a product",
    "serving/alone.py:_records": "the records, where the API runs alone",
    "serving/api/storing.py:recorder_of_process": "who stores inspections",
    "settings.py:_read": "settings, by the environment that they are read from",
    "storage/change_mark.py:_sqlite_file": "the file of a database, by its address",
    "ui/compare/published.py:_reports": "published reports",
    "ui/compare/side_by_side.py:_speeds": "an empty table, whose entries have the version for their key",
    "ui/explain/computing.py:_memories": "empty memories, whose entries have the version in their keys",
    "ui/explain/photo.py:_read": "a photo, by the hash of its file",
    "ui/explain/photo.py:_shown_jpeg": "a photo, by the hash of its file",
    "ui/explain/photo.py:_shown_pixels": "a photo, by the hash of its file",
    "ui/lessons/exam.py:_scene": "a rendered scene, by product and seed",
    "ui/lessons/lesson.py:_read": "a lesson, by its file and when that changed",
    "ui/lessons/showing.py:_picture": "a bundled sample, by its name",
    "ui/parts/evaluated_photos.py:_plain": "a photo of a data set, by the hash of its file",
    "ui/parts/neighbours.py:_banks": "an empty table, whose entries have the version in their keys",
    "ui/parts/terms.py:terms": "the glossary, which comes with the program",
    "ui/recording.py:recorder": "who stores inspections",
    "ui/records.py:_opened": "the records",
    "ui/records.py:_problem": "the records",
    "ui/resources.py:model_host": "the owner of the loaded models, who lets go of a replaced one",
    "ui/resources.py:self_test": "the self-test of this process, which holds what the models answered last",
    "ui/review/pictures.py:_large": "a stored photo, by the hash of its file",
    "ui/review/pictures.py:_scene": "a rendered scene, by its name",
    "ui/teach/classes.py:_digest": "a dropped file, by its identity",
    "ui/thresholds/curves.py:_report": "published reports",
}
"""Cached functions whose values depend on no model, or tell models apart by their own means, each with the reason."""


def decorated_as_cache(node: ast.FunctionDef) -> bool:
    names = [d.func if isinstance(d, ast.Call) else d for d in node.decorator_list]
    return any((n.attr if isinstance(n, ast.Attribute) else getattr(n, "id", "")) in CACHES for n in names)


@cache
def cached_functions() -> dict[str, ast.FunctionDef]:
    """Return every cached function of the package by its module and name."""
    package = ROOT / "defect_app"
    return {
        f"{path.relative_to(package)}:{node.name}": node
        for path in sorted(package.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and decorated_as_cache(node)
    }


def holds_a_version(node: ast.FunctionDef) -> bool:
    """Whether a parameter that Streamlit hashes, without the underscore, tells versions of a model apart."""
    hashed = [a for a in (*node.args.args, *node.args.kwonlyargs) if not a.arg.startswith("_")]
    words = {n.id for a in hashed if a.annotation for n in ast.walk(a.annotation) if isinstance(n, ast.Name)}
    return bool(words & KEYS)


@pytest.mark.parametrize("name", cached_functions())
def test_a_cache_holds_the_models_version_or_says_why_not(name: str) -> None:
    assert holds_a_version(cached_functions()[name]) != (name in WITHOUT_A_MODEL)


def test_every_exception_is_still_a_cache() -> None:
    assert sorted(set(WITHOUT_A_MODEL) - set(cached_functions())) == []


@pytest.mark.parametrize("key", [EvaluationKey, MapKey])
def test_the_key_of_a_result_holds_the_version(key: type[EvaluationKey] | type[MapKey]) -> None:
    assert "ModelVersion" in {str(field.type) for field in dataclasses.fields(key)}


def test_every_entry_of_a_spec_changes_the_version(tmp_path: Path) -> None:
    spec = read_spec(make_model_folder(tmp_path, familiarity=False))
    swapped = tuple(dataclasses.replace(c, role="ok" if c.role == "defect" else "defect") for c in spec.classes)
    others = (
        dataclasses.replace(spec, title="Another"),
        dataclasses.replace(spec, classes=swapped),
        dataclasses.replace(spec, sha256={**spec.sha256, "model.bin": "0" * 64}),
    )
    assert len({spec.version, *(other.version for other in others)}) == 4
    assert dataclasses.replace(spec).version == spec.version


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    make_model_folder(tmp_path / "models", familiarity=False)  # what it does not know would have no heat map
    monkeypatch.setenv("DEFECT_APP_MODELS", str(tmp_path / "models"))
    st.cache_resource.clear()
    st.cache_data.clear()
    yield tmp_path / "models"
    st.cache_resource.clear()
    st.cache_data.clear()


def replace_model(models: Path) -> None:
    """Put another model in the place of the first, under the same id: it sees the photo more coarsely."""
    shutil.rmtree(models / "tiny")
    make_model_folder(models, familiarity=False, network=TinyNetwork(size=16))


def spotted_photo() -> bytes:
    """Return a good part with a red corner, which every model places as finely as it sees."""
    pixels = part_photo(-1.2)
    pixels[:40, :40] = part_photo(1.2)[:40, :40]
    return jpeg_bytes(pixels)


def overlay(models: Path, photo: bytes) -> bytes:
    inspector = Inspector.from_id("tiny", models)
    batch = Batch(inspector)
    batch.add([PhotoFile.of_bytes("part.jpg", lambda: photo)])
    batch.wait(300)
    view = HeatLook(shown=True, opacity=1.0, colour_map="inferno")
    return shown_picture(batch.entries[0], inspector.spec, view, longest_side=96)


def test_a_model_replaced_under_the_same_id_draws_its_own_overlay(models: Path) -> None:
    photo = spotted_photo()
    before = overlay(models, photo)
    assert overlay(models, photo) == before
    replace_model(models)
    assert overlay(models, photo) != before


def page_on(name: str, photo: bytes) -> AppTest:
    page = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=300)
    page.switch_page(f"pages/{name}.py")
    page.query_params["model"] = "tiny"
    if name == "explain":
        page.session_state[Key.EXPLAIN_HANDED_OVER] = ExplainedPhoto.of("part.jpg", photo)
        page.query_params[Address.SOURCE] = FROM_INSPECT
        return page.run()
    return judged_samples(page)


def overlay_address(page: AppTest) -> str:
    """Return the address of the first overlay on a page, which is made of its content; empty while there is none."""
    assert not page.exception
    images = (image for element in page.get("image") for image in element.proto.imgs)
    return str(
        next(
            (image.url for image in images if image.alt.startswith(("Heat map over", "Class activation map over"))), ""
        )
    )


@pytest.mark.parametrize("name", ["inspect", "explain"])
def test_a_page_shows_the_overlay_of_the_model_that_is_there_now(models: Path, name: str) -> None:
    photo = spotted_photo()
    before = overlay_address(page_on(name, photo))
    assert before
    assert overlay_address(page_on(name, photo)) == before
    replace_model(models)
    # The folder of models is looked at anew after some seconds.
    wait_until(
        lambda: overlay_address(page_on(name, photo)) not in ("", before), "the overlay of the model that is there now"
    )
