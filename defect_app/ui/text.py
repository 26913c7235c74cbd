"""Text of strangers on our pages: shown as it is, never read as Markdown or HTML."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from defect_app.intake import display_name

_MEANINGFUL = re.compile(r"([\\`*_{}\[\]()#+\-.!|~<>$:&^=])")


def as_text(text: str) -> str:
    """Return text for use inside Markdown, with every character of meaning escaped."""
    return _MEANINGFUL.sub(r"\\\1", text)


def name_as_text(name: str) -> str:
    """Return a file name for use inside Markdown: shortened, made visible and escaped."""
    return as_text(display_name(name))


def told_apart(labels: Sequence[str]) -> list[str]:
    """Return labels with those numbered that occur more than once: "No defect (1)", "No defect (2)".

    A list in the browser gives back the label that was chosen, not its place: of equal ones only one could be had.
    """
    often, seen = Counter(labels), Counter[str]()
    told: list[str] = []
    for label in labels:
        seen[label] += 1
        told.append(f"{label} ({seen[label]})" if often[label] > 1 else label)
    return told
