"""Photos of one's own are listed with the model's classes, from folders or from a table."""

from pathlib import Path

import pytest

from defect_app.catalog import ModelSpec, read_spec
from defect_app.datasets.own_folder import own_pictures
from defect_app.errors import DataUnavailable


@pytest.fixture
def spec(tiny_models: Path) -> ModelSpec:
    return read_spec(tiny_models / "tiny")


def put(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"picture")


def test_folders_are_named_by_class_title_or_a_word_for_good_and_defective(spec: ModelSpec, tmp_path: Path) -> None:
    put(tmp_path, "Good/a.jpg", "def_front/deep/b.tif", "BAD/c.png", "BAD/c_mask.png", "BAD/.hidden")
    assert [(p.image, p.label) for p in own_pictures(tmp_path, spec)] == [
        ("BAD/c.png", "def_front"),
        ("Good/a.jpg", "ok_front"),
        ("def_front/deep/b.tif", "def_front"),
    ]


def test_a_table_names_files_beside_it(spec: ModelSpec, tmp_path: Path) -> None:
    put(tmp_path, "a.jpg", "b.jpg")
    table = tmp_path / "parts.csv"
    table.write_text("File,Label\na.jpg,ok\nb.jpg,def_front\n", encoding="utf-8-sig")
    assert [(p.path, p.label) for p in own_pictures(table, spec)] == [
        (tmp_path / "a.jpg", "ok_front"),
        (tmp_path / "b.jpg", "def_front"),
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param("name,verdict\na,b\n", "lacks the columns file and label", id="other columns"),
        pytest.param("file,label\na.jpg,scratched\n", "'scratched' is no class of tiny", id="an unknown class"),
        pytest.param("file,label\n", "holds no photos", id="no rows"),
        pytest.param(b"file,label\n\xff\xfe,ok\n", "cannot be read", id="not UTF-8"),
    ],
)
def test_a_wrong_table_is_refused_in_words(spec: ModelSpec, tmp_path: Path, content: str | bytes, words: str) -> None:
    table = tmp_path / "parts.csv"
    table.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(DataUnavailable, match=words):
        own_pictures(table, spec)


def test_a_folder_that_is_not_there_is_said(spec: ModelSpec, tmp_path: Path) -> None:
    with pytest.raises(DataUnavailable, match="There is no folder or CSV file"):
        own_pictures(tmp_path / "nowhere", spec)
