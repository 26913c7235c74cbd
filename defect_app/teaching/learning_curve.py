"""How the figure grew with the number of photos, and what more of them will probably bring.

Method: an inverse power law through the figures at several sizes (Figueroa, Zeng-Treitler, Kandula, Ngo, "Predicting
sample size required for classification performance", BMC Medical Informatics and Decision Making 2012).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from defect_app.progress import Progress
from defect_app.teaching.fitting import HeadSettings, fit_head

DRAWS = 6
_STEPS = 6
_LEAST = 2
_MOST_FITTED = 400
"""Photos in one fit of the curve: beyond that it is flat, and fits cost."""
_EXPONENTS = np.linspace(0.2, 1.5, 14)
_WORTH_SAYING = 0.004
_RESAMPLED = 100


@dataclass(frozen=True)
class Forecast:
    """What so many more photos a class will probably bring.

    Attributes
    ----------
    more : int
        Photos of each class beyond those that there are.
    low, high : float
        Between which the figure will probably lie (of the draws' own curves, the middle four fifths).
    """

    more: int
    low: float
    high: float


@dataclass(frozen=True)
class LearningCurve:
    """Figures on held-out photos after fits to fewer photos.

    Attributes
    ----------
    metric : str
        "AUC" or "accuracy".
    photos : tuple of int
        Photos a class in each fit, ascending; a smaller class gives all that it has.
    middle, low, high : tuple of float
        Mean, least and greatest figure over the draws.
    forecasts : tuple of Forecast
        For more photos of every class.
    fewer_good, fewer_defective : float or None
        The figure with half of the good photos, and with half of the defective ones; None where there are no such roles
        or too few photos.
    full : float or None
        The figure with all photos outside a fold; what the two above are compared with.
    """

    metric: str
    photos: tuple[int, ...]
    middle: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    forecasts: tuple[Forecast, ...]
    fewer_good: float | None = None
    fewer_defective: float | None = None
    full: float | None = None

    @property
    def is_flat(self) -> bool:
        """Whether more photos would hardly help, however many are forecast."""
        return not any(self._gains(forecast) for forecast in self.forecasts)

    def _gains(self, forecast: Forecast) -> bool:
        return max(forecast.low, forecast.high) - self.middle[-1] > _WORTH_SAYING

    @property
    def sentences(self) -> tuple[str, ...]:
        """The forecast in words."""
        said = []
        now = self.middle[-1]
        for forecast in self.forecasts:
            words = f"{self.metric} {forecast.low:.3f} to {forecast.high:.3f} likely"
            said.append(
                f"{forecast.more} more photos a class: {words}."
                if self._gains(forecast)
                else f"{forecast.more} more photos a class would hardly help: {words}, now {now:.3f}."
            )
        if self.fewer_good is None or self.fewer_defective is None or self.full is None:
            return tuple(said)
        losses = {"good": self.full - self.fewer_good, "defective": self.full - self.fewer_defective}
        for kind, loss in losses.items():
            if loss <= _WORTH_SAYING:
                said.append(f"More {kind} photos would hardly help: half of them do as well.")
        if max(losses.values()) > _WORTH_SAYING:
            best = max(losses, key=lambda kind: losses[kind])
            said.append(
                f"More {best} photos help most: with half of them {self.metric} is {self.full - losses[best]:.3f} "
                f"instead of {self.full:.3f}."
            )
        return tuple(said)


def learning_curve(
    views: np.ndarray,
    labels: np.ndarray,
    folds: np.ndarray,
    is_defect: np.ndarray | None,
    settings: HeadSettings,
    progress: Progress,
) -> LearningCurve | None:
    """Fit heads to fewer photos and measure them on folds that they have not seen.

    Parameters
    ----------
    views : ndarray of float32, shape (n_photos, n_views, n_features)
        See `fitting.fit_head`.
    labels, folds : ndarray of int, shape (n_photos,)
        Class and fold of each photo.
    is_defect : ndarray of bool, shape (n_classes,), or None
        Which classes are defects; None where the classes are merely named.
    settings : HeadSettings
        Of the heads.
    progress : callable
        Called after each draw. Whatever it raises stops the work.

    Returns
    -------
    LearningCurve or None
        None with fewer than five photos in the smallest class.
    """
    n_classes = int(labels.max()) + 1
    smallest = int(np.bincount(labels, minlength=n_classes).min())
    numbers = np.unique(folds)
    largest = int(np.bincount(labels, minlength=n_classes).max() * (len(numbers) - 1) / len(numbers))
    if smallest < 5:
        return None
    most = max(_LEAST + 1, min(largest, _MOST_FITTED // n_classes))
    sizes = np.unique(np.geomspace(_LEAST, most, _STEPS).round().astype(int))
    figures = np.full((DRAWS, len(sizes)), np.nan)
    halves = np.full((DRAWS, 3), np.nan)
    for draw in range(DRAWS):
        rng = np.random.default_rng(draw)
        fold = numbers[draw % len(numbers)]
        order = rng.permutation(np.flatnonzero(folds != fold))
        outside = np.flatnonzero(folds == fold)

        def measured(size: dict[int, int], order: np.ndarray = order, outside: np.ndarray = outside) -> float:
            chosen = np.concatenate([order[labels[order] == c][: size[c]] for c in range(n_classes)])
            return _figure(views, labels, chosen, outside, n_classes, is_defect, settings)

        for i, size in enumerate(sizes):
            figures[draw, i] = measured(dict.fromkeys(range(n_classes), int(size)))
        if is_defect is not None:
            counts = np.minimum(np.bincount(labels[order], minlength=n_classes), _MOST_FITTED // n_classes)
            halved = [
                {c: int(n) if kept[c] else max(1, int(n) // 2) for c, n in enumerate(counts)}
                for kept in (np.ones(n_classes, bool), is_defect, ~is_defect)
            ]
            halves[draw] = [measured(size) for size in halved]
        progress("measuring what more photos bring", draw + 1, DRAWS)
    return _curve(figures, sizes, halves, "accuracy" if is_defect is None else "AUC", smallest)


def _figure(
    views: np.ndarray,
    labels: np.ndarray,
    chosen: np.ndarray,
    outside: np.ndarray,
    n_classes: int,
    is_defect: np.ndarray | None,
    settings: HeadSettings,
) -> float:
    probabilities = fit_head(views[chosen], labels[chosen], n_classes, settings).probabilities(views[outside, 0])
    if is_defect is None:
        return float((probabilities.argmax(axis=1) == labels[outside]).mean())
    actual = is_defect[labels[outside]]
    if actual.all() or not actual.any():
        return float("nan")
    return _roc_area(actual, probabilities[:, is_defect].sum(axis=1))


def _roc_area(actual: np.ndarray, scores: np.ndarray) -> float:
    """Return the area under the ROC curve by ranks (Mann-Whitney): a few photos are ranked in no time."""
    n_bad, n_good = int(actual.sum()), int((~actual).sum())
    return float((rankdata(scores)[actual].sum() - n_bad * (n_bad + 1) / 2) / (n_bad * n_good))


def _curve(
    figures: np.ndarray, sizes: np.ndarray, halves: np.ndarray, metric: str, smallest: int
) -> LearningCurve | None:
    figures = figures[~np.isnan(figures).any(axis=1)]
    if not len(figures) or len(sizes) < 3:
        return None
    middle, low, high = figures.mean(axis=0), figures.min(axis=0), figures.max(axis=0)
    forecasts = tuple(_forecast(figures, sizes, more) for more in sorted({20, max(20, smallest)}))
    full = good = defective = None
    if not np.isnan(halves).any():
        full, good, defective = (float(v) for v in halves.mean(axis=0))
    return LearningCurve(
        metric,
        tuple(int(s) for s in sizes),
        tuple(float(v) for v in middle),
        tuple(float(v) for v in low),
        tuple(float(v) for v in high),
        forecasts,
        good,
        defective,
        full,
    )


def _forecast(figures: np.ndarray, sizes: np.ndarray, more: int) -> Forecast:
    """Continue means of resampled draws: the spread of what they say is the band."""
    rng = np.random.default_rng(0)
    resampled = figures[rng.integers(len(figures), size=(_RESAMPLED, len(figures)))].mean(axis=1)
    low, high = np.quantile(1 - _continued(1 - resampled, sizes, int(sizes[-1]) + more), [0.1, 0.9])
    return Forecast(more, float(low), float(high))


def _continued(errors: np.ndarray, sizes: np.ndarray, at: int) -> np.ndarray:
    """Fit ``floor + height * size ** -exponent`` by least squares, both not negative, and read it at a size.

    Parameters
    ----------
    errors : ndarray, shape (n_curves, n_sizes)
        Of several curves.
    sizes : ndarray of int, shape (n_sizes,)
        Photos a class.
    at : int
        Photos a class that are asked for.

    Returns
    -------
    ndarray, shape (n_curves,)
        Of the exponent that fits each curve best, in [0, 1].
    """
    # Later sizes are nearer to what is asked.
    weights = sizes / sizes.sum()
    powers = sizes.astype(float) ** -_EXPONENTS[:, None]
    # The line through points of weights that sum to 1, for every curve (rows) and exponent (columns).
    across, along = errors @ weights, powers @ weights
    spread = ((powers - along[:, None]) ** 2) @ weights
    height = ((errors - across[:, None]) * weights) @ (powers - along[:, None]).T / spread
    floor = across[:, None] - height * along
    through_nought = (errors * weights) @ powers.T / ((powers**2) @ weights)
    height = np.maximum(np.where(floor < 0, through_nought, height), 0.0)
    floor = np.where(floor < 0, 0.0, np.where(height > 0, floor, across[:, None]))
    fitted = floor[:, :, None] + height[:, :, None] * powers
    best = (((fitted - errors[:, None, :]) ** 2) @ weights).argmin(axis=1)
    rows = np.arange(len(errors))
    found: np.ndarray = np.clip(floor[rows, best] + height[rows, best] * float(at) ** -_EXPONENTS[best], 0.0, 1.0)
    return found
