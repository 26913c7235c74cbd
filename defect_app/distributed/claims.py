"""Who judges which content: asked by every process that judges, so that a photo under two names is judged once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


class Claims:
    """What is judged already, and by which file's turn what is not.

    Parameters
    ----------
    known : bytes
        The hashes of what earlier runs judged, 32 bytes each, sorted and end to end.
    """

    def __init__(self, known: bytes = b"") -> None:
        self._known = np.frombuffer(known, "V32")
        self._claimed: dict[bytes, int] = {}

    def claim(self, numbers: Sequence[int], hashes: Sequence[bytes]) -> list[bool]:
        """Return for each file whether it is its turn to be judged.

        The same file may ask again, because the process that judged it was lost: it is still its turn.

        Parameters
        ----------
        numbers : sequence of int
            The files' numbers in the batch.
        hashes : sequence of bytes
            Of their contents, 32 bytes each.
        """
        return [
            not self._is_known(content) and self._claimed.setdefault(content, number) == number
            for number, content in zip(numbers, hashes, strict=True)
        ]

    def _is_known(self, content: bytes) -> bool:
        low, high = 0, len(self._known)
        while low < high:
            middle = (low + high) // 2
            found = self._known[middle].tobytes()
            if found == content:
                return True
            low, high = (middle + 1, high) if found < content else (low, middle)
        return False
