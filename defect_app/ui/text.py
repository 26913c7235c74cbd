"""Text of strangers on our pages: shown as it is, never read as Markdown or HTML."""

from __future__ import annotations

import re

from defect_app.intake import display_name

_MEANINGFUL = re.compile(r"([\\`*_{}\[\]()#+\-.!|~<>$:&^=])")


def as_text(text: str) -> str:
    """Return text for use inside Markdown, with every character of meaning escaped."""
    return _MEANINGFUL.sub(r"\\\1", text)


def name_as_text(name: str) -> str:
    """Return a file name for use inside Markdown: shortened, made visible and escaped."""
    return as_text(display_name(name))
