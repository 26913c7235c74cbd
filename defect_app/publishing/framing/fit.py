"""Fits what finds the part in photos of one model, and from when on a found frame counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from defect_app.engine import FrameNetwork
from defect_app.errors import DefectLensError
from defect_app.inspection import Inspector
from defect_app.inspection.framing import FrameModel
from defect_app.inspection.framing.model import CONTEXT_CELLS
from defect_app.inspection.framing.part import MOST_ENLARGED, PartFinder
from defect_app.intake import Photo, read_photo
from defect_app.progress import Progress
from defect_app.publishing.framing.backgrounds import Backgrounds
from defect_app.publishing.framing.composition import PROPORTIONS, SHORTEST_PX, Composition, compose
from defect_app.publishing.framing.ridge import joined, ridge_filter
from defect_app.publishing.framing.windows import WindowShape, coarse_examples, fine_examples
from defect_app.publishing.references import scenes_of_other_products

COMPOSITIONS, HELD_OUT_COMPOSITIONS, STRANGERS = 500, 60, 120
CELLS = 6
"""Of a square part's side in the coarse window; the fine one has twice as many, and its surroundings."""
COARSE_PENALTY, FINE_PENALTY = 1.0, 0.1
GOOD_OVERLAP = 0.45
"""Windows that share this much with the frame teach where it lies."""
SLACK = 1.25
"""A found part may lie farther than those held out by this factor, as long as strangers lie farther still."""
ROUND_SHARE = 0.3
NEARLY_SQUARE = 1.25


@dataclass(frozen=True)
class FrameFit:
    """What was fitted, and what the limits part.

    Attributes
    ----------
    model : FrameModel
        With its limits.
    part_distance, stranger_distance : float
        95 % of held-out parts are found at most so far, 97.5 % of strangers at least so far.
    part_score, stranger_score : float
        95 % of held-out parts score at least so much, 97.5 % of strangers at most so much.
    """

    model: FrameModel
    part_distance: float
    stranger_distance: float
    part_score: float
    stranger_score: float


def fit_frame_model(
    inspector: Inspector,
    training: Sequence[np.ndarray],
    held_out: Sequence[np.ndarray],
    backgrounds: Backgrounds,
    *,
    layer: str = "",
    seed: int = 0,
    progress: Progress,
) -> FrameFit:
    """Fit the search on compositions of training pictures, and its limits on held-out ones and on strangers.

    Parameters
    ----------
    inspector : Inspector
        The model, with familiarity.
    training, held_out : sequence of ndarray of uint8, shape (height, width, 3)
        Tight pictures of parts, RGB.
    backgrounds : Backgrounds
        What parts are put on; they are strangers, too.
    layer : str
        See `FrameModel`.
    seed : int
        Chooses pictures, places and backgrounds.
    progress : callable
        Called while compositions are made and searched.

    Raises
    ------
    DefectLensError
        If found parts and found strangers are not to be told apart: such a model must not search.
    """
    if inspector.familiarity is None:
        raise DefectLensError(f"{inspector.spec.id} has no familiarity, by which a found frame is known.")
    rng = np.random.default_rng(seed)
    shape = _window_shape(inspector, training, layer)
    feature_map = FrameNetwork(inspector.folder, layer, None)
    made = _Compositions(seed, training, backgrounds, progress)
    examples = coarse_examples(rng, feature_map, shape, made, backgrounds)
    targets = np.clip((examples.overlaps - 0.3) / 0.5, 0, 1)[:, None]
    is_good = examples.overlaps > GOOD_OVERLAP
    coarse = joined(
        ridge_filter(examples.features, targets, shape, penalty=COARSE_PENALTY),
        ridge_filter(examples.features[is_good], examples.steps[is_good], shape, penalty=COARSE_PENALTY),
    )
    around = 2 * CONTEXT_CELLS
    larger = WindowShape(2 * shape.rows + around, 2 * shape.columns + around, shape.stride)
    fine = fine_examples(rng, feature_map, larger, made)
    model = FrameModel(
        layer, shape.stride, coarse, ridge_filter(fine.features, fine.steps, larger, penalty=FINE_PENALTY), 0.0, 0.0
    ).rounded()
    return _with_limits(rng, inspector, model, held_out, backgrounds, progress)


