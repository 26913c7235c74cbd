"""A photo that the browser made smaller says so, by a comment in its file."""

import io

import numpy as np
import pytest
from PIL import Image

from defect_app.intake import Photo, read_photo
from defect_app.intake.shrunk import COMMENT, is_shrunk_note


def notes_of(comment: bytes) -> tuple[str, ...]:
    file = io.BytesIO()
    Image.fromarray(np.full((64, 64, 3), 90, np.uint8)).save(file, "JPEG", comment=comment)
    photo = read_photo(file.getvalue(), "a.jpg")
    assert isinstance(photo, Photo)
    return photo.notes


def test_the_comment_becomes_a_note_in_words() -> None:
    (note,) = notes_of(COMMENT.format(width=4000, height=3000).encode())
    assert note == "Shrunk in the browser from 4000 x 3000 pixels."
    assert is_shrunk_note(note)


@pytest.mark.parametrize(
    "comment",
    [
        b"",
        b"Taken with a camera",
        COMMENT.format(width="<b>9</b>", height=3).encode(),
        COMMENT.format(width=4000, height=3000).encode() + b" and more",
        "Defect Lens: shrunk in the browser from ٤٠٠٠ x ٣٠٠٠ pixels".encode(),
        b"\xff\x00" * 2000,
    ],
    ids=["none", "another", "markup", "longer", "digits of another script", "bytes"],
)
def test_any_other_comment_says_nothing(comment: bytes) -> None:
    assert notes_of(comment) == ()
