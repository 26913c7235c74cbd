"""A taught product is fine-tuned on its own photos and folds: stopped, gone on with, made a folder like any other."""

from pathlib import Path

import numpy as np
import openvino as ov
import pytest

from defect_app.catalog import usable_spec
from defect_app.engine.gradient_engine import GradientEngine
from defect_app.engine.taught.tuned import TUNED_LAYERS
from defect_app.evaluation import read_evaluation
from defect_app.inspection import Inspector
from defect_app.intake import Photo, read_photo
from defect_app.teaching import teach
from defect_app.teaching.photo_set import add_photo
from defect_app.teaching.summary import read_summary
from defect_app.tuning.course import TuningProgress
from defect_app.tuning.decision import waiting_candidate
from defect_app.tuning.kept_work import KeptWork
from defect_app.tuning.materials import CannotTune
from defect_app.tuning.run import fine_tune
from tests.teaching.photos import GOOD, casting, castings, request


def test_the_candidate_is_a_model_folder_like_any_other(tuned: Path) -> None:
    candidate = waiting_candidate("bracket", tuned)
    assert candidate is not None
    spec = usable_spec(candidate.folder)
    assert spec.class_names == usable_spec(tuned / "bracket").class_names
    assert read_summary(candidate.folder).kind == "fine-tuned"
    inspector = Inspector(spec, candidate.folder)
    assert inspector.familiarity is not None
    photo = read_photo(casting(940, True), "hole.jpg")
    assert isinstance(photo, Photo)
    assert inspector.inspect(photo).probabilities.sum() == pytest.approx(1.0, abs=1e-5)


def test_what_is_seen_at_every_place_adds_up_to_the_logits_but_for_a_constant(tuned: Path) -> None:
    candidate = waiting_candidate("bracket", tuned)
    assert candidate is not None
    network = ov.Core().compile_model(str(candidate.folder / "model.xml"), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    rng = np.random.default_rng(0)
    apart = []
    for _ in range(3):
        answer = network(rng.integers(0, 256, (1, 224, 224, 3), np.uint8))
        probabilities, seen = answer["probabilities"][0], answer["features"][0].mean(axis=(0, 1))
        apart.append(np.log(probabilities[1] / probabilities[0]) - (seen[1] - seen[0]))
    # The map is smoothed near its borders and drawn from coarser grids, which moves its mean a little.
    assert np.ptp(apart) < 0.1 * max(1.0, float(np.abs(apart).max()))


def test_both_models_are_measured_on_the_same_photos_in_the_same_folds(tuned: Path) -> None:
    candidate = waiting_candidate("bracket", tuned)
    assert candidate is not None
    former, new = (read_evaluation(folder).rows for folder in (tuned / "bracket", candidate.folder))
    columns = ["image", "sha256", "fold", "actual"]
    assert former[columns].equals(new[columns])
    assert not np.allclose(former["p_hole"], new["p_hole"])
    assert candidate.comparison.versions.n == len(former) == 12


def test_explanations_reach_the_trained_blocks(tuned: Path) -> None:
    candidate = waiting_candidate("bracket", tuned)
    assert candidate is not None
    engine = GradientEngine(usable_spec(candidate.folder), candidate.folder)
    assert set(TUNED_LAYERS) <= {layer.name for layer in engine.layers}
    pixels = np.random.default_rng(0).integers(0, 256, (224, 224, 3), np.uint8)
    (found,) = engine.at_layers(pixels, np.array([0.0, 1.0], np.float32), (TUNED_LAYERS[0],))
    assert np.abs(found.gradient).max() > 0


def test_a_stop_keeps_finished_folds_and_the_next_run_goes_on_behind_them(taught: Path) -> None:
    seen: list[TuningProgress] = []

    def stop_in_the_second_fold(progress: TuningProgress) -> None:
        seen.append(progress)
        if progress.what.startswith("fold 2"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fine_tune("bracket", stop_in_the_second_fold, root=taught, epochs=1)
    assert KeptWork(taught, "bracket").finished_folds() == 1
    assert waiting_candidate("bracket", taught) is None
    assert seen[-1].said.startswith("After 1 fold: of ")
    seen.clear()
    fine_tune("bracket", seen.append, root=taught, epochs=1)
    worked_on = {progress.what.partition(",")[0] for progress in seen}
    assert "fold 1 of 5" not in worked_on
    assert {"fold 2 of 5", "fold 5 of 5"} <= worked_on
    shares = [progress.share for progress in seen]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)
    assert not list(taught.glob(".teaching-*"))


def test_a_candidate_that_waits_is_not_made_twice(waiting: Path) -> None:
    seen: list[TuningProgress] = []
    fine_tune("bracket", seen.append, root=waiting, epochs=1)
    assert {progress.what for progress in seen} == {"reading photos"}


def test_photos_that_changed_since_are_said(taught: Path) -> None:
    add_photo("bracket", "good0.jpg", casting(900, False), "hole", taught)
    with pytest.raises(CannotTune, match="changed since it was taught"):
        fine_tune("bracket", lambda progress: None, root=taught)


def test_a_memory_of_good_photos_is_not_fine_tuned(tmp_path: Path) -> None:
    teach(request(castings(3, 0), (GOOD,)), out=tmp_path)
    with pytest.raises(CannotTune, match="no model that was taught with defects"):
        fine_tune("bracket", lambda progress: None, root=tmp_path)


def test_two_processes_do_not_fine_tune_one_product(taught: Path) -> None:
    with KeptWork(taught, "bracket").held(), pytest.raises(CannotTune, match="being fine-tuned already"):
        fine_tune("bracket", lambda progress: None, root=taught)
