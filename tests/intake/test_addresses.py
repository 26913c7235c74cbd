"""Photos in object stores: found as in folders, named without secrets, read by the reader of every door."""

from pathlib import Path
from urllib.parse import quote

import fsspec
import pytest

from defect_app.errors import DefectLensError
from defect_app.intake import FileContent, Rejection, read_file
from defect_app.intake.addresses import AddressedFile, is_address, list_addresses, name_of, photo_at
from tests.photo_files import jpeg_bytes


def test_addresses_are_told_from_paths() -> None:
    assert [is_address(place) for place in ("s3://b/f", "file:///a", "memory://x")] == [True] * 3
    assert [is_address(place) for place in ("photos/", "/a/b.jpg", "c:/a", "./a://b", "://", "c://x")] == [False] * 6


def test_files_below_an_address_are_listed_as_those_in_a_folder(tmp_path: Path) -> None:
    for name in ("b.jpg", "in ner/a%20.jpg", ".hidden/c.jpg", ".DS_Store", "in ner/Thumbs.db", "__MACOSX/d.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(jpeg_bytes())
    listing = list_addresses([tmp_path.as_uri(), f"{tmp_path.as_uri()}/b.jpg"])
    assert [name_of(file) for file in listing.files] == [
        f"file://{tmp_path}/b.jpg",
        f"file://{tmp_path}/in ner/a%20.jpg",
    ]
    assert listing.skipped == 4
    contents = [read_file(photo_at(file)) for file in listing.files]
    assert [content.data for content in contents if isinstance(content, FileContent)] == [jpeg_bytes()] * 2


def test_what_fsspec_reads_is_read(tmp_path: Path) -> None:
    memory = fsspec.filesystem("memory")
    memory.pipe(f"/{tmp_path.name}/one.jpg", jpeg_bytes())
    (file,) = list_addresses([f"memory://{tmp_path.name}"]).files
    content = read_file(photo_at(file))
    assert isinstance(content, FileContent)
    assert content.data == jpeg_bytes()


def test_names_hold_no_secret() -> None:
    file = list_addresses([]).files
    assert file == ()
    from defect_app.intake.addresses import _without_secrets

    assert _without_secrets("s3://KEY:SECRET@bucket/a/b?endpoint_override=x&secret=y") == "s3://bucket/a/b"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("file:///no/such/folder", "nothing is there"),
        ("nobody://knows/this", "nobody"),
        ("file://not a uri", "cannot be read"),
    ],
)
def test_what_is_not_there_is_said_with_its_address(address: str, said: str) -> None:
    with pytest.raises(DefectLensError, match=said) as told:
        list_addresses([address])
    assert str(told.value).startswith(address)


def test_a_file_that_went_meanwhile_is_refused_in_its_place(tmp_path: Path) -> None:
    gone = AddressedFile("s", quote(str(tmp_path / "gone.jpg")), tmp_path.as_uri())
    refused = read_file(photo_at(gone))
    assert isinstance(refused, Rejection)
    assert "cannot be read" in refused.reason
