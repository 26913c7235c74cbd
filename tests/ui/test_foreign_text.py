"""Text of model folders, data sets and people is drawn as it is on every page: never as Markdown, HTML or an icon."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from google.protobuf.descriptor import FieldDescriptor
from streamlit.testing.v1 import AppTest

from defect_app.catalog import ChosenThresholds, ClassSpec, InspectionThresholds, read_spec, write_spec
from defect_app.decision import Costs, OperatingPoint, Verdict
from defect_app.inspections import InspectionStore
from defect_app.points import open_records
from defect_app.reviews import Answer, ReviewStore
from defect_app.reviews.audits import draw_audit
from defect_app.reviews.settled import reviewed_parts
from defect_app.reviews.studies import begin_study
from defect_app.ui.parts.explained_photo import FROM_INSPECT, ExplainedPhoto
from defect_app.ui.parts.text import as_text
from defect_app.ui.session import Address, Key
from tests.evaluation.caches import rows_of, write_cache
from tests.inspections.records import a_new_inspection
from tests.model_folders import make_model_folder, part_photo
from tests.photo_files import jpeg_bytes
from tests.reviews.answers import answer_all
from tests.ui.batches import judged_samples
from tests.ui.inspect_table import table_of

ROOT = Path(__file__).resolve().parents[2]
FOREIGN = "Zq **b** <b>x</b> :material/home: :red[r] $x^2$ [l](http://e.vil) -> `c`"
"""Markdown, HTML, an icon, a colour, a formula, a link, an address, an arrow and code; "Zq" marks it."""
MEANINGS = re.compile(r"(?<!\\)(\*\*b|<b>|:red\[r|\$x|\[l|`c)|:material/home|http://|->")
"""What no text that is drawn as Markdown may hold."""
CLASSES = (ClassSpec("bad", f"{FOREIGN} bad", "defect"), ClassSpec("good", f"{FOREIGN} good", "ok"))
PLAIN = {
    ("selectbox", "options"),
    ("selectbox", "raw_value"),
    ("multiselect", "options"),
    ("multiselect", "raw_values"),
    ("text_input", "default"),
    ("text_input", "value"),
    ("bidi_component", "json"),
}
"""Fields that the browser draws as they are, by element and field."""
VIEWS: dict[str, list[dict[str, str]]] = {
    "home": [{}],
    "inspect": [{}],
    "evaluate": [
        {"view": view, "cell": "All mistakes"}
        for view in ("Mistakes", "Curves", "Calibration", "Classes", "Training", "Robustness", "Data check")
    ],
    "compare": [
        {"section": section, "product": "casting"}
        for section in ("Side by side", "Where they differ", "One photo", "Published against ours")
    ],
    "explain": [
        {"check": check}
        for check in ("Hide and see", "Shake and see", "Sanity check", "Look inside", "How good are the maps?")
    ],
    "review": [
        {"reviews": section}
        for section in (
            "Look at parts",
            "Two reviewers",
            "Limit samples",
            "What the reviews say",
            "Agreement study",
        )
    ],
    "teach": [{}],
    "thresholds": [
        {"look_at": look_at}
        for look_at in (
            ":material/show_chart: Curves",
            ":material/lightbulb: Find it for me",
            ":material/compare_arrows: What changes",
            ":material/bookmarks: Saved points",
            ":material/replay: Repeated trainings",
        )
    ],
}


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    root = tmp_path / "models"
    rng = np.random.default_rng(5)
    for model_id in ("foreign", "second"):
        folder = make_model_folder(root, model_id, classes=CLASSES)
        write_spec(folder, replace(read_spec(folder), title=f"{FOREIGN} {model_id}", summary=FOREIGN))
        p = rng.random(60)
        rows = pd.concat(
            rows_of(["bad" if i % 2 else "good" for i in range(60)], np.stack([p, 1 - p], axis=1), CLASSES, split=split)
            for split in ("test", "validation")
        )
        write_cache(folder, rows.assign(image=f"{FOREIGN}.jpg"), dataset=FOREIGN)
    broken = make_model_folder(root, "broken")
    (broken / "model.toml").write_text(f'id = "broken"\ntitle = """{FOREIGN}"""\n"{FOREIGN}" = 1\n', encoding="utf-8")
    monkeypatch.setenv("DEFECT_APP_MODELS", str(root))
    # Teach lists those that were taught here: the same ones.
    monkeypatch.setenv("DEFECT_APP_TAUGHT_MODELS", str(root))
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", f"sqlite:///{tmp_path / 'points.db'}")
    monkeypatch.delenv("DEFECT_APP_DATA", raising=False)
    chosen = ChosenThresholds(InspectionThresholds(0.3, 0.6), "validation", 60, FOREIGN)
    point = OperatingPoint(FOREIGN[:70], "foreign", chosen, read_spec(root / "foreign").identity)
    open_records().save_point(
        point, who=FOREIGN[:70], note=FOREIGN, costs=Costs(9, 3, 1), defect_rate=0.1, activate=True
    )
    store_reviewed_parts()
    st.cache_resource.clear()
    st.cache_data.clear()
    yield root
    st.cache_resource.clear()
    st.cache_data.clear()


def store_reviewed_parts() -> None:
    """Store two parts with foreign names, on one of which two persons disagree, and a study of the other."""
    store = ReviewStore(open_records().database)
    new = [
        a_new_inspection(n, file=f"{FOREIGN}.jpg", model="foreign", reason=FOREIGN, part=FOREIGN, verdict="REVIEW")
        for n in range(3)
    ]
    parts = InspectionStore(store.database).append(new)
    answer_all(store, parts[:2], Answer.GOOD, FOREIGN[:70], note=FOREIGN)
    answer_all(store, parts[:1], Answer.DEFECTIVE, "Ben", note=FOREIGN)
    draw_audit(store.database, "foreign", {Verdict.REVIEW: 3}, who=FOREIGN[:70])
    settled = [part for part in reviewed_parts(store.of_model("foreign")) if not part.disputed]
    begin_study(store.database, FOREIGN, "foreign", settled, 1, FOREIGN[:70])
    store.database.close()


def opened(page_name: str, parameters: dict[str, str]) -> AppTest:
    page = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=300)
    if page_name != "home":
        page.switch_page(f"pages/{page_name}.py")
    page.query_params["model"] = "foreign"
    page.session_state[Key.SHARED_WHO] = FOREIGN[:70]
    for name, value in parameters.items():
        if name == "look_at":
            page.session_state[Key.THRESHOLDS_VIEW] = value
        else:
            page.query_params[name] = value
    if page_name == "explain":
        photo = jpeg_bytes(part_photo(1.2))
        page.session_state[Key.EXPLAIN_HANDED_OVER] = ExplainedPhoto.of(f"{FOREIGN}.jpg", photo)
        page.query_params[Address.SOURCE] = FROM_INSPECT
    return page.run()


def texts(message: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Return every text of a Protobuf message with the name of its field."""
    for field, value in message.ListFields():
        values = value if field.is_repeated else [value]
        for one in values:
            if field.type == FieldDescriptor.TYPE_MESSAGE and hasattr(one, "ListFields"):
                yield from texts(one, field.name)
            elif field.type == FieldDescriptor.TYPE_STRING:
                yield field.name, str(one)


