"""How long work reports its progress, from every room that works long."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many steps are done, and how many there are."""


def no_progress(words: str, done: int, total: int) -> None:
    """Report nothing: a `Progress` for callers that do not watch."""
