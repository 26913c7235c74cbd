"""Model cards: those of the bundled models are what their own files tell."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from defect_app.catalog import read_spec, weights_sha256, write_spec
from defect_app.evaluation import Evaluation, EvaluationOrigin, write_evaluation
from defect_app.explanation.cache import COLUMNS, ExplanationOrigin, Explanations, write_explanations
from defect_app.paths import MODELS
from defect_app.publishing import DatasetFacts, TrainingRecord
from defect_app.publishing.card import CARD_FILE, card_text, write_card
from defect_app.publishing.training_record import RECORD_FILE, write_record
from tests.model_folders import make_model_folder

BUNDLED = sorted(path.parent.name for path in MODELS.glob(f"*/{RECORD_FILE}"))
RECORD = TrainingRecord(DatasetFacts("Parts", "a shelf", "CC0", "For study.", ("few parts",)), 0, 12.0, 40)


@pytest.mark.parametrize("model", BUNDLED)
def test_the_card_of_a_bundled_model_tells_what_its_files_do(model: str) -> None:
    assert card_text(MODELS / model) == (MODELS / model / CARD_FILE).read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder of a tiny model with an evaluation of six photos, two of them judged wrongly."""
    made = make_model_folder(tmp_path, "tiny")
    p_defect = np.array([0.9, 0.8, 0.6, 0.1, 0.2, 0.75], np.float32)
    rows = pd.DataFrame(
        {
            "image": [f"{i}.png" for i in range(6)], "sha256": [str(i) * 64 for i in range(6)],
            "split": "test", "fold": -1, "run": 0, "leaked": False,
            "actual": ["def_front"] * 3 + ["ok_front"] * 3, "p_def_front": p_defect, "p_ok_front": 1 - p_defect,
        }
    )  # fmt: skip
    write_evaluation(made, Evaluation(rows, EvaluationOrigin("tiny", weights_sha256(made), "generated", "00")))
    write_record(made, RECORD)
    return made


def test_a_card_names_data_figures_and_the_photos_that_went_wrong(folder: Path) -> None:
    card = write_card(folder).read_text(encoding="utf-8")
    for line in (
        "- Trained on *Parts* (a shelf).",
        "- Licence of the pictures: CC0. For study.",
        "- Mind: few parts",
        "| Actual good | 2 | 1 |",
        "| Actual defective | 1 | 2 |",
        "- `2.png`: truly def_front, p_defect 0.600",
        "- `5.png`: truly ok_front, p_defect 0.750",
    ):
        assert f"{line}\n" in card


def test_an_int8_copy_says_what_it_was_made_of(folder: Path) -> None:
    write_record(folder, replace(RECORD, recipe="parts-cnn", epochs=9, best_epoch=7, parity=0.0123, parity_n=30))
    spec = replace(read_spec(folder), id="tiny-int8")
    copy = folder.rename(folder.with_name(spec.id))
    write_spec(copy, spec)
    card = card_text(copy)
    assert "`python -m defect_app quantize tiny` makes it anew" in card
    assert "This copy and the model that it was made of differ by at most 0.0123 in any probability (30 photos)" in card


@pytest.mark.parametrize(("digest", "shown"), [("own", True), ("f" * 64, False)], ids=["this model", "another one"])
def test_heat_maps_are_on_the_card_where_this_very_model_was_measured(folder: Path, digest: str, shown: bool) -> None:
    values = ("0.png", "0" * 64, "real", "test", "cam", "", 0.9, True, 0.5, 0.4, 0.1)
    origin = ExplanationOrigin("tiny", weights_sha256(folder) if digest == "own" else digest)
    write_explanations(folder, Explanations(pd.DataFrame([values], columns=list(COLUMNS)), origin))
    assert read_spec(folder).task == "inspection"
    assert ("## Where it looks" in card_text(folder)) is shown
