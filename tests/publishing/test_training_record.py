"""``training.json`` goes round, and a wrong one is refused in words."""

import json
from pathlib import Path

import pytest

from defect_app.errors import DefectLensError
from defect_app.paths import MODELS
from defect_app.publishing.training_record import (
    RECORD_FILE,
    DatasetFacts,
    RobustnessFigures,
    TrainingRecord,
    read_record,
    write_record,
)

FACTS = DatasetFacts("Parts", "a shelf", "CC0", "", ("eight pictures a part", "turned copies"))
DISTILLED = TrainingRecord(
    FACTS, 4, 12.5, 900, 60, "parts-cnn", 30, 28, 0.0005, 256, RobustnessFigures(100, 3, 0.9, 0.89, 0.6, 0.7)
)


@pytest.mark.parametrize("record", [DISTILLED, TrainingRecord(FACTS, 0, 0.05, 40)], ids=["distilled", "no recipe"])
def test_a_record_goes_round(tmp_path: Path, record: TrainingRecord) -> None:
    write_record(tmp_path, record)
    assert read_record(tmp_path) == record


@pytest.mark.parametrize("folder", sorted(p.parent.name for p in MODELS.glob(f"*/{RECORD_FILE}")))
def test_the_record_of_every_bundled_model_can_be_read(folder: str) -> None:
    record = read_record(MODELS / folder)
    assert record.n_training > 0
    assert record.dataset.licence


@pytest.mark.parametrize(
    "text",
    ["", "[1, 2]", "{}", json.dumps({"dataset": {"title": "t"}}), "\x00"],
    ids=["empty", "a list", "without data", "half the facts", "not text"],
)
def test_a_damaged_record_is_refused_with_its_folder(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / RECORD_FILE).write_text(text, encoding="utf-8")
    with pytest.raises(DefectLensError, match=r"tiny: training\.json cannot be read"):
        read_record(folder)


def test_a_missing_record_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DefectLensError, match=r"has no training\.json") as caught:
        read_record(tmp_path)
    assert "Restore" in caught.value.remedy
