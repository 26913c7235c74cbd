"""Foreign text, and labels that occur more than once."""

import pytest

from defect_app.ui.parts.text import as_code, as_text, name_as_text, numbered_repeats


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain words, 5 % and ±", "plain words, 5 % and ±"),
        ("**b** _i_", r"\*\*b\*\* \_i\_"),
        ("<b>", r"\<b\>"),
        ("$x$ :red[y]", r"\$x\$ \:red\[y\]"),
        (":material/home:", r"\::small[]material/home\:"),
        ("http://a.b", r"http\::small[]//a\.b"),
        ("www.a.b", r"www:small[]\.a\.b"),
        ("ann@a.b", r"ann:small[]@a\.b"),
        ("a -> b", r"a \-:small[]\> b"),
        ("two\n\n\tlines", "two lines"),
        ("turned \u202e round", "turned \ufffd round"),
        ("", ""),
    ],
    ids=["plain", "emphasis", "HTML", "colour", "icon", "address", "address without scheme", "mail", "arrow",
         "white space", "direction", "nothing"],
)  # fmt: skip
def test_foreign_text_is_written_so_that_it_is_drawn_as_it_is(text: str, expected: str) -> None:
    assert as_text(text) == expected


@pytest.mark.parametrize(("text", "expected"), [("explain a", "`explain a`"), ("a `b` ``c", "``` a `b` ``c ```")])
def test_a_command_is_code_whatever_it_holds(text: str, expected: str) -> None:
    assert as_code(text) == expected


def test_a_files_name_is_shortened_and_escaped() -> None:
    assert name_as_text("a" * 80 + "*.jpg") == "a" * 37 + "…" + "a" * 17 + r"\*\.jpg"


def test_labels_that_occur_twice_are_numbered_and_the_others_stay() -> None:
    assert numbered_repeats(["no defect", "burr", "no defect"]) == ["no defect (1)", "burr", "no defect (2)"]


def test_no_labels_are_no_labels() -> None:
    assert numbered_repeats([]) == []
