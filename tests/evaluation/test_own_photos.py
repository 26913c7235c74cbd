"""Evaluations on photos of one's own stand beside the bundled ones, for the version that made them."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from defect_app.catalog import ModelSpec, read_spec
from defect_app.evaluation.added_pictures import with_pictures
from defect_app.evaluation.cache import EvaluationOrigin
from defect_app.evaluation.opening import checked
from defect_app.evaluation.own_photos import (
    OwnPhotosOrigin,
    lot_name,
    own_photos,
    own_photos_state,
    write_own_photos,
)
from defect_app.evaluation.selection import Selection, available, select


@pytest.fixture
def spec(tiny_models: Path) -> ModelSpec:
    return read_spec(tiny_models / "tiny")


def rows_of(split: str, n: int = 10) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "image": [f"{split}-{i}.png" for i in range(n)], "sha256": [f"{i:064x}" for i in range(n)], "split": split,
            "fold": -1, "run": 0, "actual": ["ok_front" if i % 2 else "def_front" for i in range(n)], "leaked": False,
            "p_def_front": [i / n for i in range(n)], "p_ok_front": [1 - i / n for i in range(n)],
        }
    )  # fmt: skip


def origin(spec: ModelSpec, **values: object) -> OwnPhotosOrigin:
    made = OwnPhotosOrigin(spec.id, spec.identity, "line 3", "2026-11-26T22:00:00+00:00", familiar=4)
    return replace(made, **values)  # type: ignore[arg-type]


def test_own_photos_are_a_split_with_a_note_on_their_domain(spec: ModelSpec, tmp_path: Path) -> None:
    write_own_photos(rows_of("own: line 3"), origin(spec, left_out={"notes.txt": "no picture"}), tmp_path)
    (lot,) = own_photos(spec, tmp_path)
    opened = checked(rows_of("test", 6), EvaluationOrigin(spec.id, "", "", ""), spec)
    joined = with_pictures(opened, lot, spec)
    assert [part.split for part in available(joined)] == ["test", "own: line 3"]
    selected = select(joined, Selection("own: line 3"))
    assert selected.words == "10 photos of one's own (line 3)"
    note = " ".join(selected.notices)
    assert "4 of these 10 photos (40%) look like those that the model knows" in note
    assert "another domain" in note
    assert "1 files were left out" in note
    assert select(joined, Selection()).n == 6


def test_familiar_photos_are_not_called_another_domain(spec: ModelSpec, tmp_path: Path) -> None:
    write_own_photos(rows_of("own: line 3"), origin(spec, familiar=10), tmp_path)
    assert "another domain" not in own_photos(spec, tmp_path)[0].split.note


def test_another_version_and_a_damaged_file_are_passed_over(spec: ModelSpec, tmp_path: Path) -> None:
    write_own_photos(rows_of("own: line 3"), origin(spec, model_identity="ab" * 32), tmp_path)
    (tmp_path / spec.id / "broken.parquet").write_bytes(b"PAR1")
    assert own_photos(spec, tmp_path) == ()


def test_a_lot_of_the_same_name_takes_the_place_of_the_older(spec: ModelSpec, tmp_path: Path) -> None:
    write_own_photos(rows_of("own: line 3"), origin(spec), tmp_path)
    before, first = own_photos_state(spec.id, tmp_path), own_photos(spec, tmp_path)
    write_own_photos(rows_of("own: line 3", 12), origin(spec), tmp_path)
    (lot,) = own_photos(spec, tmp_path)
    assert len(lot.rows) == 12
    assert lot.digest != first[0].digest
    assert own_photos_state(spec.id, tmp_path) != before
    assert own_photos_state("another", tmp_path) == ()


@pytest.mark.parametrize(
    ("text", "name"),
    [("../../etc", "etc"), ("line 3, November", "line 3 November"), ("...", "own photos"), ("Größe", "Größe")],
)
def test_a_name_is_safe_as_a_file_name(text: str, name: str) -> None:
    assert lot_name(text) == name
