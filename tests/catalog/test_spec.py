"""Model specs written, read back and refused."""

import os
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from defect_app.catalog import (
    ChosenThresholds,
    ClassSpec,
    InputSpec,
    InspectionThresholds,
    LicenceSpec,
    ModelSpec,
    RecognitionThresholds,
    read_spec,
    weights_sha256,
    write_spec,
)
from defect_app.errors import ModelUnavailable

SPEC = ModelSpec(
    id="tiny",
    title="Tiny",
    task="inspection",
    classes=(ClassSpec("ok", "Good", "ok"), ClassSpec("scratch", "Scratch", "defect"), ClassSpec("other", "Other")),
    input=InputSpec(96, 128, "letterbox", "bilinear"),
    explain_layer="features",
    default_point=ChosenThresholds(
        InspectionThresholds(0.125, 0.5), split="validation", n=300, rule="at most 3 escapes in 1,000"
    ),
    licence=LicenceSpec("CC BY-NC 4.0", "No commercial use."),
    product="metal",
    summary="Finds scratches.",
    recipe="metal",
    dataset="kolektor_sdd",
    trained="2026-01-31",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "tiny"
    made.mkdir()
    (made / "model.xml").write_text("<net/>")
    (made / "model.bin").write_bytes(b"\x00\x01")
    return made


def test_a_spec_reads_back_as_it_was_written(folder: Path) -> None:
    written = write_spec(folder, SPEC)
    assert read_spec(folder) == written
    assert replace(written, sha256={}) == SPEC
    assert set(written.sha256) == {"model.xml", "model.bin"}


@pytest.mark.parametrize(
    "title",
    [
        'a "quoted" \\ title',
        "Übergröße 鋳物 🔩",
        "two\nlines\tand a tab",
        "a bell \x07, a delete \x7f and a separator \u2028",
        "[input]\nheight = 1",
    ],
    ids=["quotes and backslash", "unicode", "line breaks", "control characters", "TOML inside"],
)
def test_any_text_survives_the_round_trip(folder: Path, title: str) -> None:
    spec = replace(
        SPEC,
        title=title,
        summary=title,
        classes=(ClassSpec("ok", title, "ok"), ClassSpec("bad", title + "!", "defect")),
        licence=LicenceSpec(title, title),
        default_point=replace(SPEC.default_point, rule=title),
    )
    write_spec(folder, spec)
    assert replace(read_spec(folder), sha256={}) == spec


@pytest.mark.parametrize("threshold", [np.float32(0.25), np.float64(0.25), 1e-07, 0, 1], ids=repr)
def test_thresholds_of_any_number_type_survive_the_round_trip(folder: Path, threshold: float) -> None:
    write_spec(
        folder,
        replace(SPEC, default_point=ChosenThresholds(InspectionThresholds(threshold, 1), n=cast(int, np.int64(7)))),
    )
    point = read_spec(folder).default_point
    assert point == ChosenThresholds(InspectionThresholds(float(threshold), 1.0), n=7)


def test_a_recognition_spec_has_one_threshold(folder: Path) -> None:
    classes = (ClassSpec("cat", "Cat"), ClassSpec("dog", "Dog"))
    spec = replace(
        SPEC, task="recognition", classes=classes, default_point=ChosenThresholds(RecognitionThresholds(0.4))
    )
    write_spec(folder, spec)
    assert read_spec(folder).default_point.thresholds == RecognitionThresholds(0.4)


def test_classes_are_found_by_role_and_name() -> None:
    assert SPEC.class_names == ("ok", "scratch", "other")
    assert SPEC.indices_with_role("defect") == (1,)
    assert SPEC.indices_with_role("ok") == (0,)
    assert SPEC.title_of("scratch") == "Scratch"


def _write(folder: Path, text: str) -> None:
    (folder / "model.toml").write_text(text, encoding="utf-8")


REQUIRED_LINES = [
    "id =",
    "title =",
    "task =",
    "explain_layer =",
    "height =",
    "width =",
    "fit =",
    "resize =",
    "review_at =",
    "reject_at =",
]


@pytest.mark.parametrize("line", REQUIRED_LINES)
def test_hostile_27_a_spec_that_lacks_a_field_is_refused_with_the_fields_name(folder: Path, line: str) -> None:
    write_spec(folder, SPEC)
    lines = (folder / "model.toml").read_text(encoding="utf-8").splitlines()
    removed = next(i for i, text in enumerate(lines) if text.startswith(line))
    _write(folder, "\n".join(lines[:removed] + lines[removed + 1 :]))
    with pytest.raises(ModelUnavailable, match=line.removesuffix(" =")):
        read_spec(folder)


@pytest.mark.parametrize("table", ["input", "operating_point", "licence", "sha256", "classes"])
def test_hostile_27_a_spec_that_lacks_a_table_is_refused(folder: Path, table: str) -> None:
    write_spec(folder, SPEC)
    content = tomllib.loads((folder / "model.toml").read_text(encoding="utf-8"))
    text = (folder / "model.toml").read_text(encoding="utf-8").replace(f"[{table}]", "[something_else]")
    assert table in content
    _write(folder, text)
    with pytest.raises(ModelUnavailable, match=r"model\.toml"):
        read_spec(folder)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('task = "inspection"', 'task = "detection"', "task"),
        ("height = 96", "height = 0", "input.height must be a whole number of pixels from 8 to 4096, got 0"),
        ("height = 96", 'height = "96"', "input.height"),
        ("height = 96", "height = 96.0", "input.height"),
        ("height = 96", "height = true", "input.height"),
        ("height = 96", "height = 1" + "0" * 4000, "input.height"),
        ("height = 96", "height = 1" + "0" * 5000, "not valid TOML"),
        ('fit = "letterbox"', 'fit = "squeeze"', "input.fit must be one of stretch, letterbox, crop, got 'squeeze'"),
        ("review_at = 0.125", "review_at = 0.9", "operating_point: The review threshold 0.9 lies above"),
        ("review_at = 0.125", "review_at = nan", "review_at"),
        ("reject_at = 0.5", "reject_at = 1.5", r"operating_point\.reject_at must be a number from 0 to 1, got 1\.5"),
        ("reject_at = 0.5", "reject_at = true", r"operating_point\.reject_at must be a number from 0 to 1, got True"),
        ("reject_at = 0.5", "reject_at = 0.5\naccept_at = 0.5", "either review_at and reject_at, or accept_at"),
        ('task = "inspection"', 'task = "recognition"', "must have accept_at and no others"),
        ("n = 300", "n = true", "operating_point.n"),
        ("n = 300", "n = -1", "operating_point.n"),
        ("n = 300", "n = 99999999999", "operating_point.n"),
        ('title = "Tiny"', "title = 7", "title must be text, got 7"),
        ('trained = "2026-01-31"', "trained = 2026-01-31", "trained must be text"),
        ('name = "other"', "name = 3", r"classes\[2\]\.name must be text, got 3"),
        ('"model.bin" = "', '"model.bin" = 3 # "', "sha256.model.bin must be text, got 3"),
        ('role = "defect"', 'role = "bad"', r"classes\[1\]\.role must be one of ok, defect, got 'bad'"),
        ('role = "defect"', "", "role 'defect'"),
        ('name = "other"', 'name = "ok"', "name of its own"),
        ('id = "tiny"', 'id = "huge"', "not the folder's name"),
        ("[input]", "[input", "not valid TOML"),
        ("n = 300", "n = 300\nsurprise = 1", "unknown entry 'operating_point.surprise'"),
        ("[input]", "a" + ".a" * 20_000 + " = 1\n[input]", "more than 100 dots"),
        ("[input]", "a" + ".a" * 100 + " = 1\n[input]", "unknown entry 'a'"),
        ("[input]", "deep = " + "[" * 20_000 + "]" * 20_000 + "\n[input]", "nested too deeply"),
    ],
    ids=lambda value: value[:40],
)
def test_hostile_27_an_impossible_entry_is_refused_with_its_name(folder: Path, old: str, new: str, named: str) -> None:
    write_spec(folder, SPEC)
    text = (folder / "model.toml").read_text(encoding="utf-8")
    assert old in text
    _write(folder, text.replace(old, new, 1))
    with pytest.raises(ModelUnavailable, match=named):
        read_spec(folder)


