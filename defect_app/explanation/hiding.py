"""Hide and see: blur away the hottest places, or show nothing but them, and watch the model's answer.

Deletion and insertion curves: Petsiuk, Das, Saenko, "RISE: Randomized Input Sampling for Explanation of Black-box
Models", BMVC 2018. Hidden means blurred, so that no hard edge appears that the model could take for a defect.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np

from defect_app.engine import ActivationMap, upsample_map
from defect_app.explanation.target import Target
from defect_app.inspection import Inspector

SHARES = (0.0, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.55, 0.7, 0.85, 1.0)
"""Of the photo: finer steps at first, since defects are small."""
RANDOM_RUNS = 5
BLUR = 0.04
"""Standard deviation of the blur, as a share of the input's shorter side: wide enough to take a small defect away."""
EDGE = 0.013
"""Standard deviation of the soft edge, likewise."""
SATURATED = 0.95
"""Mean area under random insertion curves above which insertion cannot tell a good map from a bad one."""
TELLING_SCORE = 0.1
"""Below this score there is nothing left to take away, and hiding shows little."""


@dataclass(frozen=True, eq=False)
class HidingCurves:
    """How the answer follows what is hidden or shown.

    Attributes
    ----------
    share : ndarray, shape (n_steps,)
        Of the photo that is hidden (or shown), from 0 to 1.
    deletion, insertion : ndarray, shape (n_steps,)
        Probability of the target when the hottest share is hidden, and when nothing but it is shown.
    random_deletion, random_insertion : ndarray, shape (n_runs, n_steps)
        The same for places at random, in patches as coarse as the map's.
    """

    share: np.ndarray
    deletion: np.ndarray
    insertion: np.ndarray
    random_deletion: np.ndarray
    random_insertion: np.ndarray

    @property
    def deletion_area(self) -> float:
        """Area under the deletion curve, in [0, 1]: small when the map points at what matters."""
        return area_under(self.share, self.deletion)

    @property
    def insertion_area(self) -> float:
        """Area under the insertion curve, in [0, 1]: large when the map points at what matters."""
        return area_under(self.share, self.insertion)

    @property
    def random_deletion_areas(self) -> np.ndarray:
        """Area under each random deletion curve, shape (n_runs,)."""
        return np.array([area_under(self.share, run) for run in self.random_deletion])

    @property
    def random_insertion_areas(self) -> np.ndarray:
        """Area under each random insertion curve, shape (n_runs,)."""
        return np.array([area_under(self.share, run) for run in self.random_insertion])

    def sentence_at(self, step: int) -> str:
        """Say what hiding does at one step of `share`."""
        return (
            f"Hiding the hottest {100 * self.share[step]:g} % takes the answer from {self.deletion[0]:.3f} to "
            f"{self.deletion[step]:.3f}; as much at random takes it to {self.random_deletion[:, step].mean():.3f} "
            f"(mean of {len(self.random_deletion)})."
        )

    @property
    def sentence(self) -> str:
        """What the curves say about the map, in words."""
        if self.deletion[0] < TELLING_SCORE:
            return (
                f"The model gives this target only {self.deletion[0]:.2f} to begin with, so there is little to take "
                "away. Choose the target that it predicts."
            )
        runs = len(self.random_deletion)
        deletes = int((self.deletion_area < self.random_deletion_areas).sum())
        inserts = int((self.insertion_area > self.random_insertion_areas).sum())
        counted = f"Hiding by the map lowers the answer more than {deletes} of {runs} random hidings"
        if self.random_insertion_areas.mean() > SATURATED:
            # Whatever is shown, the answer is high: there is no room to be better than chance.
            wins, most, counted = (
                deletes,
                runs,
                f"{counted}; showing tells nothing here, any part of the photo is enough",
            )
        else:
            wins, most = deletes + inserts, 2 * runs
            counted += f"; showing by the map raises it more than {inserts} of {runs}"
        if wins == most:
            verdict = "The map points at what the model goes by"
        elif wins <= most / 2:
            verdict = "The map does no better than chance here: do not believe it on this photo"
        else:
            verdict = "The evidence is mixed: believe the map only in part"
        return f"{verdict}. {counted}."