def drawn_texts(page: AppTest) -> Iterator[tuple[str, str, str]]:
    """Return every text that a page sends to the browser: element, field, text."""

    def walk(block: Any) -> Iterator[tuple[str, str, str]]:
        for node in block.children.values():
            if getattr(node, "proto", None) is not None:
                yield from ((str(node.type), field, text) for field, text in texts(node.proto))
            if hasattr(node, "children"):
                yield from walk(node)

    for place in (page.main, page.sidebar):
        yield from walk(place)


def marked(text: str) -> bool:
    return "Zq" in text


def wrongly_drawn(element: str, field: str, text: str) -> bool:
    """Whether a text would be read for more than it is."""
    if not marked(text) or (element, field) in PLAIN or field in ("alt", "id", "key", "user_key", "element_id"):
        return False
    if element == "plotly_chart" and field == "spec":
        return "<b>x" in json.dumps(json.loads(text), ensure_ascii=False)
    return MEANINGS.search(text) is not None


@pytest.mark.usefixtures("models")
@pytest.mark.parametrize(
    ("page_name", "parameters"),
    [
        pytest.param(name, parameters, id=f"{name} {' '.join(parameters.values())}".strip())
        for name, all_parameters in VIEWS.items()
        for parameters in all_parameters
    ],
)
def test_foreign_text_is_drawn_as_it_is(page_name: str, parameters: dict[str, str]) -> None:
    page = opened(page_name, parameters)
    assert not page.exception
    found = list(drawn_texts(page))
    assert any(marked(text) for _, _, text in found)
    assert [(e, f, t) for e, f, t in found if wrongly_drawn(e, f, t)] == []


@pytest.mark.usefixtures("models")
def test_foreign_text_is_drawn_as_it_is_among_judged_photos_and_in_the_choice_of_a_product() -> None:
    page = judged_samples(opened("inspect", {}))
    assert table_of(page)
    assert [found for found in drawn_texts(page) if wrongly_drawn(*found)] == []
    page = next(b for b in page.button if b.label == "Change product").click().run()
    assert any("In use" in b.label for b in page.button)
    assert [found for found in drawn_texts(page) if wrongly_drawn(*found)] == []


def test_a_text_that_is_not_escaped_would_be_found() -> None:
    assert wrongly_drawn("markdown", "body", f"**{FOREIGN}**")
    assert not wrongly_drawn("markdown", "body", f"**{as_text(FOREIGN)}**")
