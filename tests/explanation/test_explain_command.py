"""``explain``: a model's maps against masks that the test drew, kept in the folder, said on the terminal and card."""

import shutil
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from defect_app.catalog import load_catalog, read_spec, weights_sha256
from defect_app.cli import main
from defect_app.explanation import METHODS, defect_target, heatmap
from defect_app.explanation.cache import (
    EXPLANATIONS_FILE,
    ExplanationOrigin,
    Explanations,
    read_explanations,
    write_explanations,
)
from defect_app.explanation.localisation import localise
from defect_app.inspection import Inspector
from defect_app.publishing.card import _where_it_looks
from tests.datasets.picture_trees import spotted_picture, write_picture

N = 14


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
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
def explained(keras_models: Path, tree: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[int, Path]:
    root = tmp_path_factory.mktemp("explained")
    shutil.copytree(keras_models / "gap", root / "gap")
    status = main(["explain", "gap", "--models-folder", str(root), "--data", str(tree), "--scenes", "2"])
    return status, root / "gap"


def test_it_writes_a_row_a_picture_and_method_and_the_folder_stays_sound(explained: tuple[int, Path]) -> None:
    status, folder = explained
    assert status == 0
    found = read_explanations(folder)
    assert found.origin.model_sha256 == weights_sha256(folder)
    assert EXPLANATIONS_FILE in read_spec(folder).sha256
    assert [(e.id, e.problem) for e in load_catalog(folder.parent).entries] == [("gap", "")]
    counts = found.rows.groupby(["source", "image"]).size()
    assert counts.nunique() == 1
    assert set(found.rows["method"]) == set(METHODS)
    assert set(found.origin.versions) == {"openvino", "numpy"}
    assert found.rows.loc[found.rows["source"] == "scene", "image"].nunique() == 2
    real = found.rows[found.rows["source"] == "real"]
    assert set(real["split"]) <= {"validation", "test"}
    assert real["image"].nunique() >= 4
    assert all(image.startswith(("minor/", "major/")) for image in real["image"])


def test_a_row_recomputed_from_picture_and_mask_agrees(explained: tuple[int, Path], tree: Path) -> None:
    _, folder = explained
    model = Inspector.from_id("gap", folder.parent)
    rows = read_explanations(folder).rows
    for image in rows.loc[rows["source"] == "real", "image"].unique()[:3]:
        stored, drawn = cv2.imread(str(tree / image)), cv2.imread(str(tree / image.replace(".png", "_mask.png")), 0)
        assert stored is not None
        assert drawn is not None
        photo, mask = cv2.cvtColor(stored, cv2.COLOR_BGR2RGB), np.asarray(drawn > 0)
        p_defect = model.inspect_bytes((tree / image).read_bytes(), image).probabilities[1:].sum()
        for row in rows[rows["image"] == image].itertuples():
            again = localise(heatmap(model, photo, defect_target(model.spec), row.method, row.layer), mask)
            assert row.p_defect == pytest.approx(p_defect, abs=1e-5)
            assert row.heat_inside == pytest.approx(again.heat_inside, abs=1e-3)
            assert row.best_iou == pytest.approx(again.best_iou, abs=1e-2)
            assert row.hit == again.hit


def test_the_card_tells_where_the_model_looks_unless_the_figures_are_stale(
    explained: tuple[int, Path], tmp_path: Path
) -> None:
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


def test_a_model_without_a_keras_file_is_measured_by_every_method_on_scenes(
    tiny_models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(tiny_models / "tiny", tmp_path / "tiny")
    assert main(["explain", "tiny", "--models-folder", str(tmp_path), "--scenes", "2"]) == 0
    rows = read_explanations(tmp_path / "tiny").rows
    assert set(rows["method"]) == set(METHODS)
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
def test_what_cannot_be_measured_is_said_with_status_2(
    tiny_models: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(["explain", *arguments, "--models-folder", str(tiny_models)]) == 2
    assert said in capsys.readouterr().err
