"""The files of a batch that are not judged yet: those that wait, those in hand, and after how many it pauses."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from defect_app.intake import PhotoFile, is_system_file

MOST_FILES = 500
"""How many files are judged before a person is asked whether to go on: what is kept of each stays in memory."""


class BatchQueue:
    """Files in the order in which they came; its owner calls every method under one lock.

    Attributes
    ----------
    waiting : deque of PhotoFile
        Not begun with.
    skipped : int
        Files of the operating system, such as .DS_Store, that were left out.
    pause_after : int
        The batch pauses at so many of its files.
    """

    def __init__(self) -> None:
        self.waiting: deque[PhotoFile] = deque()
        self.skipped = 0
        self.pause_after = 0
        self._most = 0
        self._in_hand: deque[PhotoFile] = deque()

    def __len__(self) -> int:
        """Return how many files are not judged yet."""
        return len(self._in_hand) + len(self.waiting)

    def add(self, files: Sequence[PhotoFile], *, continues: bool) -> None:
        """Let files wait; of one drop, of which further ones continue it, `MOST_FILES` are judged without a pause."""
        photos = [f for f in files if not is_system_file(f.name)]
        self.skipped += len(files) - len(photos)
        self.waiting.extend(photos)
        if not continues:
            self._most = self.pause_after + MOST_FILES
        self.pause_after = min(self.pause_after + len(photos), self._most)

    def allow_more(self, judged: int) -> None:
        """Let `MOST_FILES` more be judged than are already."""
        self.pause_after = self._most = judged + MOST_FILES

    def is_full(self, judged: int) -> bool:
        """Return whether the batch pauses once what is in hand is judged."""
        return judged + len(self._in_hand) >= self.pause_after

    def take(self) -> PhotoFile | None:
        """Take the next file in hand; None where none waits."""
        if not self.waiting:
            return None
        file = self.waiting.popleft()
        self._in_hand.append(file)
        return file

    def finish_one(self) -> None:
        """Let go of the file that was taken first: it is judged."""
        self._in_hand.popleft()

    def put_back(self) -> None:
        """Let what was in hand wait again, before the others."""
        self.waiting.extendleft(reversed(self._in_hand))
        self._in_hand.clear()
