"""Known rendered defects, laid among the parts under review to see whether reviewers still look; never counted."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from defect_app.evaluation.intervals import Proportion, proportion
from defect_app.reviews.queue import QueuedPart
from defect_app.reviews.review import Answer, Review
from defect_app.scenes import Scene, render
from defect_app.scenes.files import image_name, product_and_seed
from defect_app.scenes.seeds import MOST_IN_REVIEW, review_seed


def with_seeded(
    parts: Sequence[QueuedPart], product: str, who: str, answered: int, share: float
) -> tuple[QueuedPart, ...]:
    """Lay known rendered defects among the next parts, at places that only depend on how much a person has answered.

    Parameters
    ----------
    parts : sequence of QueuedPart
        What comes next; where nothing comes, nothing is laid among it.
    product : str
        Of which product scenes are rendered.
    who : str
        Whoever looks.
    answered : int
        How many answers they gave, those on seeded scenes included.
    share : float
        How many of all photos are to be seeded, in [0, 1).
    """
    laid: list[QueuedPart] = []
    for part in parts:
        while _fraction(f"{product} {who} {answered + len(laid)}") < share:
            seed = review_seed(int(_fraction(f"scene {who} {answered + len(laid)}") * MOST_IN_REVIEW))
            laid.append(replace(part, inspection=None, scene=image_name(product, seed), sample_id=None))
        laid.append(part)
    return tuple(laid)


def seeded_scene(name: str) -> Scene:
    """Render the scene of a name that `with_seeded` gave; it always has a defect.

    Raises
    ------
    ValueError
        If the name is none of a scene.
    """
    found = product_and_seed(name)
    if found is None:
        raise ValueError(f"expected the name of a scene, got {name!r}")
    return render(*found, defect=True)


def seeded_found(answers: Sequence[Review]) -> Proportion:
    """Return how many of the seeded defects that were answered were called defective, with the exact interval."""
    found = sum(review.answer is Answer.DEFECTIVE for review in answers)
    return proportion(found, len(answers), method="exact")


def _fraction(text: str) -> float:
    """Return a number in [0, 1) that a text always gives."""
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:6], "big") / 2**48
