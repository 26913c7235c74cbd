"""A study is run whole on made pictures: rows, facts, resuming, and what is made rare."""

import pickle
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from defect_app.catalog import MODELS_FOLDER
from defect_app.cli import main
from defect_app.datasets import load_folder
from defect_app.studies import Study, load_study, read_result
from defect_app.studies.card import card_text
from defect_app.studies.running import run_study
from defect_app.studies.stored_models import parameters_of
from defect_app.studies.trainings import thinned

STUDY = """
title = "Made"
question = "Which?"
kind = "frozen"
recipe = "casting-cnn"
folds = 2
seeds = [0]
[changes]
"data.dataset" = "{folder}/"
"data.scenes" = 0
"input.height" = 32
"input.width" = 32
"backbone.weights" = "none"
"head.attention" = false
"loss.localisation" = 0
"schedule.epochs" = 1
"schedule.batch_size" = 4
[[variants]]
name = "Plain"
[[variants]]
name = "Focal"
[variants.changes]
"loss.kind" = "focal"
"""


@pytest.fixture
def study(tmp_path: Path) -> Study:
    generator = np.random.default_rng(3)
    for label, level in (("good", 60), ("bad", 190)):
        folder = tmp_path / "pictures" / label
        folder.mkdir(parents=True)
        for i in range(12):
            pixels = generator.normal(level, 40, (40, 40, 3)).clip(0, 255).astype(np.uint8)
            cv2.imwrite(str(folder / f"{i}.png"), pixels)
    path = tmp_path / "made.toml"
    path.write_text(STUDY.format(folder=tmp_path / "pictures"), encoding="utf-8")
    return load_study(path)


def elsewhere(work: Callable[[Any], Any], tasks: Sequence[Any], /) -> Iterator[tuple[Any, Any]]:
    for task in reversed(tasks):
        sent_work, sent_task = pickle.loads(pickle.dumps((work, task)))
        yield task, pickle.loads(pickle.dumps(sent_work(sent_task)))


@pytest.mark.timeout(600)
def test_a_study_judges_every_picture_once_a_variant_and_seed_and_goes_on_where_it_was_stopped(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, store = tmp_path / "out", tmp_path / "store"
    result = run_study(study, out=out, store=store)
    assert set(result.rows.groupby(["variant", "seed"])["image"].nunique()) == {24}
    assert len(result.rows) == 2 * 24
    assert [f.name for f in result.origin.variants] == ["Plain", "Focal"]
    assert all(len(run.epochs) == 1 and run.n_training > 0 for run in result.origin.runs)
    stored = read_result("made", out)
    assert stored is not None
    assert stored.origin == result.origin
    assert (out / "made.md").read_text(encoding="utf-8") == card_text(study, result)

    from defect_app.training import frozen_heads

    trained: list[int] = []
    train = frozen_heads.train_head

    def counted(*given: object) -> frozen_heads.TrainedHead:
        trained.append(1)
        return train(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(frozen_heads, "train_head", counted)
    next(store.glob("made-*/1-0-1.parquet")).unlink()
    # As processes elsewhere do it: what goes out and what comes back is pickled.
    again = run_study(study, out=out, store=store, spread=elsewhere)
    assert len(trained) == 1
    np.testing.assert_allclose(again.rows["confidence"], result.rows["confidence"], atol=1e-5)


def test_a_class_is_made_rare_among_the_training_pictures_alone(study: Study, tmp_path: Path) -> None:
    loaded = load_folder(tmp_path / "pictures")
    rare = thinned(loaded, {"bad": 0.25}, seed=0)
    counts = {
        part: [sum(p.label == label for p in which.of_split("train")) for label in ("bad", "good")]
        for part, which in (("before", loaded), ("after", rare))
    }
    assert counts["after"] == [round(0.25 * counts["before"][0]), counts["before"][1]]
    assert rare.of_split("test") == loaded.of_split("test")
    assert rare.of_split("validation") == loaded.of_split("validation")
    assert thinned(loaded, {"bad": 0.25}, seed=1) != rare


def test_the_command_lists_studies_and_says_which_have_not_been_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["study", "--out", str(tmp_path)]) == 0
    listed = capsys.readouterr().out
    assert "boxes-imbalance" in listed
    assert "not run" in listed
    assert main(["study", "none-such"]) == 2
    assert "There is no study" in capsys.readouterr().err


def test_the_numbers_of_a_stored_network_are_about_those_that_keras_counts() -> None:
    # Keras counts 3,538,984 for MobileNetV2 with its classifier; what serves has its batch norms folded into the rest.
    assert parameters_of(MODELS_FOLDER / "imagenet-mobilenetv2") == pytest.approx(3_538_984, rel=0.02)
