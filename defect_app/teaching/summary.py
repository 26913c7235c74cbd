"""``teaching.json`` of a taught model's folder: what it was taught with, and what was measured on the way."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from defect_app.errors import DefectLensError, InvalidDocument
from defect_app.teaching.learning_curve import LearningCurve
from defect_app.teaching.photos import LeftOut
from defect_app.teaching.version_comparison import VersionComparison
from defect_app.validation import validated

SUMMARY_FILE = "teaching.json"


@dataclass(frozen=True)
class Suspicion:
    """A photo that is worth a second look.

    Attributes
    ----------
    name, label : str
        The photo and the class that it was given for.
    reason : str
        What is odd about it, in plain words.
    """

    name: str
    label: str
    reason: str


@dataclass(frozen=True)
class TeachingSummary:
    """What a person is told after teaching.

    Attributes
    ----------
    kind : str
        "classifier", or "memory" where good photos alone were taught.
    counts : dict of str to int
        Photos of each class that were taught, or, for defects that a memory is only measured on, measured.
    near_copies : int
        Photos that nearly equal another one; they lie in one fold with it.
    kept_apart : bool
        Whether photos of one group never lie on both sides of a fold.
    left_out : tuple of LeftOut
        Files that could not be used.
    suspicions : tuple of Suspicion
        Photos that look wrongly labelled or odd.
    curve : LearningCurve or None
        How figures grew with photos.
    seconds : float
        The teaching took.
    thinned : int
        Files that were not read because there were more than are taught.
    comparison : VersionComparison or None
        With the version that it replaced, where it was taught to replace one.
    """

    kind: str
    counts: dict[str, int]
    near_copies: int
    kept_apart: bool
    left_out: tuple[LeftOut, ...] = ()
    suspicions: tuple[Suspicion, ...] = ()
    curve: LearningCurve | None = None
    seconds: float = 0.0
    thinned: int = 0
    comparison: VersionComparison | None = None


def write_summary(folder: Path, summary: TeachingSummary) -> Path:
    """Write ``teaching.json`` into a model folder."""
    path = folder / SUMMARY_FILE
    path.write_text(json.dumps(asdict(summary), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def read_summary(folder: Path) -> TeachingSummary:
    """Read ``teaching.json`` of a model folder.

    Raises
    ------
    DefectLensError
        If it is missing or is none.
    """
    try:
        return validated(TeachingSummary, json.loads((folder / SUMMARY_FILE).read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise DefectLensError(f"{folder.name} was not taught: it has no {SUMMARY_FILE}.") from error
    except (OSError, ValueError, InvalidDocument) as error:
        raise DefectLensError(f"{folder.name}: {SUMMARY_FILE} cannot be read ({error}).", "Teach it anew.") from error