def test_hostile_27_a_spec_that_is_missing_or_not_text_is_refused(folder: Path) -> None:
    with pytest.raises(ModelUnavailable, match="missing"):
        read_spec(folder)
    (folder / "model.toml").write_bytes(b"\xff\xfe\x00title")
    with pytest.raises(ModelUnavailable, match="TOML"):
        read_spec(folder)


@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "large"])
def test_hostile_42_what_is_no_regular_file_of_a_specs_size_is_not_read(folder: Path, kind: str) -> None:
    path = folder / "model.toml"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "folder":
        path.mkdir()
    else:
        path.write_text("# " + "x" * 600_000)
    with pytest.raises(ModelUnavailable, match="larger than 500 kB" if kind == "large" else "no regular file"):
        read_spec(folder)


def test_a_byte_order_mark_that_an_editor_left_is_no_part_of_a_spec(folder: Path) -> None:
    write_spec(folder, SPEC)
    path = folder / "model.toml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_spec(folder).title == SPEC.title


def test_the_hash_of_the_weights_changes_with_either_file_and_needs_both(folder: Path) -> None:
    first = weights_sha256(folder)
    (folder / "model.bin").write_bytes(b"\x00\x02")
    second = weights_sha256(folder)
    (folder / "model.xml").write_text("<net />")
    assert len({first, second, weights_sha256(folder)}) == 3
    (folder / "model.bin").unlink()
    with pytest.raises(ModelUnavailable, match=r"model\.bin"):
        weights_sha256(folder)
