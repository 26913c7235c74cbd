"""What the live picture sends is a photo once, and nothing where it is none."""

import base64

import pytest
import streamlit as st

from defect_app.intake import read_file
from defect_app.intake.photo_file import FileContent
from defect_app.ui.inspect.live import shot_sent
from defect_app.ui.session import Key


@pytest.fixture(autouse=True)
def session(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    state: dict[str, object] = {}
    monkeypatch.setattr(st, "session_state", state)
    return state


def sent(data: bytes, shot: str = "1") -> dict[str, str]:
    return {"id": shot, "jpeg": base64.b64encode(data).decode()}


def test_a_shot_is_a_photo_file_once_and_the_next_one_another(session: dict[str, object]) -> None:
    file = shot_sent(sent(b"picture"))
    assert file is not None
    content = read_file(file)
    assert isinstance(content, FileContent)
    assert content.data == b"picture"
    assert file.name.startswith("live ")
    assert file.name.endswith(".jpg")
    assert session[Key.INSPECT_LIVE_SHOT] == "1"
    assert shot_sent(sent(b"picture")) is None
    assert shot_sent(sent(b"picture", "2")) is not None


@pytest.mark.parametrize(
    "message",
    [
        None,
        "1",
        {"id": "1"},
        {"id": "1", "jpeg": 5},
        {"id": "1", "jpeg": "no base 64!"},
        {"id": "1", "jpeg": "A" * 40_000_000},
    ],
    ids=["nothing", "text", "no picture", "a number", "not encoded", "above the ceiling"],
)
def test_what_is_no_picture_is_none(message: object) -> None:
    assert shot_sent(message) is None
