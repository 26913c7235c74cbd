"""Photos that a browser made smaller before it sent them: a comment in the file says from what size."""

from __future__ import annotations

import re
from typing import Final

COMMENT: Final = "Defect Lens: shrunk in the browser from {width} x {height} pixels"
"""What `ui/inspect/shrinking.js` writes into the file: it goes wherever the file goes, and is in its hash."""

_WRITTEN: Final = re.compile(
    re.escape(COMMENT).replace(r"\{width\}", r"(\d{1,6})").replace(r"\{height\}", r"(\d{1,6})").encode()
)


def shrunk_note(comment: bytes) -> str:
    """Return in words that a photo was shrunk before it was sent, by the comment of its file; empty where it was not.

    Parameters
    ----------
    comment : bytes
        What stands in the file; mostly empty.
    """
    found = _WRITTEN.fullmatch(comment)
    return "Shrunk in the browser from {} x {} pixels.".format(*map(int, found.groups())) if found else ""


def is_shrunk_note(note: str) -> bool:
    """Whether a note of a photo says that."""
    return note.startswith("Shrunk in the browser from ")
