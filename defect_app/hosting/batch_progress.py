"""What a batch tells of itself: how far it is, and what another operating point changed."""

from __future__ import annotations

from dataclasses import dataclass

from defect_app.decision import OperatingPoint


@dataclass(frozen=True)
class BatchProgress:
    """How far a batch is: counts of files, and seconds.

    Attributes
    ----------
    total, done : int
        Files that came, and those of them that are judged or refused.
    rejected, unusable : int
        Verdicts REJECT, and files that could not be judged.
    skipped : int
        Files of the operating system, such as .DS_Store: no part of the total.
    waiting : tuple of str
        Names of the files that are not begun with.
    running, stopped, full : bool
        Whether files are being judged; whether a person stopped that; whether it paused after `MOST_FILES`.
    seconds_left : float or None
        How long the rest will take; None while unknown.
    seconds_spent : float
        Since the batch was last started.
    """

    total: int
    done: int
    rejected: int
    unusable: int
    skipped: int
    waiting: tuple[str, ...]
    running: bool
    stopped: bool
    full: bool
    seconds_left: float | None
    seconds_spent: float


@dataclass(frozen=True)
class PointChange:
    """Another operating point was applied to a batch: the points, the photos judged anew, the verdicts that changed."""

    before: OperatingPoint
    after: OperatingPoint
    photos: int
    changed: int
