"""The text of lessons on the page: computed figures, paragraphs, lists and bold words, and nothing else of Markdown."""

from __future__ import annotations

import re

from defect_app.ui.lessons.figures import with_figures
from defect_app.ui.parts.text import as_text


def lesson_markdown(text: str) -> str:
    """Return a lesson's text as Markdown: its figures computed, and all but bold words and lists drawn as it is.

    Parameters
    ----------
    text : str
        Paragraphs parted by empty lines; lines that begin with ``- `` are a list.
    """
    blocks = [block for block in re.split(r"\n\s*\n", text.strip()) if block.strip()]
    return "\n\n".join(_block(block) for block in blocks)


def _block(block: str) -> str:
    items: list[str] = []
    for line in block.splitlines():
        if line.strip().startswith("- ") or not items:
            items.append(line.strip())
        else:
            items[-1] += f" {line.strip()}"
    return "\n".join(f"- {_bold(item[2:])}" if item.startswith("- ") else _bold(item) for item in items)


def _bold(text: str) -> str:
    pieces = with_figures(text).split("**")
    if len(pieces) % 2 == 0:
        return as_text(with_figures(text))
    return "".join(
        f"**{as_text(piece)}**" if place % 2 and piece else _kept(piece) for place, piece in enumerate(pieces)
    )


def _kept(piece: str) -> str:
    """Return a piece between bold ones, with the spaces at its ends."""
    if not piece.strip():
        return piece
    before, after = piece[: len(piece) - len(piece.lstrip())], piece[len(piece.rstrip()) :]
    return f"{before}{as_text(piece)}{after}"
