"""Names of a batch's files as they are shown: no two look alike, whatever they are called."""

import pytest

from defect_app.intake import distinct_names
from defect_app.intake.names import MAX_SHOWN_CHARACTERS

LONG = "line-3_station-12_camera-left_" + "{}" + "_after-turning-and-washing_before-the-second-measurement.jpg"


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(["a.jpg", "b.jpg"], id="short ones stay"),
        pytest.param(["image.jpg"] * 3, id="one name for several files"),
        pytest.param([LONG.format("part-0000041"), LONG.format("part-0000042")], id="long ones differ in the middle"),
        pytest.param(["x" * 70 + ".jpg", "x" * 71 + ".jpg"], id="long ones differ in length alone"),
        pytest.param([LONG.format("1"), LONG.format("1"), LONG.format("2")], id="two alike and one that differs"),
    ],
)
def test_no_two_shown_names_are_alike_and_none_is_long(names: list[str]) -> None:
    shown = distinct_names(names)
    assert len(set(shown)) == len(names)
    assert max(map(len, shown)) <= MAX_SHOWN_CHARACTERS + len(" (no. 500)")


def test_what_differs_is_what_is_shown() -> None:
    first, second = distinct_names([LONG.format("part-0000041"), LONG.format("part-0000042")])
    assert "0000041" in first
    assert "0000042" in second
    assert first.endswith(".jpg")


def test_equal_names_are_told_apart_by_their_place() -> None:
    assert distinct_names(["image.jpg", "other.jpg", "image.jpg"]) == [
        "image.jpg (no. 1)",
        "other.jpg",
        "image.jpg (no. 3)",
    ]


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(["Pr\u00fcfst\u00fcck.jpg", "Pru\u0308fstu\u0308ck.jpg"], id="accents in two forms"),
        pytest.param(["part 1.jpg", "part  1.jpg", "part\u00a01.jpg"], id="spaces"),
        pytest.param(["a.jpg", "a\u200c.jpg"], id="a joiner"),
    ],
)
def test_names_that_only_a_computer_tells_apart_are_numbered(names: list[str]) -> None:
    shown = distinct_names(names)
    assert [name.rpartition("(no. ")[2] for name in shown] == [f"{i})" for i in range(1, len(names) + 1)]
