"""Whether a taught product should be fine-tuned: what its learning curve and figures say, in words."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from defect_app.catalog import ModelSpec
from defect_app.errors import DefectLensError
from defect_app.extras import missing_package
from defect_app.teaching.figures import figures_of
from defect_app.teaching.photo_set import read_set
from defect_app.teaching.summary import TeachingSummary, read_summary
from defect_app.tuning.candidate import KIND
from defect_app.tuning.materials import MOST_PHOTOS

LEAST_PHOTOS = 20
"""Of the smallest class: with fewer, what blocks learn and what chooses the epoch is chance."""
GOAL = 0.99
"""Area under ROC, or share named rightly, above which there is little to win."""
_PASSES, _MORE_PASSES = 8, 15_000
"""How often each photo is looked at, and how many go through the trained blocks in six trainings, see `training`."""
_PIXELS_PER_SECOND = 60 * 224 * 224
"""As measured on two cores that others used too."""


@dataclass(frozen=True)
class Offer:
    """What a person is told before.

    Attributes
    ----------
    advised : bool
        Whether the figures speak for it.
    reason : str
        Why, or why not.
    about_seconds : float
        How long it takes on two cores.
    obstacle : str
        Why it cannot be done; empty where it can.
    remedy : str
        What to do about the obstacle.
    """

    advised: bool
    reason: str
    about_seconds: float = 0.0
    obstacle: str = ""
    remedy: str = ""


def offer_of(folder: Path, spec: ModelSpec) -> Offer | None:
    """Return what is offered for a taught model; None for models that fine-tuning is not for.

    Those are memories of good photos, models that are fine-tuned already, and models whose photos are not kept here.

    Raises
    ------
    DefectLensError
        If the folder cannot be read.
    """
    summary = read_summary(folder)
    if summary.kind != "classifier" or read_set(folder.name, folder.parent) is None:
        return None
    advised, reason = _advice(folder, spec, summary)
    smallest, total = min(summary.counts.values()), sum(summary.counts.values())
    passes = _PASSES * total + max(_MORE_PASSES, 6 * _PASSES * total)
    seconds = passes * spec.input.height * spec.input.width / _PIXELS_PER_SECOND
    if smallest < LEAST_PHOTOS:
        obstacle = f"The smallest class has {smallest} photos; fine-tuning needs {LEAST_PHOTOS} of each."
        return Offer(False, reason, seconds, obstacle, "Until then more photos bring more.")
    if total > MOST_PHOTOS:
        obstacle = f"{total:,} photos are more than are fine-tuned with on this page ({MOST_PHOTOS:,})."
        return Offer(advised, reason, seconds, obstacle, "Write a recipe and train it at the command line.")
    missing = missing_package("train")
    if missing is not None:
        return Offer(advised, reason, seconds, str(missing), missing.remedy)
    return Offer(advised, reason, seconds)


def _advice(folder: Path, spec: ModelSpec, summary: TeachingSummary) -> tuple[bool, str]:
    figures = figures_of(folder, spec)
    name, value = ("share named rightly", figures.accuracy)
    if figures.auc is not None:
        name, value = "area under ROC", figures.auc
    if value >= GOAL:
        return False, f"The {name} is {value:.3f}: there is little left to win."
    curve = summary.curve
    if curve is None:
        return False, f"The {name} is {value:.3f}, and so few photos give no forecast of what more would bring."
    if curve.is_flat:
        return True, (
            f"The {name} is {value:.3f}, and the forecast says that more photos would hardly raise it: the network's "
            "upper blocks, trained on this product, may."
        )
    last = curve.forecasts[-1]
    return True, (
        f"The {name} is {value:.3f}. With {last.more} more photos a class {curve.metric} {last.low:.3f} to "
        f"{last.high:.3f} is likely; where there are no more to be had, fine-tuning can be tried."
    )


def is_fine_tuned(folder: Path) -> bool:
    """Return whether a taught model was fine-tuned."""
    try:
        return read_summary(folder).kind == KIND
    except DefectLensError:
        return False
