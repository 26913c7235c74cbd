"""Model specs written, read back and refused."""

import tomllib
from dataclasses import replace

import numpy as np
import pytest

from defect_app.catalog import (
    ClassSpec,
    DefaultPoint,
    InputSpec,
    LicenceSpec,
    ModelSpec,
    model_digest,
    read_spec,
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
    default_point=DefaultPoint(0.125, 0.5, split="validation", n=300, rule="at most 3 escapes in 1,000"),
    licence=LicenceSpec("CC BY-NC 4.0", "No commercial use."),
    product="metal",
    summary="Finds scratches.",
    recipe="metal",
    dataset="kolektor_sdd",
    trained="2026-01-31",
)


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "tiny"
    made.mkdir()
    (made / "model.xml").write_text("<net/>")
    (made / "model.bin").write_bytes(b"\x00\x01")
    return made


def test_a_spec_reads_back_as_it_was_written(folder):
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
def test_any_text_survives_the_round_trip(folder, title):
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
def test_thresholds_of_any_number_type_survive_the_round_trip(folder, threshold):
    write_spec(folder, replace(SPEC, default_point=DefaultPoint(threshold, 1, n=np.int64(7))))
    point = read_spec(folder).default_point
    assert (point.review_at, point.reject_at, point.n) == (float(threshold), 1.0, 7)


def test_a_recognition_spec_has_one_threshold(folder):
    classes = (ClassSpec("cat", "Cat"), ClassSpec("dog", "Dog"))
    spec = replace(SPEC, task="recognition", classes=classes, default_point=DefaultPoint(accept_at=0.4))
    write_spec(folder, spec)
    point = read_spec(folder).default_point
    assert (point.review_at, point.reject_at, point.accept_at) == (None, None, 0.4)


def test_classes_are_found_by_role_and_name():
    assert SPEC.class_names == ("ok", "scratch", "other")
    assert SPEC.indices_with_role("defect") == (1,)
    assert SPEC.indices_with_role("ok") == (0,)
    assert SPEC.title_of("scratch") == "Scratch"


def _write(folder, text):
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
def test_hostile_27_a_spec_that_lacks_a_field_is_refused_with_the_fields_name(folder, line):
    write_spec(folder, SPEC)
    lines = (folder / "model.toml").read_text(encoding="utf-8").splitlines()
    removed = next(i for i, text in enumerate(lines) if text.startswith(line))
    _write(folder, "\n".join(lines[:removed] + lines[removed + 1 :]))
    with pytest.raises(ModelUnavailable, match=line.removesuffix(" =")):
        read_spec(folder)


@pytest.mark.parametrize("table", ["input", "operating_point", "licence", "sha256", "classes"])
def test_hostile_27_a_spec_that_lacks_a_table_is_refused(folder, table):
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
        ("height = 96", "height = 0", "input.height"),
        ("height = 96", 'height = "96"', "input.height"),
        ("height = 96", "height = true", "input.height"),
        ('fit = "letterbox"', 'fit = "squeeze"', "input.fit"),
        ("review_at = 0.125", "review_at = 0.9", "review_at must not be above"),
        ("review_at = 0.125", "review_at = nan", "review_at"),
        ("reject_at = 0.5", "reject_at = 1.5", "reject_at"),
        ('role = "defect"', 'role = "bad"', "classes.role"),
        ('role = "defect"', "", "role 'defect'"),
        ('name = "other"', 'name = "ok"', "name of its own"),
        ('id = "tiny"', 'id = "huge"', "not the folder's name"),
        ("[input]", "[input", "not valid TOML"),
        ("n = 300", "n = 300\nsurprise = 1", "surprise"),
    ],
)
def test_hostile_27_an_impossible_entry_is_refused_with_its_name(folder, old, new, named):
    write_spec(folder, SPEC)
    text = (folder / "model.toml").read_text(encoding="utf-8")
    assert old in text
    _write(folder, text.replace(old, new, 1))
    with pytest.raises(ModelUnavailable, match=named):
        read_spec(folder)


def test_hostile_27_a_spec_that_is_missing_or_not_text_is_refused(folder):
    with pytest.raises(ModelUnavailable, match="missing"):
        read_spec(folder)
    (folder / "model.toml").write_bytes(b"\xff\xfe\x00title")
    with pytest.raises(ModelUnavailable, match="TOML"):
        read_spec(folder)


def test_the_model_digest_changes_with_either_file_and_needs_both(folder):
    first = model_digest(folder)
    (folder / "model.bin").write_bytes(b"\x00\x02")
    second = model_digest(folder)
    (folder / "model.xml").write_text("<net />")
    assert len({first, second, model_digest(folder)}) == 3
    (folder / "model.bin").unlink()
    with pytest.raises(ModelUnavailable, match=r"model\.bin"):
        model_digest(folder)
