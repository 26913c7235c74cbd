"""HOSTILE_INPUTS line 28, files: evaluation.parquet goes round with its origin, and a wrong one is refused in words."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from defect_app.errors import DefectLensError
from defect_app.evaluation import Evaluation, EvaluationOrigin, read_evaluation, write_evaluation

ORIGIN = EvaluationOrigin("tiny", "ab" * 32, "generated", "cd" * 32, seeds=(0, 17), created="2026-01-31T12:00:00Z")
ROWS = pd.DataFrame(
    {
        "image": ["a.jpg", "ü 部品.png", "c.jpg"],
        "sha256": ["0" * 64, "1" * 64, "2" * 64],
        "split": ["test", "validation", "test"],
        "fold": [-1, -1, -1],
        "run": [0, 0, 1],
        "actual": ["def_front", "ok_front", "ok_front"],
        "leaked": [False, True, False],
        "p_def_front": np.array([0.999999, 0.1, np.nan], np.float32),
        "p_ok_front": np.array([0.000001, 0.9, np.nan], np.float32),
    }
)


def test_rows_and_origin_go_round(tmp_path: Path) -> None:
    path = write_evaluation(tmp_path, Evaluation(ROWS, ORIGIN))
    assert path == tmp_path / "evaluation.parquet"
    back = read_evaluation(tmp_path)
    pd.testing.assert_frame_equal(back.rows, ROWS)
    assert back.origin == ORIGIN
    assert back.probability_columns == ["p_def_front", "p_ok_front"]


def test_the_origin_is_in_the_files_metadata_for_other_readers(tmp_path: Path) -> None:
    metadata = pq.read_schema(write_evaluation(tmp_path, Evaluation(ROWS, ORIGIN))).metadata
    stored = json.loads(metadata[b"defect_lens"])
    assert stored["model_sha256"] == ORIGIN.model_sha256
    assert stored["seeds"] == [0, 17]
    assert set(stored["versions"]) == {"openvino", "numpy", "keras"}


@pytest.mark.parametrize("column", ["image", "sha256", "split", "fold", "run", "actual", "leaked"])
def test_a_missing_column_is_refused_with_its_name(tmp_path: Path, column: str) -> None:
    with pytest.raises(ValueError, match=rf"missing \['{column}'\]"):
        write_evaluation(tmp_path, Evaluation(ROWS.drop(columns=column), ORIGIN))
    assert not (tmp_path / "evaluation.parquet").exists()


def test_an_unknown_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="score"):
        write_evaluation(tmp_path, Evaluation(ROWS.assign(score=1.0), ORIGIN))


def test_hostile_28_no_evaluation_is_said_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DefectLensError, match="no evaluation yet") as caught:
        read_evaluation(tmp_path)
    assert "evaluate" in caught.value.remedy


def _truncated(path: Path) -> None:
    write_evaluation(path.parent, Evaluation(ROWS, ORIGIN))
    path.write_bytes(path.read_bytes()[:-30])


def _without_origin(path: Path) -> None:
    pq.write_table(pa.Table.from_pandas(ROWS), path)


def _origin_of_another_form(path: Path) -> None:
    table = pa.Table.from_pandas(ROWS).replace_schema_metadata({b"defect_lens": b'{"model": 1}'})
    pq.write_table(table, path)


@pytest.mark.parametrize(
    "write",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"PAR1 text PAR1"),
        lambda path: path.mkdir(),
        _truncated,
        _without_origin,
        lambda path: pq.write_table(pa.table({"image": ["a"]}), path),
        _origin_of_another_form,
    ],
    ids=["empty", "text", "a folder", "truncated", "pandas' metadata only", "no metadata", "another form of origin"],
)
def test_hostile_28_a_damaged_evaluation_is_refused_in_words(tmp_path: Path, write: Callable[[Path], None]) -> None:
    write(tmp_path / "evaluation.parquet")
    with pytest.raises(DefectLensError, match=r"evaluation\.parquet cannot be read"):
        read_evaluation(tmp_path)


def test_the_version_of_the_scenes_goes_round_and_older_files_have_none(tmp_path: Path) -> None:
    write_evaluation(tmp_path, Evaluation(ROWS, replace(ORIGIN, scenes_version=3)))
    assert read_evaluation(tmp_path).origin.scenes_version == 3
    table = pq.read_table(tmp_path / "evaluation.parquet")
    origin = json.loads(table.schema.metadata[b"defect_lens"])
    del origin["scenes_version"]
    pq.write_table(
        table.replace_schema_metadata({b"defect_lens": json.dumps(origin).encode()}), tmp_path / "evaluation.parquet"
    )
    assert read_evaluation(tmp_path).origin == ORIGIN
