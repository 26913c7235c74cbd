"""What earlier runs found out: the same records to the bit, nothing judged again, and a file that bears accidents."""

from __future__ import annotations

import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from defect_app.decision import OperatingPoint
from defect_app.engine import Engine, Prediction
from defect_app.errors import OutputFailed
from defect_app.inspection import Inspector
from defect_app.inspection.batch import SeenFiles, judge_batch
from defect_app.inspection.checkpoint import Checkpoint
from defect_app.inspection.record import InspectionRecord
from defect_app.intake import PhotoFile
from tests.inspection.test_batch import failing
from tests.model_folders import part_photo
from tests.operating_points import a_point
from tests.photo_files import jpeg_bytes, png_bytes

RED, GREEN, STRANGE = (
    jpeg_bytes(part_photo(1.2)), jpeg_bytes(part_photo(-1.2)), png_bytes(part_photo(0.0, 3, blueness=1.0))
)  # fmt: skip
CONTENTS = {
    "red.jpg": RED,
    "green.jpg": GREEN,
    "strange.png": STRANGE,
    "empty.jpg": b"",
    "half.jpg": RED[: len(RED) // 2],
    "red again.jpg": RED,
    "half again.jpg": RED[: len(RED) // 2],
    "green, other bytes.png": png_bytes(part_photo(-1.0)),
    "green, other bytes again.png": png_bytes(part_photo(-1.0), compress_level=1),
}


@pytest.fixture(scope="module")
def inspector(tiny_models: Path) -> Inspector:
    return Inspector.from_id("tiny", tiny_models)


@pytest.fixture
def predictions(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Give a list that grows by each photo that a network answers."""
    counted: list[int] = []
    predict = Engine.predict

    def count(engine: Engine, pixels: np.ndarray) -> Prediction:
        counted.append(1)
        return predict(engine, pixels)

    monkeypatch.setattr(Engine, "predict", count)
    return counted


def records(
    inspector: Inspector, checkpoint: Checkpoint | None, contents: dict[str, bytes] = CONTENTS, **options: Any
) -> list[InspectionRecord]:
    files = [PhotoFile.of_bytes(name, partial(bytes, data)) for name, data in contents.items()]
    return [f.record for f in judge_batch(inspector, files, seen=SeenFiles(checkpoint), **options)]


def open_checkpoint(folder: Path, inspector: Inspector, point: OperatingPoint | None = None) -> Checkpoint:
    return Checkpoint(folder, inspector.spec, point or inspector.default_point)


def test_a_second_run_judges_nothing_and_gives_the_same_records_to_the_bit(
    inspector: Inspector, tmp_path: Path, predictions: list[int]
) -> None:
    without = records(inspector, None)
    judged = len(predictions)
    for _ in range(2):
        with open_checkpoint(tmp_path, inspector) as checkpoint:
            assert records(inspector, checkpoint) == without
    assert len(predictions) == 2 * judged


def test_what_was_done_when_a_run_ended_is_not_judged_again(
    inspector: Inspector, tmp_path: Path, predictions: list[int]
) -> None:
    first = dict(list(CONTENTS.items())[:2])
    with open_checkpoint(tmp_path, inspector) as checkpoint:
        records(inspector, checkpoint, first)
    predictions.clear()
    with open_checkpoint(tmp_path, inspector) as checkpoint:
        records(inspector, checkpoint, {"another.jpg": jpeg_bytes(part_photo(1.0, 9)), **first})
    assert len(predictions) == 1


def test_verdicts_are_those_of_the_point_of_this_run(inspector: Inspector, tmp_path: Path) -> None:
    strict = a_point("strict", 0.0, 0.0)
    with open_checkpoint(tmp_path, inspector) as checkpoint:
        records(inspector, checkpoint)
    with open_checkpoint(tmp_path, inspector, strict) as checkpoint:
        assert records(inspector, checkpoint, point=strict) == records(inspector, None, point=strict)


def test_another_model_s_answers_are_not_taken(tiny_models: Path, tmp_path: Path, predictions: list[int]) -> None:
    for model in ("tiny", "colours"):
        inspector = Inspector.from_id(model, tiny_models)
        predictions.clear()
        with open_checkpoint(tmp_path, inspector) as checkpoint:
            found = records(inspector, checkpoint, {"red.jpg": RED})
        assert (found[0].model, len(predictions)) == (model, 1)


def test_a_photo_that_failed_by_a_fault_is_judged_by_the_next_run(inspector: Inspector, tmp_path: Path) -> None:
    unlucky = failing(inspector, RuntimeError("out of luck"))
    for judge, verdict in ((unlucky, "REJECTED_FILE"), (inspector, "REJECT")):
        with open_checkpoint(tmp_path, inspector) as checkpoint:
            first, second = records(judge, checkpoint, {"bad.jpg": RED, "bad again.jpg": RED})
        assert (first.verdict, second.verdict, second.duplicate_of) == (verdict, verdict, "bad.jpg")


def test_an_entry_that_somebody_wrote_into_it_is_judged_again_and_put_right(
    inspector: Inspector, tmp_path: Path, predictions: list[int]
) -> None:
    with open_checkpoint(tmp_path, inspector) as checkpoint:
        records(inspector, checkpoint)
    with sqlite3.connect(checkpoint.file) as connection:
        connection.execute("UPDATE outcomes SET outcome = '{\"p\": [1]}'")
    connection.close()
    for judged_again in (True, False):
        predictions.clear()
        with open_checkpoint(tmp_path, inspector) as checkpoint:
            assert records(inspector, checkpoint) == records(inspector, None)
        assert (len(predictions) > len(CONTENTS)) == judged_again


def test_two_runs_at_once_are_told_of_each_other(inspector: Inspector, tmp_path: Path) -> None:
    with (
        open_checkpoint(tmp_path, inspector) as checkpoint,
        pytest.raises(OutputFailed, match="in use by another run"),
    ):
        open_checkpoint(tmp_path, inspector)
    assert checkpoint.file.exists()


def test_what_is_no_checkpoint_is_said_with_its_name(inspector: Inspector, tmp_path: Path) -> None:
    with open_checkpoint(tmp_path / "there", inspector) as checkpoint:
        pass
    checkpoint.file.write_bytes(b"no database at all" * 100)
    with pytest.raises(OutputFailed, match=r"tiny-\w+\.sqlite cannot be used: file is not a database"):
        open_checkpoint(tmp_path / "there", inspector)
    with pytest.raises(OutputFailed, match="cannot be used"):
        open_checkpoint(checkpoint.file / "below", inspector)
