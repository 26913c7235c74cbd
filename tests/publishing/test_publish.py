"""A model folder from an exported network and labelled pictures: no recipe, no TensorFlow."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from defect_app.catalog import ClassSpec, ModelSpec, load_catalog, read_spec
from defect_app.datasets import LoadedDataset, content_digest, load_folder
from defect_app.decision import Verdict
from defect_app.evaluation import read_evaluation
from defect_app.inspection import Inspected, Inspector
from defect_app.intake import encode_jpeg, fit_to_input
from defect_app.publishing import (
    DatasetFacts,
    MeasuredModel,
    PointRule,
    Publication,
    TrainingRecord,
    add_replicates,
    complete_folder,
    neutral_point,
    publish,
)
from defect_app.publishing.replicates import Replicate
from defect_app.publishing.training_record import read_record
from defect_app.scenes import render
from defect_app.scenes.files import SCENES_VERSION, scene_file
from tests.model_folders import make_model_folder, part_photo

CLASSES = (ClassSpec("defect", "Defective casting", "defect"), ClassSpec("ok", "Good casting", "ok"))
N_OF_EACH = 30


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> LoadedDataset:
    tree = tmp_path_factory.mktemp("pictures") / "parts"
    for name, redness in (("defect", 1.0), ("ok", -1.0)):
        (tree / name).mkdir(parents=True)
        for seed in range(N_OF_EACH):
            photo = part_photo(redness * (0.2 + 0.02 * seed), 100 * len(name) + seed)
            Image.fromarray(photo).save(tree / name / f"{seed:02}.png")
    return load_folder(tree)


def exported(root: Path) -> tuple[Path, ModelSpec]:
    """Return a folder that holds the network alone, and what the model is."""
    folder = make_model_folder(root, "taught", classes=CLASSES, familiarity=False)
    spec = replace(read_spec(folder), default_point=neutral_point("inspection"), dataset="parts", sha256={})
    (folder / "model.toml").unlink()
    return folder, spec


def publication(spec: ModelSpec, loaded: LoadedDataset) -> Publication:
    train = [np.asarray(Image.open(p.path)) for p in loaded.of_split("train")]
    return Publication(
        spec=spec,
        rule=PointRule(least_recall=0.5),
        record=TrainingRecord(DatasetFacts.of(loaded.dataset), seed=3, minutes=0.05, n_training=len(train)),
        loaded=loaded,
        training_pixels=np.stack([fit_to_input(p, height=32, width=32, fit="stretch", resize="area") for p in train]),
        scenes=tuple(scene_file("casting", seed, replace(render("casting", seed), label="ok")) for seed in (1, 2)),
    )


@pytest.fixture(scope="module")
def published(loaded: LoadedDataset, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    folder, spec = exported(tmp_path_factory.mktemp("models"))
    words: list[str] = []
    publish(folder, publication(spec, loaded), lambda what, done, total: words.append(f"{what} {done}/{total}"))
    return folder, words


def test_the_folder_is_a_usable_model_that_judges_new_photos(published: tuple[Path, list[str]]) -> None:
    entry = load_catalog(published[0].parent).get("taught")
    assert not entry.problem
    inspector = Inspector.from_entry(entry)
    results = [inspector.inspect_bytes(encode_jpeg(part_photo(r, 7)), "new.jpg") for r in (0.6, -0.6)]
    assert [r.judgement.verdict for r in results if isinstance(r, Inspected)] == [Verdict.REJECT, Verdict.PASS]


def test_photos_unlike_those_in_training_go_to_review(published: tuple[Path, list[str]]) -> None:
    inspector = Inspector.from_id("taught", published[0].parent)
    result = inspector.inspect_bytes(encode_jpeg(part_photo(0.0, 7, blueness=1.0)), "blue.jpg")
    assert isinstance(result, Inspected)
    assert result.familiarity is not None
    assert not result.familiarity.familiar
    assert result.judgement.verdict is Verdict.REVIEW


def test_the_point_is_chosen_on_validation_by_the_rule(
    published: tuple[Path, list[str]], loaded: LoadedDataset
) -> None:
    point = read_spec(published[0]).default_point
    assert point.split == "validation"
    assert point.n == len(loaded.of_split("validation"))
    assert "at least 50 % of defects rejected" in point.rule


def test_the_evaluation_says_where_it_comes_from(published: tuple[Path, list[str]], loaded: LoadedDataset) -> None:
    evaluation = read_evaluation(published[0])
    counts = evaluation.rows["split"].value_counts().to_dict()
    assert counts == {"scenes": 2, **{s: len(loaded.of_split(s)) for s in ("validation", "test")}}
    origin = evaluation.origin
    assert (origin.model_id, origin.dataset, origin.seeds) == ("taught", "parts", (3,))
    assert origin.dataset_sha256 == content_digest(loaded)
    assert origin.scenes_version == SCENES_VERSION


def test_the_card_of_a_model_without_a_recipe_names_none(published: tuple[Path, list[str]]) -> None:
    card = (published[0] / "README.md").read_text(encoding="utf-8")
    assert "in 0.1 minutes, without a recipe" in card or "in 0.0 minutes, without a recipe" in card
    for absent in ("Recipe", "defect_app train", "epoch", "differ by at most"):
        assert absent not in card
    assert read_record(published[0]).recipe == ""


def test_progress_covers_evaluation_and_familiarity(published: tuple[Path, list[str]]) -> None:
    for step in ("evaluating", "fitting familiarity"):
        last = [line for line in published[1] if line.startswith(step)][-1]
        done, total = last.rsplit(" ", 1)[1].split("/")
        assert done == total


def test_answers_that_were_measured_elsewhere_complete_a_folder_too(
    published: tuple[Path, list[str]], loaded: LoadedDataset, tmp_path: Path
) -> None:
    folder, spec = exported(tmp_path)
    rows = read_evaluation(published[0]).rows
    rows = rows[rows["split"] != "scenes"]
    record = TrainingRecord(DatasetFacts.of(loaded.dataset), seed=0, minutes=0.0, n_training=24)
    written = complete_folder(folder, MeasuredModel(spec, PointRule(), record, rows, content_digest(loaded)))
    assert not load_catalog(tmp_path).get("taught").problem
    assert written == read_spec(folder)
    assert read_evaluation(folder).origin.scenes_version is None
    assert not (folder / "familiarity.npz").exists()


def test_all_folds_choose_the_point_anew_and_repeats_add_their_seeds(
    published: tuple[Path, list[str]], loaded: LoadedDataset, tmp_path: Path
) -> None:
    folder, spec = exported(tmp_path)
    publish(folder, publication(spec, loaded), lambda what, done, total: None)
    own = read_evaluation(folder).rows
    real = own[own["split"] != "scenes"]
    folds = [(Replicate(f, 0), real[f::2].assign(split="cv", fold=f)) for f in range(2)]
    repeat = (Replicate(-1, 1), real.assign(run=1))
    rule = PointRule()
    assert add_replicates(folder, rule, 2, [folds[0], repeat]).default_point.split == "validation"
    spec = add_replicates(folder, rule, 2, [*folds, repeat])
    assert spec.default_point.split == "cv"
    evaluation = read_evaluation(folder)
    assert evaluation.origin.seeds == (3, 4)
    assert len(evaluation.rows) == len(own) + 2 * len(real)
