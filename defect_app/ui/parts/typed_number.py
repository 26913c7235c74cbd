"""What a person typed as a number: the decimal comma is read, and what could be meant in two ways is not guessed."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

_PLAIN = re.compile(r"[+-]?\d+(?:[.,]\d*)?|[+-]?[.,]\d+")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:(?P<group>[.,' ])\d{3})(?:(?P=group)\d{3})*(?:(?P<point>[.,])\d+)?")
_SPACES = re.compile(r"[\s\u00a0\u202f]")


@dataclass(frozen=True)
class TypedNumber:
    """What was read.

    Attributes
    ----------
    value : float or None
        None where it is no number, out of its range, or could be meant in two ways.
    problem : str
        Why there is no value, and what to type; empty where there is one.
    """

    value: float | None
    problem: str = ""


def read_number(text: str, low: float, high: float) -> TypedNumber:
    """Read a number as people write it: "0,5" is a half, "1.500,50" and "1 500.50" are one thousand five hundred.

    A single comma or point before exactly three digits, as in "1,500", may part thousands or decimals. Where only one
    of the two is possible it is taken; else nothing is, so that no amount moves by a thousand in silence.

    Parameters
    ----------
    text : str
        As typed; a percent sign at the end is passed over.
    low, high : float
        The range, ends included.
    """
    typed = text.strip().removesuffix("%").strip()
    if not typed:
        return TypedNumber(None, "There is nothing in this field.")
    joined = _SPACES.sub(" ", typed)
    readings = {value for value in (_plain(joined), _grouped(joined)) if value is not None and math.isfinite(value)}
    if not readings:
        return TypedNumber(None, f"“{text.strip()[:40]}” is no number.")
    possible = sorted(value for value in readings if low <= value <= high)
    if not possible:
        return TypedNumber(None, f"It takes {_written(low)} to {_written(high)}.")
    if len(possible) > 1:
        fewer, more = possible
        return TypedNumber(None, f"Write {fewer:g}0 or {more:.0f}: “{typed[:40]}” could mean either.")
    return TypedNumber(possible[0])


def written_number(value: float) -> str:
    """Return a number for a field that `read_number` reads: shortest digits that mean exactly this value."""
    return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else _unambiguous(repr(value))


def _unambiguous(text: str) -> str:
    # 1.125 could be read as one thousand one hundred twenty-five.
    return f"{text}0" if re.fullmatch(r"-?[1-9]\d{0,2}\.\d{3}", text) else text


def _plain(text: str) -> float | None:
    """Read a number without groups, either sign being the decimal one."""
    return float(text.replace(",", ".")) if _PLAIN.fullmatch(text) else _exponent(text)


def _exponent(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d+(?:\.\d+)?e[+-]?\d{1,3}", text) else None


def _grouped(text: str) -> float | None:
    """Read a number whose thousands are parted."""
    found = _GROUPED.fullmatch(text)
    if found is None or found["point"] == found["group"] or re.match(r"[+-]?0", text):
        return None
    whole = text.replace(found["group"], "")
    return float(whole.replace(found["point"], ".") if found["point"] else whole)


def _written(value: float) -> str:
    return f"{value:,.10g}"
