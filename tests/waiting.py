"""Waiting for what is expected, in place of pauses of a guessed length: a busy machine takes as long as it takes."""

import time
from collections.abc import Callable


def wait_until(condition: Callable[[], object], expected: str, at_most_s: float = 300) -> None:
    """Return as soon as the condition holds; fail with what was expected where it never does."""
    deadline = time.monotonic() + at_most_s
    while not condition():
        assert time.monotonic() < deadline, f"waited {at_most_s:.0f} s in vain: {expected}"
        time.sleep(0.01)
