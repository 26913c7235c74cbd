"""``evaluate``, ``data`` and ``scenes`` on small folders of their own."""

import csv
import re
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from defect_app.catalog import read_spec
from defect_app.cli import main
from defect_app.evaluation import Evaluation, EvaluationOrigin, own_photos, write_evaluation
from defect_app.evaluation.robustness import disturbed_figures, read_robustness
from defect_app.inspection import Inspector
from defect_app.publishing.measuring import EvaluatedPicture, evaluate_pictures
from tests.model_folders import make_model_folder, part_photo


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """Make 60 pictures in two class folders; five defective ones look good, so that the model misses them."""
    for name, redness in (("def_front", 1.0), ("ok_front", -1.0)):
        folder = tmp_path / "parts" / name
        folder.mkdir(parents=True)
        for i in range(30):
            missed = name == "def_front" and i < 5
            seed = i + 1000 * (redness > 0)
            Image.fromarray(part_photo(-1.0 if missed else redness, seed)).save(folder / f"{i:02}.png")
    return tmp_path / "parts"


def test_evaluate_prints_figures_with_intervals_of_each_split(
    labelled: Path, tiny_models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "tiny", "--data", str(labelled), "--models-folder", str(tiny_models)]) == 0
    captured = capsys.readouterr()
    table = re.sub(r"[│┃\s]+", " ", captured.out)
    assert "Tiny tiny on parts" in table
    assert "escapes (95 %)" in table
    counted = re.search(r"test (\d+) (\d+) of (\d+): [\d.]+ \([\d.]+ to [\d.]+\) (\d+) of (\d+):", table)
    n, right, of, escapes, defective = map(int, counted.groups())
    assert n == of
    assert 0 < defective < n
    assert right == n - escapes, "the tiny model errs on the parts that were painted to be missed, and on no other"
    assert "Reject at 0.7 and above" in captured.err