def _window_shape(inspector: Inspector, pictures: Sequence[np.ndarray], layer: str) -> WindowShape:
    """Choose the coarse window by the pictures' proportions, in cells of the map's own stride."""
    tallness = float(np.median([picture.shape[0] / picture.shape[1] for picture in pictures[:200]]))
    longer = max(tallness, 1 / tallness)
    # A long part gets fewer cells, or the sizes at which the smallest are found would take too long.
    short = max(3, round(CELLS / longer**0.75))
    long = max(3, round(short * longer))
    side = 320
    rows = FrameNetwork(inspector.folder, layer, None)(np.zeros((side, side, 3), np.uint8)).shape[0]
    stride = round(side / rows)
    scale = max(1, 16 // stride)
    short, long = short * scale, long * scale
    return WindowShape(long, short, stride) if tallness >= 1 else WindowShape(short, long, stride)


class _Compositions:
    """The same compositions each time they are gone through: they are not kept, since they would fill the memory."""

    def __init__(self, seed: int, parts: Sequence[np.ndarray], backgrounds: Backgrounds, progress: Progress) -> None:
        self._seed, self._parts, self._backgrounds, self._progress = seed, parts, backgrounds, progress

    def __iter__(self) -> Iterator[Composition]:
        rng = np.random.default_rng(self._seed)
        order = rng.permutation(len(self._parts))
        for i in range(COMPOSITIONS):
            part = self._parts[int(order[i % len(order)])]
            is_square = 1 / NEARLY_SQUARE < part.shape[0] / part.shape[1] < NEARLY_SQUARE
            yield compose(rng, part, self._backgrounds, is_round=is_square and rng.random() < ROUND_SHARE)
            self._progress("composing photos", i + 1, COMPOSITIONS)


def _with_limits(
    rng: np.random.Generator,
    inspector: Inspector,
    model: FrameModel,
    held_out: Sequence[np.ndarray],
    backgrounds: Backgrounds,
    progress: Progress,
) -> FrameFit:
    assert inspector.familiarity is not None
    finder = PartFinder(inspector.spec, inspector.folder, model, inspector.engine, inspector.familiarity)

    def searched(photos: Sequence[np.ndarray], what: str) -> tuple[np.ndarray, np.ndarray]:
        answers = []
        for done, pixels in enumerate(photos, start=1):
            part, score = finder.nearest(pixels)
            answers.append((part.familiarity.distance, score))
            progress(what, done, len(photos))
        distances, scores = np.array(answers).T
        return distances, scores

    # Parts that are enlarged no more than a found part may be: what is smaller goes to review by its size.
    least = min(0.8, max(0.3, inspector.spec.input.height / MOST_ENLARGED / SHORTEST_PX))
    parts = [
        compose(rng, held_out[i % len(held_out)], backgrounds, least_share=least).pixels
        for i in range(HELD_OUT_COMPOSITIONS)
    ]
    others = [_stranger(rng, backgrounds) for _ in range(STRANGERS)]
    if inspector.spec.product:
        files = scenes_of_other_products(inspector.spec.product)
        read = [read_photo(file.data, file.image, least_side=inspector.least_side) for file in files]
        others += [photo.pixels for photo in read if isinstance(photo, Photo)]
    part_distances, part_scores = searched(parts, "searching parts")
    distances, scores = searched(others, "searching other things")
    near, far = float(np.quantile(part_distances, 0.95)), float(np.quantile(distances, 0.025))
    low, high = float(np.quantile(part_scores, 0.05)), float(np.quantile(scores, 0.975))
    if near >= far or low <= high:
        raise DefectLensError(
            f"{inspector.spec.id}: found parts (distance {near:.3f}, score {low:.2f}) and other things ({far:.3f}, "
            f"{high:.2f}) are not to be told apart.",
            "Leave it without a search: its unfamiliar photos go to review.",
        )
    most = min(float(np.quantile(part_distances, 0.99)) * SLACK, (near + far) / 2)
    return FrameFit(replace(model, least_score=(low + high) / 2, most_distance=most), near, far, low, high)


def _stranger(rng: np.random.Generator, backgrounds: Backgrounds) -> np.ndarray:
    height = int(rng.integers(SHORTEST_PX, 700))
    return backgrounds.draw(rng, height=height, width=round(height * float(rng.choice(PROPORTIONS))))