def area_under(share: np.ndarray, answer: np.ndarray) -> float:
    """Return the area under a curve by the trapezoidal rule; both of shape (n,), `share` rising from 0 to 1."""
    return float(np.trapezoid(answer, share))


def hiding_curves(model: Inspector, pixels: np.ndarray, heat: ActivationMap, target: Target) -> HidingCurves:
    """Hide and show more and more of a photo by its heat map and at random, and ask the engine each time.

    Parameters
    ----------
    model : Inspector
        The loaded model.
    pixels : ndarray of uint8, shape (height, width, 3)
        The photo at the input size.
    heat : ActivationMap
        Over the input.
    target : Target
        Whose probability is followed.
    """
    share = np.array(SHARES)
    blurred = blurred_away(pixels)
    orders = [hottest_first(heat, pixels.shape[:2])]
    orders += [random_order(heat.values.shape, pixels.shape[:2], seed) for seed in range(RANDOM_RUNS)]
    kinds = ((pixels, blurred), (blurred, pixels))
    jobs = [partial(replaced, *kind, order, s) for kind in kinds for order in orders for s in share]
    answers = _answers(model, target, jobs)
    deletion, insertion = answers.reshape(2, len(orders), len(share))
    return HidingCurves(share, deletion[0], insertion[0], deletion[1:], insertion[1:])


def blurred_away(pixels: np.ndarray) -> np.ndarray:
    """Return the photo without any detail, uint8, the same shape."""
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), BLUR * min(pixels.shape[:2])), np.uint8)


def replaced(pixels: np.ndarray, by: np.ndarray, order: np.ndarray, share: float) -> np.ndarray:
    """Return the photo with the first `share` of its places taken from another, blended in with soft edges.

    Parameters
    ----------
    pixels, by : ndarray of uint8, shape (height, width, 3)
        The photo, and what takes its place.
    order : ndarray of int, shape (height * width,)
        Places by number, the first to be replaced first.
    share : float
        In [0, 1].
    """
    chosen = np.zeros(len(order), np.float32)
    chosen[order[: round(share * len(order))]] = 1.0
    height, width = pixels.shape[:2]
    soft = cv2.GaussianBlur(chosen.reshape(height, width), (0, 0), max(0.5, EDGE * min(height, width)))[..., None]
    hidden: np.ndarray = np.rint(pixels + soft * (by.astype(np.float32) - pixels)).astype(np.uint8)
    return hidden


def hottest_first(heat: ActivationMap, shape: tuple[int, int]) -> np.ndarray:
    """Return the places of a photo of this shape, the hottest first; equal ones in random order."""
    values = upsample_map(heat.values, height=shape[0], width=shape[1]).ravel()
    tie_break = np.random.default_rng(0).random(values.size)
    return np.lexsort((tie_break, -values))


def random_order(coarse: tuple[int, int], shape: tuple[int, int], seed: int) -> np.ndarray:
    """Return the places in the order of a random map that is as coarse as `coarse`, so that patches go, not specks."""
    values = np.random.default_rng(1 + seed).random(coarse).astype(np.float32)
    return hottest_first(ActivationMap(values, "", True), shape)


def _answers(model: Inspector, target: Target, photos: Sequence[Callable[[], np.ndarray]]) -> np.ndarray:
    def answer(make: Callable[[], np.ndarray]) -> float:
        return target.probability(model.engine.predict(make()).probabilities, model.spec)

    with ThreadPoolExecutor(model.engine.streams + 1, thread_name_prefix="hide") as pool:
        return np.fromiter(pool.map(answer, photos), np.float64)
