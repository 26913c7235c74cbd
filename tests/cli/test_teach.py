"""``teach``: paths in, figures out, and an exit status that says whether every file was used."""

import json
from pathlib import Path

import pytest

from defect_app.cli import main
from tests.teaching.photos import casting


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for kind, seed, defective in (("good", 900, False), ("bad", 940, True)):
        (tmp_path / kind).mkdir()
        for i in range(4):
            (tmp_path / kind / f"{kind}{i}.jpg").write_bytes(casting(seed + i, defective))
    return tmp_path


def test_the_figures_come_as_json_and_a_file_that_is_left_out_is_named(
    photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (photos / "good" / "note.jpg").write_bytes(b"no photo")
    out = photos / "out"
    given = ["--good", str(photos / "good"), "--class", f"Blow hole={photos / 'bad'}", "--out", str(out), "--json"]
    assert main(["teach", "part", *given]) == 3
    said = json.loads(capsys.readouterr().out)
    assert said["counts"] == {"good": 4, "blow_hole": 4}
    assert [entry["name"] for entry in said["left_out"]] == ["good/note.jpg"]
    assert 0 <= said["auc_low"] <= said["auc"] <= said["auc_high"] <= 1
    assert (out / "part" / "model.xml").is_file()


def test_the_figures_come_in_words_and_a_path_without_a_name_belongs_to_the_class_before(
    photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, *others = sorted((photos / "bad").iterdir())
    given = ["--class", f"Blow hole={first}", *map(str, others), "--title", "Lid", "--out", str(photos / "out")]
    assert main(["teach", "part", "--good", str(photos / "good"), *given]) == 0
    captured = capsys.readouterr()
    assert "Lid: photos" in captured.out
    cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in captured.out.splitlines()]
    assert ["Good", "4"] in cells
    assert ["Blow hole", "4"] in cells
    assert "Out of fold" in captured.out
    assert f"The model is in {photos / 'out' / 'part'}, taught in " in captured.err


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--class", "one"], "has no class"),
        (["--class", "!=."], "'!' is no name for a class"),
        (["--defect", "."], "There are no good photos"),
        ([], "There are no photos"),
    ],
    ids=["a path without a name", "a class of no letters", "defects alone", "nothing"],
)
def test_what_cannot_be_taught_is_said(
    given: list[str], said: str, photos: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(photos / "bad")
    assert main(["teach", "part", *given]) == 2
    assert said in capsys.readouterr().err
