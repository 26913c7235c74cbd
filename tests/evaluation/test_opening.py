"""HOSTILE_INPUTS line 28: whatever the cache holds, it opens with words and never an exception."""

import json
import os
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from defect_app.catalog import ClassSpec
from defect_app.evaluation import EVALUATION_FILE, Evaluation, write_evaluation
from defect_app.evaluation.opening import checked, open_evaluation
from defect_app.evaluation.selection import Selection, available, folds_of, runs_of, select
from defect_app.evaluation.stamped_table import METADATA_KEY
from defect_app.evaluation.thresholds import sorted_scores
from tests.evaluation.caches import ORIGIN, PHONE, casting_rows, generated, rows_of, selected_of, spec_of

BAD, SCORES = generated(40)
ROWS = casting_rows(BAD, SCORES)


def test_a_sound_cache_opens_without_notices_and_with_its_hash(tmp_path: Path) -> None:
    write_evaluation(tmp_path, Evaluation(ROWS, ORIGIN))
    opened = open_evaluation(tmp_path, spec_of(), ORIGIN.model_sha256)
    assert opened.usable
    assert opened.notices == ()
    assert len(opened.sha256) == 64
    assert opened.origin == ORIGIN
    np.testing.assert_array_equal(opened.actual == 0, BAD)
    np.testing.assert_allclose(opened.p_defect, SCORES, atol=1e-7)


def test_hostile_28_missing_and_damaged_files_are_a_problem_in_words(tmp_path: Path) -> None:
    opened = open_evaluation(tmp_path, spec_of())
    assert not opened.usable
    assert "no evaluation yet" in opened.problem
    assert opened.remedy
    (tmp_path / "evaluation.parquet").write_bytes(b"PAR1 not really")
    assert "cannot be read" in open_evaluation(tmp_path, spec_of()).problem
    assert select(opened, Selection()).n == 0


def test_hostile_28_a_stale_cache_is_shown_and_said_to_be_stale(tmp_path: Path) -> None:
    write_evaluation(tmp_path, Evaluation(ROWS, ORIGIN))
    opened = open_evaluation(tmp_path, spec_of(), "00" * 32)
    assert opened.usable
    assert opened.stale
    assert "another version of the model" in opened.notices[0]


def test_hostile_28_rows_with_nan_wild_values_or_unknown_classes_are_left_out_and_counted() -> None:
    rows = ROWS.copy()
    rows.loc[0, "p_def_front"] = np.nan
    rows.loc[1, "p_ok_front"] = -np.inf
    rows.loc[2, ["p_def_front", "p_ok_front"]] = [1.5, -0.5]
    rows.loc[3, "actual"] = "scratch"
    rows.loc[4, "actual"] = None
    rows.loc[5, ["p_def_front", "p_ok_front"]] = [0.9, 0.9]
    opened = checked(rows, ORIGIN, spec_of())
    assert len(opened.actual) == len(rows) - 5
    assert list(opened.pictures["image"]) == list(rows["image"][5:])
    sentence = " ".join(opened.notices)
    assert "2 photos left out: without a usable answer" in sentence
    assert "1 photo left out: with probabilities outside 0 to 1" in sentence
    assert "2 photos left out: of a class that the model does not know" in sentence
    assert "The probabilities of 1 photo do not sum to one." in sentence


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (ROWS.iloc[:0], "holds no photos"),
        (ROWS.drop(columns="p_ok_front"), "lacks the columns p_ok_front"),
        (ROWS.drop(columns=["split", "leaked"]), "split, leaked"),
        (ROWS.assign(p_def_front="high"), "not numbers"),
        (ROWS.assign(p_def_front=np.nan), "None of the 40 rows"),
        (ROWS.assign(actual="scratch"), "None of the 40 rows"),
        (pd.concat([ROWS, ROWS["actual"]], axis=1), "twice"),
    ],
    ids=["no rows", "a class missing", "columns missing", "text", "all NaN", "no known class", "a column twice"],
)
def test_hostile_28_a_cache_without_a_usable_row_says_why(rows: pd.DataFrame, sentence: str) -> None:
    opened = checked(rows, ORIGIN, spec_of())
    assert sentence in opened.problem
    assert not opened.usable


def test_hostile_28_odd_types_in_the_fixed_columns_are_read_as_far_as_they_go() -> None:
    odd = ROWS.astype({"leaked": "object", "run": "object", "fold": "object"})
    odd.loc[0, ["leaked", "run", "fold"]] = [None, "x", np.nan]
    odd.loc[1, "leaked"] = True
    opened = checked(odd, ORIGIN, spec_of())
    assert opened.pictures["leaked"].sum() == 1
    assert opened.pictures[["run", "fold"]].iloc[0].tolist() == [-1, -1]


