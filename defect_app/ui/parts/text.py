"""Foreign text on our pages: shown as it is, never read as Markdown or HTML."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from defect_app.intake import display_name, visible_text

_MEANINGFUL = re.compile(r"([\\`*_{}\[\]()#+\-.!|~<>$:&^=])")
_READ_LATER = re.compile(
    r"(?<=:)(?=material/|streamlit:|//)"  # icons, the logo, addresses
    r"|(?<=www)(?=\.)|(?<=\S)(?=@\S)"  # addresses again, and those of mail
    r"|(?<=[<>~-])(?=[->=])",  # arrows, dashes and signs of two characters
    re.IGNORECASE,
)
"""Where Streamlit reads a meaning into text after Markdown has been read, escaped or not."""
_SEAM = ":small[]"
"""Markdown that draws nothing and parts the text on both sides: no meaning is read across it."""


def as_text(text: str) -> str:
    """Return foreign text for use inside Markdown: it is drawn character by character as it is.

    Every text that comes from a model folder, a data set, a file's name or a person passes through here before it is
    drawn. Characters of meaning are escaped; what would be read as an icon, an address or an arrow even so is parted;
    white space becomes single spaces, and characters that are invisible or reorder the others become visible.

    Parameters
    ----------
    text : str
        Plain text.
    """
    plain = visible_text(" ".join(text.split()))
    return _SEAM.join(_MEANINGFUL.sub(r"\\\1", piece) for piece in _READ_LATER.split(plain))


def as_code(text: str) -> str:
    """Return foreign text as a piece of code inside Markdown, between more backticks than it has in a row."""
    plain = visible_text(" ".join(text.split()))
    longest = max((len(run) for run in re.findall("`+", plain)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {plain} {fence}" if longest else f"`{plain}`"


def name_as_text(name: str) -> str:
    """Return a file name for use inside Markdown: shortened, made visible and escaped."""
    return as_text(display_name(name))


def numbered_repeats(labels: Sequence[str]) -> list[str]:
    """Return labels with those numbered that occur more than once: "No defect (1)", "No defect (2)".

    A list in the browser gives back the label that was chosen, not its place: of equal ones only one could be had.
    """
    often, seen = Counter(labels), Counter[str]()
    numbered: list[str] = []
    for label in labels:
        seen[label] += 1
        numbered.append(f"{label} ({seen[label]})" if often[label] > 1 else label)
    return numbered
