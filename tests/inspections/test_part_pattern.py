"""Serial numbers in file names: where a pattern says."""

import pytest

from defect_app.errors import InvalidPartPattern
from defect_app.inspections.part_pattern import PartPattern


@pytest.mark.parametrize(
    ("pattern", "file", "part"),
    [
        ("{part}_*", "SN0017_top.jpg", "SN0017"),
        ("{part}_*.jpg", "SN0017_top_1.jpg", "SN0017"),
        ("line2_{part}", "line2_4711.png", "4711"),
        ("{part}", "4711.jpg", "4711"),
        ("*-{part}-*", "cam1-A77-3.bmp", "A77"),
        ("{part}_*", "folder_of_mine/SN1_top.jpg", "SN1"),
        ("{part}_*", "C:\\photos\\SN1_top.jpg", "SN1"),
        ("SN{part}_*", "sn12_a.jpg", "12"),
        ("{part}(1).jpg", "7(1).jpg", "7"),
        ("line2_{part}", "line3_4711.png", ""),
        ("{part}_*.jpg", "SN0017_top.png", ""),
    ],
)
def test_the_part_is_what_stands_in_its_place(pattern: str, file: str, part: str) -> None:
    assert PartPattern(pattern).part_of(file) == part


@pytest.mark.parametrize("pattern", ["", "SN*", "{part}{part}", "*{part}***", "{part}" + "x" * 200])
def test_a_pattern_without_one_place_for_the_part_is_refused_with_an_example(pattern: str) -> None:
    with pytest.raises(InvalidPartPattern) as caught:
        PartPattern(pattern)
    assert "{part}_*.jpg" in caught.value.remedy


def test_a_hostile_name_takes_no_time() -> None:
    assert PartPattern("*a*{part}a*b.jpg").part_of("a" * 250) == ""