def in_row(number: int, name: str, value: object) -> pd.DataFrame:
    """Return the rows with another value in one place, whatever its type."""
    values: list[object] = list(ROWS[name])
    values[number] = value
    return ROWS.assign(**{name: pd.Series(values, dtype=object)})


@pytest.mark.parametrize("value", [None, np.nan, b"test", b"\xff", 7, ["test"], {"a": 1}], ids=repr)
@pytest.mark.parametrize("name", ["image", "sha256", "split"])
def test_hostile_50_a_row_that_does_not_say_in_text_what_it_is_of_is_left_out(name: str, value: object) -> None:
    opened = checked(in_row(3, name, value), ORIGIN, spec_of())
    assert opened.notices == ("1 photo left out: without a name, a hash or a split in text.",)
    assert len(opened.pictures) == 39
    assert [part.split for part in available(opened)] == ["test"]
    assert select(opened, Selection()).n == 39


def test_hostile_50_names_that_are_bytes_throughout_leave_nothing_to_show() -> None:
    opened = checked(ROWS.assign(image=ROWS["image"].str.encode("utf-8")), ORIGIN, spec_of())
    assert "None of the 40 rows" in opened.problem


@pytest.mark.parametrize("value", [None, np.inf, 1e300, "x", b"1", [1], {"a": 1}], ids=repr)
@pytest.mark.parametrize("name", ["fold", "run", "leaked"])
def test_hostile_50_strange_numbers_harm_no_other_row(name: str, value: object) -> None:
    opened = checked(in_row(3, name, value), ORIGIN, spec_of())
    assert len(opened.pictures) == 40
    assert opened.pictures.loc[3, name] == (False if name == "leaked" else -1)
    assert (opened.pictures[name].drop(3) == ROWS[name].drop(3)).all()


def test_hostile_50_a_row_that_is_listed_twice_counts_once() -> None:
    doubled = pd.concat([ROWS, ROWS.iloc[[2, 5]].assign(p_def_front=0.5, p_ok_front=0.5)])
    opened = checked(doubled, ORIGIN, spec_of())
    assert opened.notices == ("2 photos left out: listed a second time in the same split, fold and run.",)
    np.testing.assert_array_equal(opened.pictures["image"], ROWS["image"])
    np.testing.assert_allclose(opened.p_defect, SCORES, atol=1e-7)
    elsewhere = pd.concat([ROWS, ROWS.assign(run=1), ROWS.assign(split="cv"), ROWS.assign(sha256="ef" * 32)])
    assert checked(elsewhere, ORIGIN, spec_of()).notices == ()


@pytest.mark.parametrize(
    "origin",
    [
        b"{" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b"[]",
        b"3",
        b"\xff\xfe",
        json.dumps({"model_id": "made"}).encode(),
        json.dumps({**asdict(ORIGIN), "seeds": [[0]]}).encode(),
        json.dumps({**asdict(ORIGIN), "seeds": 7}).encode(),
        json.dumps({**asdict(ORIGIN), "created": {"deep": [1]}}).encode(),
        json.dumps({**asdict(ORIGIN), "versions": {"numpy": {"a": 1}}}).encode(),
        json.dumps({**asdict(ORIGIN), "model_sha256": None}).encode(),
    ],
    ids=lambda value: value[:40].decode("utf-8", "replace"),
)
def test_hostile_50_an_origin_of_another_form_is_a_problem_in_words(tmp_path: Path, origin: bytes) -> None:
    table = pa.Table.from_pandas(ROWS, preserve_index=False)
    pq.write_table(table.replace_schema_metadata({METADATA_KEY: origin}), tmp_path / EVALUATION_FILE)
    opened = open_evaluation(tmp_path, spec_of())
    assert f"{EVALUATION_FILE} cannot be read" in opened.problem
    assert opened.remedy == "Run the evaluate command again."


def test_hostile_50_what_pandas_notes_in_the_metadata_is_not_needed(tmp_path: Path) -> None:
    write_evaluation(tmp_path, Evaluation(ROWS, ORIGIN))
    table = pq.read_table(tmp_path / EVALUATION_FILE)
    notes = {**table.schema.metadata, b"pandas": b'{"index_columns": [{"kind": "range", "start": "x"}], "columns": 3}'}
    pq.write_table(table.replace_schema_metadata(notes), tmp_path / EVALUATION_FILE)
    assert open_evaluation(tmp_path, spec_of()).usable


