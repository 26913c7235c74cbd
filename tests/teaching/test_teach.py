"""A taught folder is a model folder like any other, whatever was among the photos, and is whole or not there."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from defect_app.catalog import load_catalog
from defect_app.evaluation import read_evaluation
from defect_app.inspection import Inspected, Inspector
from defect_app.progress import Progress
from defect_app.teaching import TaughtClass, TaughtModel, teach
from defect_app.teaching.figures import taught_figures
from defect_app.teaching.request import CannotTeach
from defect_app.teaching.summary import read_summary
from tests.teaching.photos import GOOD, HOLE, casting, castings, photo, request


def inspected(model: TaughtModel, data: bytes) -> Inspected:
    found = Inspector.from_id(model.spec.id, model.folder.parent).inspect_bytes(data, "photo.jpg")
    assert isinstance(found, Inspected)
    return found


@pytest.mark.parametrize("name", ["classifier", "memory"])
def test_the_catalog_takes_a_taught_folder_and_it_lacks_nothing_that_the_pages_read(
    name: str, request: pytest.FixtureRequest
) -> None:
    model: TaughtModel = request.getfixturevalue(name)
    entry = load_catalog(model.folder.parent).get(model.spec.id)
    assert entry.usable, entry.problem
    files = {path.name for path in model.folder.iterdir()}
    assert {"model.xml", "model.bin", "evaluation.parquet", "familiarity.npz", "README.md", "training.json"} <= files
    assert read_summary(model.folder) == model.summary


def test_what_the_graph_answers_is_what_the_fitted_head_says(classifier: TaughtModel) -> None:
    good, defective = (inspected(classifier, casting(seed, bad)) for seed, bad in ((901, False), (941, True)))
    assert good.probabilities[0] > 0.5
    assert defective.probabilities[1] > 0.5
    assert defective.activation_map is not None
    assert defective.activation_map.has_evidence


def test_files_that_cannot_be_used_are_named_and_left_out(classifier: TaughtModel) -> None:
    reasons = {left_out.name: left_out.reason for left_out in classifier.summary.left_out}
    assert set(reasons) == {"notes.txt", "copy.jpg"}
    assert "same content as good0.jpg" in reasons["copy.jpg"]
    assert classifier.summary.counts == {"good": 6, "hole": 6}


def test_every_photo_is_measured_once_out_of_fold(classifier: TaughtModel) -> None:
    rows = read_evaluation(classifier.folder).rows
    assert sorted(rows["image"]) == sorted([f"good{i}.jpg" for i in range(6)] + [f"hole{i}.jpg" for i in range(6)])
    assert (rows["split"] == "cv").all()
    assert np.allclose(rows[["p_good", "p_hole"]].sum(axis=1), 1, atol=1e-5)
    # What so few photos come to depends on the processor's last digits; that the stored answers say it does not.
    assert taught_figures(classifier).auc == pytest.approx(roc_auc_score(rows["actual"] == "hole", rows["p_hole"]))


def test_good_photos_alone_make_a_model_that_finds_what_differs(memory: TaughtModel) -> None:
    assert memory.spec.class_names == ("good", "anomaly")
    assert memory.summary.kind == "memory"
    assert memory.summary.counts == {"good": 5, "anomaly": 1}
    good = inspected(memory, casting(902, False)).probabilities[1]
    strange = inspected(memory, casting(902, True)).probabilities[1]
    assert strange > good


def test_classes_without_roles_make_a_model_that_names_things(tmp_path: Path) -> None:
    classes = (TaughtClass("good", "Good", None), TaughtClass("hole", "Blowhole", None))
    model = teach(request(castings(4, 4), classes), out=tmp_path)
    assert model.spec.task == "recognition"
    assert load_catalog(tmp_path).get("bracket").usable
    assert taught_figures(model).auc is None


def test_three_named_classes_have_a_card_with_what_is_taken_for_what(tmp_path: Path) -> None:
    classes = tuple(TaughtClass(name, name.capitalize(), None) for name in ("good", "hole", "other"))
    files = castings(8, 4)
    files[4:8] = [replace(file, label="other") for file in files[4:8]]
    model = teach(request(files, classes), out=tmp_path)
    card = (model.folder / "README.md").read_text(encoding="utf-8")
    assert "By class over the folds" in card
    assert "Actual other" in card


@pytest.mark.parametrize(
    ("good", "defective", "classes", "said"),
    [
        (2, 0, (GOOD,), "Good: 2 usable photos"),
        (0, 0, (GOOD,), "no photos"),
        (4, 3, (GOOD, HOLE, TaughtClass("dent", "Dent", "defect")), "Dent: 0 usable photos"),
    ],
    ids=["two photos", "none", "a class without photos"],
)
def test_too_few_photos_are_said_in_words(
    good: int, defective: int, classes: tuple[TaughtClass, ...], said: str, tmp_path: Path
) -> None:
    with pytest.raises(CannotTeach, match=said):
        teach(request(castings(good, defective), classes), out=tmp_path)
    assert list(tmp_path.glob("*")) == []


def test_a_stop_in_the_middle_leaves_nothing_behind_and_the_former_model_in_its_place(
    classifier: TaughtModel,
) -> None:
    before = (classifier.folder / "model.toml").read_bytes()
    with pytest.raises(KeyboardInterrupt):
        teach(request(castings(4, 4)), out=classifier.folder.parent, progress=stop_at("building the model"))
    assert (classifier.folder / "model.toml").read_bytes() == before
    assert [path.name for path in classifier.folder.parent.iterdir() if not path.name.startswith(".")] == ["bracket"]
    assert not list(classifier.folder.parent.glob(".teaching-*"))


def stop_at(what: str) -> Progress:
    def report(words: str, done: int, total: int) -> None:
        if words == what:
            raise KeyboardInterrupt

    return report


def test_a_photo_in_two_classes_is_left_out_of_both(tmp_path: Path) -> None:
    files = [*castings(4, 4), photo("again.jpg", casting(900, False), "hole")]
    left_out = teach(request(files), out=tmp_path).summary.left_out
    assert {entry.name for entry in left_out} == {"good0.jpg", "again.jpg"}
    assert all("several classes" in entry.reason for entry in left_out)


def test_a_bundled_models_id_is_not_taken() -> None:
    with pytest.raises(CannotTeach, match="A bundled model is called casting-cnn"):
        teach(request(castings(3, 3), id="casting-cnn"))
