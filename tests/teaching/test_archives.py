"""Photos and models in ZIP files: what belongs in is taken, and what an archive may do beside that is refused."""

import io
import zipfile
from pathlib import Path

import pytest

from defect_app.catalog import load_catalog
from defect_app.intake import MAX_BYTES, Rejection, read_file
from defect_app.teaching import TaughtModel
from defect_app.teaching.archives import files_in_zip
from defect_app.teaching.exchange import packed, unpack
from defect_app.teaching.request import CannotTeach


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def test_folders_are_classes_wherever_they_lie_and_system_files_are_left_out() -> None:
    found = files_in_zip(
        zipped({"photos/good/a.jpg": b"1", "photos/bad/b.jpg": b"2", "__MACOSX/good/a.jpg": b"", "good/.DS_Store": b""})
    )
    assert [(file.file.name, file.label) for file in found] == [
        ("photos/good/a.jpg", "good"),
        ("photos/bad/b.jpg", "bad"),
    ]
    assert found[1].file.open().read() == b"2"


def test_a_file_that_unpacks_to_more_than_a_photo_may_have_is_refused() -> None:
    (bomb,) = files_in_zip(zipped({"good/a.jpg": bytes(MAX_BYTES + 100)}))
    assert isinstance(read_file(bomb.file), Rejection)


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"no zip", "no ZIP archive"), (zipped({"a.jpg": b"1"}), "in no folder")],
    ids=["no archive", "no folders"],
)
def test_an_archive_without_classes_is_refused_in_words(data: bytes, said: str) -> None:
    with pytest.raises(CannotTeach, match=said):
        files_in_zip(data)


def test_a_packed_model_is_a_model_elsewhere(classifier: TaughtModel, tmp_path: Path) -> None:
    folder = unpack(packed(classifier.folder), tmp_path)
    assert load_catalog(tmp_path).get(folder.name).usable
    assert (folder / "model.xml").read_bytes() == (classifier.folder / "model.xml").read_bytes()


@pytest.mark.parametrize(
    "names",
    [
        ["bracket/model.toml", "bracket/model.keras"],
        ["bracket/model.toml", "../evil.toml"],
        ["bracket/model.toml", "bracket/deep/model.xml"],
        ["bracket/model.xml"],
        ["Bad Name/model.toml"],
        ["bracket/model.toml"],
    ],
    ids=["code", "a way out", "folders in it", "no spec", "no id", "no network"],
)
def test_what_is_no_packed_model_leaves_nothing_behind(names: list[str], tmp_path: Path) -> None:
    with pytest.raises(CannotTeach):
        unpack(zipped(dict.fromkeys(names, b"x")), tmp_path / "taught")
    left = tmp_path.rglob("*")
    assert [path for path in left if path.is_file() and path.name != ".lock"] == []


def test_a_packed_model_that_is_cut_off_is_refused_wherever_it_ends(classifier: TaughtModel, tmp_path: Path) -> None:
    whole = packed(classifier.folder)
    for share in (0.0, 0.3, 0.9, 0.9999):
        with pytest.raises(CannotTeach, match="no packed model"):
            unpack(whole[: int(share * len(whole))], tmp_path)


def test_a_model_that_unpacks_to_more_than_any_has_is_refused(
    classifier: TaughtModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("defect_app.teaching.exchange.MOST_BYTES", 2_000_000)
    with pytest.raises(CannotTeach, match="larger than 2 MB"):
        unpack(packed(classifier.folder), tmp_path)
    assert not list(tmp_path.glob("[!.]*"))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"model.toml": b"title = "}, "cannot be used"),
        ({"model.toml": b"\xff\xfe"}, "cannot be used"),
        ({f"more{i}.md": b"" for i in range(40)}, "files, which no taught model has"),
        ({"model.xml": b"<net/>"}, "cannot be used"),
    ],
    ids=["a spec that is no TOML", "a spec that is no text", "more files than a model has", "another network"],
)
def test_a_folder_that_is_no_model_is_refused(
    changed: dict[str, bytes], said: str, classifier: TaughtModel, tmp_path: Path
) -> None:
    files = {path.name: path.read_bytes() for path in classifier.folder.iterdir()} | changed
    with pytest.raises(CannotTeach, match=said):
        unpack(zipped({f"bracket/{name}": data for name, data in files.items()}), tmp_path)
    assert not list(tmp_path.glob("[!.]*"))


def test_a_model_under_another_name_than_its_own_is_refused(classifier: TaughtModel, tmp_path: Path) -> None:
    files = {f"other/{path.name}": path.read_bytes() for path in classifier.folder.iterdir()}
    with pytest.raises(CannotTeach):
        unpack(zipped(files), tmp_path)


def test_a_model_that_was_changed_on_the_way_is_refused(classifier: TaughtModel, tmp_path: Path) -> None:
    files = {f"bracket/{path.name}": path.read_bytes() for path in classifier.folder.iterdir()}
    files["bracket/model.bin"] = files["bracket/model.bin"][:-1] + b"\0"
    files["bracket/model.bin"] += b"\0"
    with pytest.raises(CannotTeach, match="damaged or was changed"):
        unpack(zipped(files), tmp_path)