def test_a_pipe_or_a_device_in_place_of_the_evaluation_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / EVALUATION_FILE)
    assert "it is no regular file" in open_evaluation(tmp_path, spec_of()).problem
    (tmp_path / EVALUATION_FILE).unlink()
    (tmp_path / EVALUATION_FILE).symlink_to("/dev/zero")
    assert "it is no regular file" in open_evaluation(tmp_path, spec_of()).problem


def test_a_few_bytes_that_stand_for_billions_of_cells_are_not_unpacked(tmp_path: Path) -> None:
    table = pa.table({"image": pa.array(np.zeros(100_000_000, np.int8))})
    pq.write_table(table.replace_schema_metadata({METADATA_KEY: b"{}"}), tmp_path / EVALUATION_FILE, compression="zstd")
    assert (tmp_path / EVALUATION_FILE).stat().st_size < 1_000_000
    assert "more than 50,000,000 cells" in open_evaluation(tmp_path, spec_of()).problem


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (casting_rows(np.ones(9, bool), SCORES[:9]), "no good parts"),
        (casting_rows(np.zeros(9, bool), SCORES[:9]), "no defective parts"),
        (casting_rows(BAD, np.full(40, 0.25)), "the same score"),
        (casting_rows(BAD, np.round(SCORES, 1)), "figures move in steps"),
        (ROWS.assign(split="validation"), "no test photos"),
    ],
    ids=["only defective", "only good", "constant", "ties", "split not there"],
)
def test_hostile_28_a_part_with_little_to_tell_says_so(rows: pd.DataFrame, sentence: str) -> None:
    selected = selected_of(rows)
    assert sentence in " ".join(selected.notices)
    assert sorted_scores(selected).n == selected.n


def test_hostile_28_recognition_models_with_one_class_or_one_answer_say_so() -> None:
    kinds = (ClassSpec("cat", "Cat"), ClassSpec("dog", "Dog"))
    selected = selected_of(rows_of(["cat"] * 3, np.array([[0.6, 0.4]] * 3), kinds), kinds)
    assert "one class cat" in selected.notices[0]
    assert "same answer" in selected.notices[1]
    assert not selected.inspection


def test_a_selection_takes_split_run_fold_and_leaves_leaks_out() -> None:
    rows = ROWS.assign(
        split=["test"] * 20 + ["cv"] * 20, fold=[-1] * 20 + [0, 1] * 10, run=[0, 1] * 10 + [0] * 20, leaked=BAD
    )
    opened = checked(rows, ORIGIN, spec_of())
    assert select(opened, Selection("test")).pictures["image"].tolist() == rows["image"][0:20:2].tolist()
    assert select(opened, Selection("test", run=None)).n == 20
    assert select(opened, Selection("cv", fold=1)).n == 10
    leak_free = select(opened, Selection("test", run=None, leak_free=True))
    assert leak_free.n == (~BAD[:20]).sum()
    assert "near copy" in leak_free.words
    assert [(s.split, s.run) for s in available(opened)] == [("test", 0), ("test", 1), ("cv", 0)]
    assert [select(opened, s).n for s in runs_of(opened)] == [10, 10]
    assert [select(opened, s).n for s in folds_of(opened)] == [10, 10]


def test_good_defective_and_neither_follow_the_roles_of_the_classes() -> None:
    classes = (*PHONE, ClassSpec("dust", "Dust"))
    probabilities = np.array([[0.5, 0.2, 0.3, 0.0], [0.1, 0.1, 0.8, 0.0], [0.0, 0.0, 0.1, 0.9], [0.2, 0.3, 0.5, 0.0]])
    selected = selected_of(rows_of(["major", "none", "dust", "minor"], probabilities, classes), classes)
    np.testing.assert_allclose(selected.p_defect, [0.7, 0.2, 0.0, 0.5], atol=1e-7)
    assert selected.is_good.tolist() == [False, True, False, False]
    assert selected.is_defective.tolist() == [True, False, False, True]
    assert "neither good nor defective" in " ".join(selected.notices)
    assert [name for name, _ in sorted_scores(selected).by_class] == ["major", "minor", "none"]


def test_a_cache_of_1000_classes_opens_and_selects_quickly(tmp_path: Path) -> None:
    classes = tuple(ClassSpec(f"c{i}", f"Class {i}") for i in range(1000))
    generator = np.random.default_rng(1)
    p = generator.random((2000, 1000), np.float32)
    p /= p.sum(axis=1, keepdims=True)
    rows = rows_of([f"c{i}" for i in generator.integers(0, 1000, 2000)], p, classes)
    write_evaluation(tmp_path, Evaluation(rows, ORIGIN))
    selected = select(open_evaluation(tmp_path, spec_of(classes)), Selection())
    assert selected.n == 2000
    np.testing.assert_array_equal(selected.predicted, p.argmax(axis=1))
