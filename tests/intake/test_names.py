"""File names as people see them."""

import pytest

from defect_app.intake import display_name, is_system_file, spreadsheet_safe


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("photo.jpg", "photo.jpg"),
        ("../../x.png", "../../x.png"),
        ("a\0b.png", "a\ufffdb.png"),
        ("photo\u202egpj.exe", "photo\ufffdgpj.exe"),
        ("两个 التفاحة.png", "两个 التفاحة.png"),
        ("👩‍🔧.png", "👩‍🔧.png"),
        ("", "unnamed"),
        ("   ", "unnamed"),
        (None, "None"),
    ],
)
def test_a_name_is_shown_without_what_cannot_be_seen(name: object, shown: str) -> None:
    assert display_name(name) == shown


def test_a_long_name_is_shortened_in_the_middle_and_keeps_its_ending() -> None:
    shown = display_name("begin" + "x" * 300 + "end.jpeg")
    assert len(shown) == 60
    assert shown.startswith("begin")
    assert shown.endswith("end.jpeg")
    assert "…" in shown


def test_a_long_ending_is_no_ending() -> None:
    assert len(display_name("a." + "x" * 300)) == 60


@pytest.mark.parametrize("text", ["photo.jpg", "a=b", "3-4", "", "ünïcode.png"])
def test_harmless_text_goes_into_a_spreadsheet_as_it_is(text: str) -> None:
    assert spreadsheet_safe(text) == text


@pytest.mark.parametrize(
    "name", [".DS_Store", "Thumbs.db", "THUMBS.DB", "desktop.ini", "a/._photo.jpg", "a\\Thumbs.db"]
)
def test_system_files_are_known_by_name(name: str) -> None:
    assert is_system_file(name)


@pytest.mark.parametrize("name", ["photo.jpg", ".hidden/photo.jpg", "Thumbs.db.jpg", ""])
def test_other_files_are_no_system_files(name: str) -> None:
    assert not is_system_file(name)
