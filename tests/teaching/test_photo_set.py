"""The photos that a model was taught with: what is said where they are damaged, missing, or cannot be kept."""

from pathlib import Path

import pytest

from defect_app.errors import DefectLensError
from defect_app.intake import content_hash
from defect_app.teaching import photo_set
from defect_app.teaching.photo_set import SET_FILE, SETS_FOLDER, PhotoSet, SetPhoto, add_photo, read_set
from defect_app.teaching.request import CannotTeach
from tests.teaching.photos import GOOD, HOLE


@pytest.fixture
def taught(tmp_path: Path) -> Path:
    """Return the folder of taught models with the set of a product."""
    folder = tmp_path / SETS_FOLDER / "bracket"
    folder.mkdir(parents=True)
    photos = tuple(SetPhoto(f"{label}.jpg", label, content_hash(label.encode())) for label in ("good", "hole"))
    photo_set._write(folder, PhotoSet("bracket", "Bracket", (GOOD, HOLE), photos))
    return tmp_path


def test_a_labelled_photo_joins_the_set_and_one_that_is_in_it_takes_the_new_label(taught: Path) -> None:
    add_photo("bracket", "new.jpg", b"new", "hole", taught)
    grown = add_photo("bracket", "again.jpg", b"good", "hole", taught)
    assert [(photo.name, photo.label) for photo in grown.photos] == [
        ("hole.jpg", "hole"),
        ("new.jpg", "hole"),
        ("again.jpg", "hole"),
    ]
    assert read_set("bracket", taught) == grown


def test_a_photo_of_a_product_that_was_taught_elsewhere_is_refused(taught: Path) -> None:
    with pytest.raises(CannotTeach, match="photos that lid was taught with are not here") as refused:
        add_photo("lid", "new.jpg", b"new", "hole", taught)
    assert refused.value.remedy == "Teach it here first."


@pytest.mark.parametrize("content", [b"{", b'{"model_id": 1}', b"\xff"], ids=["no JSON", "no set", "no text"])
def test_a_damaged_set_is_told_from_one_that_is_not_there(taught: Path, content: bytes) -> None:
    (taught / SETS_FOLDER / "bracket" / SET_FILE).write_bytes(content)
    with pytest.raises(DefectLensError, match="The teaching photos of bracket cannot be read") as said:
        read_set("bracket", taught)
    assert said.value.remedy == "Teach it anew."
    assert read_set("lid", taught) is None


def test_a_photo_that_cannot_be_written_leaves_the_set_as_it_is(taught: Path) -> None:
    before = read_set("bracket", taught)
    # A folder lies where the photo is first written to.
    (taught / SETS_FOLDER / "bracket" / f"{content_hash(b'new')}.new").mkdir()
    with pytest.raises(CannotTeach, match="cannot be kept"):
        add_photo("bracket", "new.jpg", b"new", "hole", taught)
    assert read_set("bracket", taught) == before
