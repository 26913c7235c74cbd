"""Scenes on disk: pictures, masks and a table that agree, also after Ctrl-C."""

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from defect_app import scenes
from defect_app.errors import DefectLensError
from defect_app.scenes.write import COLUMNS, write_scenes


def _rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as opened:
        return list(csv.DictReader(opened))


def test_every_scene_has_a_photo_a_mask_and_a_row(tmp_path: Path) -> None:
    assert write_scenes("metal", 6, 30, tmp_path / "made" / "here") == 6
    folder = tmp_path / "made" / "here"
    rows = _rows(folder)
    assert tuple(rows[0]) == COLUMNS == ("file", "mask", "label", "seed", "what")
    assert [int(row["seed"]) for row in rows] == list(range(30, 36))
    for row in rows:
        scene = scenes.render("metal", int(row["seed"]))
        photo = cv2.imread(str(folder / row["file"]), cv2.IMREAD_COLOR_RGB)
        mask = cv2.imread(str(folder / row["mask"]), cv2.IMREAD_UNCHANGED)
        assert photo is not None
        assert mask is not None
        assert (row["label"], row["what"]) == (scene.label, scene.what)
        assert np.abs(photo.astype(int) - scene.photo).mean() < 4
        assert np.array_equal(mask, scene.mask * np.uint8(255))
    assert len(list(folder.iterdir())) == 2 * 6 + 1


def test_colours_come_out_as_they_went_in(tmp_path: Path) -> None:
    write_scenes("box", 1, 3, tmp_path)
    photo = cv2.imread(str(tmp_path / _rows(tmp_path)[0]["file"]), cv2.IMREAD_COLOR_RGB)
    expected = scenes.render("box", 3).photo
    assert np.abs(photo.mean(axis=(0, 1)) - expected.mean(axis=(0, 1))).max() < 2


def test_ctrl_c_keeps_what_is_done_and_the_table_agrees_with_it(tmp_path: Path) -> None:
    def stop(done: int, wanted: int) -> None:
        assert wanted == 10
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_scenes("metal", 10, 0, tmp_path, stop)
    rows = _rows(tmp_path)
    assert len(rows) == 4
    assert all((tmp_path / row["file"]).exists() and (tmp_path / row["mask"]).exists() for row in rows)


def test_ctrl_c_while_rendering_leaves_only_whole_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    render = scenes.render

    def tired(product: str, seed: int) -> scenes.Scene:
        if seed == 2:
            raise KeyboardInterrupt
        return render(product, seed)

    monkeypatch.setattr(scenes, "render", tired)
    with pytest.raises(KeyboardInterrupt):
        write_scenes("metal", 5, 0, tmp_path)
    assert [row["seed"] for row in _rows(tmp_path)] == ["0", "1"]


def test_a_second_run_adds_its_rows_and_replaces_the_same_seeds(tmp_path: Path) -> None:
    write_scenes("metal", 3, 0, tmp_path)
    write_scenes("metal", 3, 2, tmp_path)
    assert sorted(int(row["seed"]) for row in _rows(tmp_path)) == [0, 1, 2, 3, 4]


def test_progress_counts_up_to_the_end(tmp_path: Path) -> None:
    calls: list[tuple[int, int]] = []
    write_scenes("metal", 3, 0, tmp_path, lambda done, wanted: calls.append((done, wanted)))
    assert calls == [(1, 3), (2, 3), (3, 3)]


def test_no_scenes_give_an_empty_table(tmp_path: Path) -> None:
    assert write_scenes("casting", 0, 0, tmp_path) == 0
    assert _rows(tmp_path) == []


def test_an_unknown_product_makes_no_folder(tmp_path: Path) -> None:
    with pytest.raises(DefectLensError, match="teapot"):
        write_scenes("teapot", 1, 0, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_negative_count_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DefectLensError, match="count of 0 or more scenes, got -2"):
        write_scenes("metal", -2, 0, tmp_path)


def test_a_folder_that_is_a_file_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("x")
    with pytest.raises(DefectLensError, match="cannot be written"):
        write_scenes("metal", 1, 0, tmp_path / "taken")


def test_a_foreign_labels_csv_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("name,price\nbolt,3\n")
    with pytest.raises(DefectLensError, match="not a table of scenes"):
        write_scenes("metal", 1, 0, tmp_path)
    assert (tmp_path / "labels.csv").read_text() == "name,price\nbolt,3\n"
