"""An evaluation is made by the inspector that serves, row for row."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from defect_app.catalog import weights_sha256
from defect_app.evaluation import Evaluation, EvaluationOrigin, read_evaluation, write_evaluation
from defect_app.inspection import Inspector
from defect_app.publishing.measuring import EvaluatedPicture, evaluate_pictures
from tests.model_folders import part_photo


@pytest.fixture(scope="module")
def inspector(tiny_models: Path) -> Inspector:
    return Inspector.from_id("tiny", tiny_models)


def picture(redness: float, seed: int, **values: Any) -> EvaluatedPicture:
    buffer = io.BytesIO()
    Image.fromarray(part_photo(redness, seed)).save(buffer, "PNG")
    actual = "def_front" if redness > 0 else "ok_front"
    return EvaluatedPicture(f"{seed}.png", buffer.getvalue(), **{"actual": actual, "split": "test", **values})


def test_each_picture_is_one_row_with_the_served_probabilities(inspector: Inspector) -> None:
    pictures = [picture(np.sin(i), i, leaked=i == 3, split="test" if i % 2 else "validation") for i in range(30)]
    done: list[int] = []
    rows = evaluate_pictures(inspector, iter(pictures), run=2, progress=done.append)
    assert done == list(range(1, 31))
    assert list(rows["image"]) == [p.image for p in pictures]
    assert list(rows["actual"]) == [p.actual for p in pictures]
    assert list(rows["split"]) == [p.split for p in pictures]
    assert rows["leaked"].sum() == 1
    assert set(rows["run"]) == {2}
    for p, (_, row) in zip(pictures, rows.iterrows(), strict=True):
        served = inspector.inspect_bytes(p.data, p.image)
        assert (row["p_def_front"], row["p_ok_front"]) == tuple(served.probabilities)
        assert row["sha256"] == served.photo.sha256


def test_the_rows_are_what_the_cache_takes_and_gives_back(
    inspector: Inspector, tiny_models: Path, tmp_path: Path
) -> None:
    rows = evaluate_pictures(inspector, [picture(1.0, 1), picture(-1.0, 2)])
    origin = EvaluationOrigin("tiny", weights_sha256(tiny_models / "tiny"), "generated", "00")
    write_evaluation(tmp_path, Evaluation(rows, origin))
    back = read_evaluation(tmp_path)
    assert back.rows["p_def_front"].to_numpy().tobytes() == rows["p_def_front"].to_numpy().tobytes()
    assert back.origin.model_sha256 == inspector.weights_sha256


def test_a_label_that_the_model_does_not_know_is_refused_with_its_picture(inspector: Inspector) -> None:
    with pytest.raises(ValueError, match=r"7\.png: 'scratch' is no class of tiny"):
        evaluate_pictures(inspector, [picture(1.0, 1), picture(1.0, 7, actual="scratch")])


def test_a_picture_that_cannot_be_used_is_refused_with_its_reason(inspector: Inspector) -> None:
    with pytest.raises(ValueError, match=r"broken\.png: empty file"):
        evaluate_pictures(inspector, [EvaluatedPicture("broken.png", b"", "ok_front", "test")])
