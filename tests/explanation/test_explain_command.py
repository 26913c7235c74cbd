"""``explain``: a model's maps against masks that the test drew, kept in the folder, told on the terminal and card."""

import shutil

import cv2
import numpy as np
import pandas as pd
import pytest

from defect_app.catalog import load_catalog, model_digest, read_spec
from defect_app.cli import main
from defect_app.explanation import defect_target, heatmap
from defect_app.explanation.cache import (
    EXPLANATIONS_FILE,
    ExplanationOrigin,
    Explanations,
    read_explanations,
    write_explanations,
)
from defect_app.explanation.localisation import localise
from defect_app.inspection import Inspector
from defect_app.training.card import _where_it_looks
from tests.datasets.picture_trees import spotted_picture, write_picture

N = 14


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """Write good and defective pictures; the defective ones have a mask beside them."""
    root = tmp_path_factory.mktemp("masked") / "parts"
    for index in range(N):
        write_picture(root / "none" / f"{index:03d}.png", spotted_picture(index, defect=False))
        for label, shift in (("minor", 1000), ("major", 2000)):
            picture = spotted_picture(shift + index, defect=True)
            write_picture(root / label / f"{index:03d}.png", picture)
            mask = (picture == 0).all(axis=2).astype(np.uint8) * 255
            assert cv2.imwrite(str(root / label / f"{index:03d}_mask.png"), mask)
    return root


@pytest.fixture(scope="module")
def explained(keras_models, tree, tmp_path_factory):
    root = tmp_path_factory.mktemp("explained")
    shutil.copytree(keras_models / "gap", root / "gap")
    status = main(["explain", "gap", "--models-folder", str(root), "--data", str(tree), "--scenes", "2"])
    return status, root / "gap"


def test_it_writes_a_row_a_picture_and_method_and_the_folder_stays_sound(explained):
    status, folder = explained
    assert status == 0
    found = read_explanations(folder)
    assert found.origin.model_sha256 == model_digest(folder)
    assert EXPLANATIONS_FILE in read_spec(folder).sha256
    assert [(e.id, e.problem) for e in load_catalog(folder.parent).entries] == [("gap", "")]
    counts = found.rows.groupby(["source", "image"]).size()
    assert counts.nunique() == 1
    assert set(found.rows["method"]) == {"cam", "grad-cam", "grad-cam++", "layer-cam", "score-cam", "smoothgrad"}
    assert found.rows.loc[found.rows["source"] == "scene", "image"].nunique() == 2
    real = found.rows[found.rows["source"] == "real"]
    assert set(real["split"]) <= {"validation", "test"}
    assert real["image"].nunique() >= 4
    assert all(image.startswith(("minor/", "major/")) for image in real["image"])


def test_a_row_recomputed_from_picture_and_mask_agrees(explained, tree):
    _, folder = explained
    model = Inspector("gap", folder.parent)
    rows = read_explanations(folder).rows
    for image in rows.loc[rows["source"] == "real", "image"].unique()[:3]:
        photo = cv2.cvtColor(cv2.imread(str(tree / image)), cv2.COLOR_BGR2RGB)
        mask = cv2.imread(str(tree / image.replace(".png", "_mask.png")), cv2.IMREAD_GRAYSCALE) > 0
        p_defect = model.inspect_bytes((tree / image).read_bytes(), image).probabilities[1:].sum()
        for row in rows[rows["image"] == image].itertuples():
            again = localise(heatmap(model, photo, defect_target(model.spec), row.method, row.layer), mask)
            assert row.p_defect == pytest.approx(p_defect, abs=1e-5)
            assert row.heat_inside == pytest.approx(again.heat_inside, abs=1e-3)
            assert row.best_iou == pytest.approx(again.best_iou, abs=1e-2)
            assert row.hit == again.hit


def test_the_card_tells_where_the_model_looks_unless_the_figures_are_stale(explained, tmp_path):
    _, folder = explained
    card = "\n".join(_where_it_looks(folder, read_spec(folder)))
    assert "## Where it looks" in card
    assert "| real parts | Layer-CAM at " in card
    assert "3 % of the photo's longer side" in card
    stale = shutil.copytree(folder, tmp_path / "gap")
    rows = read_explanations(folder).rows
    write_explanations(stale, Explanations(rows, ExplanationOrigin("gap", "another model")))
    assert _where_it_looks(stale, read_spec(stale)) == []
    (stale / EXPLANATIONS_FILE).unlink()
    assert _where_it_looks(stale, read_spec(stale)) == []


def test_a_model_without_a_keras_file_is_measured_by_its_activation_map_on_scenes(tiny_models, tmp_path, capsys):
    shutil.copytree(tiny_models / "tiny", tmp_path / "tiny")
    assert main(["explain", "tiny", "--models-folder", str(tmp_path), "--scenes", "2"]) == 0
    rows = read_explanations(tmp_path / "tiny").rows
    assert set(rows["method"]) == {"cam"}
    assert set(rows["source"]) == {"scene"}
    assert isinstance(rows, pd.DataFrame)
    assert "Without real pictures" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["colours"], "knows no defects"),
        (["tiny", "--scenes", "0"], "no picture with a mask"),
        (["tiny", "--data", "/nowhere/at/all"], "does not exist"),
        (["nonsense"], "no model"),
    ],
)
def test_what_cannot_be_measured_is_said_with_status_2(tiny_models, capsys, arguments, said):
    assert main(["explain", *arguments, "--models-folder", str(tiny_models)]) == 2
    assert said in capsys.readouterr().err
