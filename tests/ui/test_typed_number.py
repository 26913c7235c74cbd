"""Numbers as people type them: the decimal comma is read, no amount moves by ten or by a thousand in silence."""

import numpy as np
import pytest

from defect_app.ui.parts.typed_number import read_number, written_number

MOST = 1e9


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("0,5", 0.5),
        ("0.5", 0.5),
        (",5", 0.5),
        ("2,5", 2.5),
        ("3,75", 3.75),
        ("1.500,50", 1500.5),
        ("1,500.50", 1500.5),
        ("1 500,50", 1500.5),
        ("1\u202f500,50", 1500.5),
        ("1'500.5", 1500.5),
        ("1.500.000", 1_500_000),
        ("1500", 1500),
        ("0.125", 0.125),
        ("2,50 %", 2.5),
        ("1e3", 1000),
        ("1.1250", 1.125),
    ],
)
def test_what_can_be_meant_in_one_way_is_read(typed: str, value: float) -> None:
    assert read_number(typed, 0, MOST).value == value


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("abc", "“abc” is no number."),
        ("", "There is nothing in this field."),
        ("1,500", "Write 1.50 or 1500"),
        ("1.500", "Write 1.50 or 1500"),
        ("-3", "It takes 0 to 1,000,000,000."),
        ("1.5.2", "is no number"),
        ("1,50,000", "is no number"),
        ("nan", "is no number"),
        ("inf", "is no number"),
        ("1e400", "is no number"),
    ],
)
def test_what_cannot_be_used_says_why(typed: str, said: str) -> None:
    read = read_number(typed, 0, MOST)
    assert read.value is None
    assert said in read.problem


@pytest.mark.parametrize(("typed", "value"), [("2.125", 2.125), ("2,125", 2.125)])
def test_the_range_decides_where_only_one_reading_lies_in_it(typed: str, value: float) -> None:
    assert read_number(typed, 0, 100).value == value


@pytest.mark.parametrize("typed", ["150", "-2"])
def test_a_percentage_out_of_range_is_refused(typed: str) -> None:
    assert read_number(typed, 0, 100).problem == "It takes 0 to 100."


def test_every_number_is_read_as_it_was_written() -> None:
    rng = np.random.default_rng(0)
    numbers = [*(rng.uniform(0, 1, 200) * 10.0 ** rng.integers(-6, 9, 200)), 1.125, 999.999, 12.5, 0.0, 500.0, 1e9]
    for value in (round(float(n), int(rng.integers(0, 8))) for n in numbers):
        assert read_number(written_number(value), 0, MOST).value == value
