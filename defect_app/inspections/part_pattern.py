"""Where in a file's name the serial number of the part stands: a pattern that people write."""

from __future__ import annotations

import re
from dataclasses import dataclass

from defect_app.errors import InvalidPartPattern

PLACE = "{part}"
MOST_CHARACTERS = 200
MOST_WILDCARDS = 3
"""More places that match anything would make a hostile name take long."""


@dataclass(frozen=True)
class PartPattern:
    """Text in which ``{part}`` stands for the serial number and ``*`` for anything: ``line2_{part}_*.jpg``.

    The serial number is as short as the pattern allows; without an ending the pattern fits the name's beginning.

    Raises
    ------
    InvalidPartPattern
        If ``{part}`` does not stand in it once, or it is too long.
    """

    text: str

    def __post_init__(self) -> None:
        """Check it once, where it is written."""
        remedy = f"Write {PLACE} where the serial number stands, such as {PLACE}_*.jpg."
        if self.text.count(PLACE) != 1:
            raise InvalidPartPattern(f"The pattern {self.text!r} must hold {PLACE} once.", remedy)
        if len(self.text) > MOST_CHARACTERS or self.text.count("*") > MOST_WILDCARDS:
            raise InvalidPartPattern(
                f"The pattern has more than {MOST_CHARACTERS} characters, or more than {MOST_WILDCARDS} *.", remedy
            )

    def part_of(self, file: str) -> str:
        """Return the serial number in a file's name, whatever folder it is in; empty where the pattern does not fit."""
        name = file.replace("\\", "/").rsplit("/", 1)[-1]
        before, _, after = self.text.partition(PLACE)
        end = r"(?:\.[^.]*)?$" if not after else "$" if "." in after or after.endswith("*") else ""
        expression = "".join((_as_expression(before), "(.+?)", _as_expression(after), end))
        found = re.match(expression, name, re.IGNORECASE)
        return found[1].strip() if found else ""


def _as_expression(text: str) -> str:
    return ".*?".join(re.escape(piece) for piece in text.split("*"))
