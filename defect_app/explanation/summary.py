"""What the measured heat maps come to: hits, heat inside and overlap of each method, with intervals and n."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from defect_app.decision import InspectionThresholds, is_rejected
from defect_app.evaluation.intervals import Proportion, proportion
from defect_app.explanation.cache import Explanations
from defect_app.explanation.methods import METHODS

SOURCES = {"real": "real parts", "scene": "rendered scenes"}


DRAWS = 2000


@dataclass(frozen=True)
class MeanShare:
    """The mean of shares in [0, 1], with its 95 % percentile bootstrap interval; NaN without any."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, shares: np.ndarray) -> MeanShare:
        """Resample the pictures, always with the same seed; `shares` is of shape (n,)."""
        if not len(shares):
            return cls(float("nan"), float("nan"), float("nan"))
        drawn = np.random.default_rng(0).integers(len(shares), size=(DRAWS, len(shares)))
        low, high = np.quantile(shares[drawn].mean(axis=1), [0.025, 0.975])
        return cls(float(shares.mean()), float(low), float(high))


@dataclass(frozen=True)
class MethodFigures:
    """How one method did on the rejected parts of one source.

    Attributes
    ----------
    source : str
        "real" or "scene".
    method, layer : str
        As in the rows.
    hits : Proportion
        Maps whose strongest place lies on the slightly dilated defect, of the rejected parts.
    heat_inside, best_iou : MeanShare
        Means over those parts.
    chance : float
        Expected share of hits of a place at random.
    """

    source: str
    method: str
    layer: str
    hits: Proportion
    heat_inside: MeanShare
    best_iou: MeanShare
    chance: float

    @property
    def title(self) -> str:
        """Method and layer on screen: "Layer-CAM at block_6_expand_relu"."""
        known = METHODS[self.method].title if self.method in METHODS else self.method
        return f"{known} at {self.layer}" if self.layer else known


def summarise(explanations: Explanations, thresholds: InspectionThresholds) -> tuple[MethodFigures, ...]:
    """Return the figures of every source and method, over defective parts that the model rejects, best first.

    Parameters
    ----------
    explanations : Explanations
        Of pictures that the model was not trained on.
    thresholds : InspectionThresholds
        That the model is used with.
    """
    rows = explanations.rows[is_rejected(explanations.rows["p_defect"], thresholds)]
    found = []
    kinds = rows[["source", "method", "layer"]].drop_duplicates().itertuples(index=False, name=None)
    for source, method, layer in kinds:
        part = rows[(rows["source"] == source) & (rows["method"] == method) & (rows["layer"] == layer)]
        hits = proportion(int(part["hit"].sum()), len(part))
        inside, overlap = (MeanShare.of(part[name].to_numpy(float)) for name in ("heat_inside", "best_iou"))
        found.append(MethodFigures(source, method, layer, hits, inside, overlap, float(part["chance"].mean())))
    order = list(SOURCES)
    return tuple(sorted(found, key=lambda f: (order.index(f.source), -f.hits.rate, -f.best_iou.mean)))


def as_table(figures: tuple[MethodFigures, ...]) -> pd.DataFrame:
    """Return the figures as a table with columns in words."""
    return pd.DataFrame(
        [
            {
                "Pictures": SOURCES[f.source],
                "Method": f.title,
                "n": f.hits.n,
                "Peak on the defect": f.hits.rate,
                "95 % from": f.hits.low,
                "95 % to": f.hits.high,
                "By chance": f.chance,
                "Heat inside": f.heat_inside.mean,
                "Best overlap": f.best_iou.mean,
            }
            for f in figures
        ]
    )


def in_words(figures: tuple[MethodFigures, ...]) -> list[str]:
    """Say for each source which method finds the defect best, and how often."""
    sentences = []
    for source, words in SOURCES.items():
        best = next((f for f in figures if f.source == source), None)
        if best is not None:
            sentences.append(
                f"On {words} that the model rejects, {best.title} puts its strongest place on the defect in "
                f"{best.hits.count} of {best.hits.n} ({best.hits.words}); a place at random would in "
                f"{100 * best.chance:.0f} %."
            )
    return sentences