def test_disturbed_pictures_are_counted_and_the_figures_kept_with_the_model(
    labelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_model_folder(tmp_path / "models", "tiny")
    given = ["--data", str(labelled), "--models-folder", str(folder.parent), "--robustness", "--pictures", "4"]
    assert main(["evaluate", "tiny", *given]) == 0
    table = re.sub(r"[│┃\s]+", " ", capsys.readouterr().out)
    assert "Tiny tiny, disturbed" in table
    robustness = read_robustness(folder)
    assert robustness is not None
    kept = disturbed_figures(robustness)
    assert len(kept) > 3
    assert all(f"{f.name} {f.strength} {f.right.count} of {f.right.n}" in table for f in kept)


def test_evaluate_says_that_a_folder_is_too_small_for_splits(
    tmp_path: Path, tiny_models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("def_front", "ok_front"):
        (tmp_path / "parts" / name).mkdir(parents=True)
        Image.fromarray(part_photo(0.0)).save(tmp_path / "parts" / name / "only.png")
    assert main(["evaluate", "tiny", "--data", str(tmp_path / "parts"), "--models-folder", str(tiny_models)]) == 2
    assert "no validation and no test pictures" in capsys.readouterr().err


def test_photos_of_ones_own_are_measured_and_kept_for_the_pages(
    labelled: Path,
    tiny_models: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(own_photos, "OWN_PHOTOS_FOLDER", tmp_path / "kept")
    (labelled / "ok_front" / "notes.txt").write_text("no picture")
    (labelled / "ok_front" / "again.png").write_bytes((labelled / "ok_front" / "00.png").read_bytes())
    arguments = ["--folder", str(labelled), "--name", "night shift", "--models-folder", str(tiny_models)]
    assert main(["evaluate", "tiny", *arguments]) == 0
    captured = capsys.readouterr()
    table = re.sub(r"[│┃\s]+", " ", captured.out)
    assert "60 55 of 60" in table
    assert "5 of 30" in table
    said = " ".join(captured.err.split())
    assert "Left out: ok_front/notes.txt" in said
    assert "Left out: ok_front/again.png: The same photo as ok_front/00.png" in said
    spec = read_spec(tiny_models / "tiny")
    (lot,) = own_photos.own_photos(spec)
    assert lot.split.title == "Own photos: night shift"
    inspector = Inspector.from_id("tiny", tiny_models)
    for image, p_defect in list(zip(lot.rows["image"], lot.rows["p_def_front"], strict=True))[:3]:
        assert p_defect == inspector.inspect_bytes((labelled / image).read_bytes(), "x").probabilities[0]


def test_evaluate_leaves_the_model_folder_alone(labelled: Path, tiny_models: Path) -> None:
    before = {p.name: p.stat().st_mtime_ns for p in (tiny_models / "tiny").iterdir()}
    main(["evaluate", "tiny", "--data", str(labelled), "--models-folder", str(tiny_models)])
    assert {p.name: p.stat().st_mtime_ns for p in (tiny_models / "tiny").iterdir()} == before


def test_evaluate_compares_with_the_cached_evaluation(
    labelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_model_folder(tmp_path, "tiny")
    arguments = ["evaluate", "tiny", "--data", str(labelled), "--models-folder", str(tmp_path)]
    assert main(arguments) == 0
    assert "no evaluation yet" in capsys.readouterr().err

    inspector = Inspector.from_id("tiny", tmp_path)
    pictures = [EvaluatedPicture(p.name, p.read_bytes(), p.parent.name, "test") for p in labelled.rglob("*.png")]
    rows = evaluate_pictures(inspector, pictures)
    origin = EvaluationOrigin("tiny", inspector.weights_sha256, "parts", "00")
    write_evaluation(folder, Evaluation(rows, origin))
    assert main(arguments) == 0
    assert "greatest change of a probability 0." in capsys.readouterr().err

    write_evaluation(folder, Evaluation(rows.assign(p_ok_front=rows["p_ok_front"] + 0.25), origin))
    assert main(arguments) == 0
    assert "greatest change of a probability 0.25." in capsys.readouterr().err

    write_evaluation(folder, Evaluation(rows, replace(origin, model_sha256="another")))
    assert main(arguments) == 0
    assert "another version of this model" in capsys.readouterr().err


def test_evaluate_without_the_data_says_where_to_put_it(
    tiny_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DEFECT_APP_DATA", raising=False)
    assert main(["evaluate", "tiny", "--models-folder", str(tiny_models)]) == 2
    assert main(["evaluate", "tiny", "--data", str(tmp_path / "absent"), "--models-folder", str(tiny_models)]) == 2
    assert "does not exist" in capsys.readouterr().err


def test_evaluate_with_labels_that_the_model_does_not_know_is_status_2(
    labelled: Path, tiny_models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (labelled / "ok_front").rename(labelled / "scratched")
    assert main(["evaluate", "tiny", "--data", str(labelled), "--models-folder", str(tiny_models)]) == 2
    assert "'scratched' is no class of tiny" in capsys.readouterr().err


def test_data_list_says_which_archives_are_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DEFECT_APP_DATA", raising=False)
    assert main(["data", "list"]) == 0
    assert "missing: pistons.tar" in re.sub(r"[│\s]+", " ", capsys.readouterr().out)
    (tmp_path / "pistons.tar").write_bytes(b"")
    assert main(["data", "list", "--data", str(tmp_path)]) == 0
    table = re.sub(r"[│\s]+", " ", capsys.readouterr().out)
    assert "missing: pistons.tar" not in table
    assert "missing: boxes.tar" in table


def test_data_verify_names_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "verify", "pistons", "--data", str(tmp_path)]) == 2
    assert "pistons.tar is not in" in capsys.readouterr().err


def test_scenes_render_writes_the_photos_their_masks_and_a_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["scenes", "render", "casting", "--count", "2", "--seed", "5", "--out", str(tmp_path / "new")]) == 0
    written = {p.name for p in (tmp_path / "new").iterdir()}
    assert "labels.csv" in written
    with (tmp_path / "new" / "labels.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    assert [row["seed"] for row in rows] == ["5", "6"]
    assert {row["file"] for row in rows} | {row["mask"] for row in rows} <= written
    assert "2 casting scenes" in capsys.readouterr().err
