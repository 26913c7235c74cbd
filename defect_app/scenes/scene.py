"""What a rendered scene is, and which random numbers each side of it draws from."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from defect_app.errors import DefectLensError


@dataclass(frozen=True, eq=False)
class Scene:
    """A rendered sample photo with its ground truth.

    Attributes
    ----------
    photo : numpy.ndarray
        uint8, shape (height, width, 3), RGB.
    mask : numpy.ndarray
        bool, shape (height, width): the pixels that the defect changes; all False for a good part.
    label : str
        The class name in the product's model spec.
    what : str
        What is to be seen, in words: "blow hole on the outer ring".
    """

    photo: np.ndarray
    mask: np.ndarray
    label: str
    what: str


class Stream(IntEnum):
    """The independent sources of chance in one scene.

    The part, the light and the camera must not depend on whether a defect is drawn, so each draws from its own stream.
    """

    VERDICT = 0
    PART = 1
    LIGHT = 2
    DEFECT = 3
    CAMERA = 4
    NOISE = 5
    BACKGROUND = 6


def random_stream(seed: int, stream: Stream) -> np.random.Generator:
    """Return the generator of one side of the scene.

    Parameters
    ----------
    seed : int
        The scene's seed, 0 or above.
    stream : Stream
        Which side of the scene is drawn.

    Returns
    -------
    numpy.random.Generator
        Always the same for the same seed and stream, and independent of the other streams.

    Raises
    ------
    DefectLensError
        If the seed is negative.
    """
    if seed < 0:
        raise DefectLensError(
            f"Expected a seed of 0 or above, got {seed}", "Choose a whole number that is not negative."
        )
    return np.random.default_rng([seed, int(stream)])


def choose_defect(seed: int, defect: str | bool | None, kinds: tuple[str, ...], share_good: float = 0.5) -> str | None:
    """Resolve what a caller asked for to one defect kind or to a good part.

    Parameters
    ----------
    seed : int
        The scene's seed, 0 or above.
    defect : str, bool or None
        A kind by name; True for some kind by seed; False for a good part; None to let the seed decide.
    kinds : tuple of str
        The product's defect kinds.
    share_good : float
        How often None means a good part, in [0, 1].

    Returns
    -------
    str or None
        The kind to draw, or None for a good part.

    Raises
    ------
    DefectLensError
        If the product has no defect of that name.
    """
    rng = random_stream(seed, Stream.VERDICT)
    is_good = bool(rng.random() < share_good)
    kind = kinds[int(rng.integers(len(kinds)))]
    if isinstance(defect, str):
        if defect not in kinds:
            raise DefectLensError(f"Unknown defect {defect!r}: expected one of {', '.join(kinds)}.")
        return defect
    if defect is None:
        return None if is_good else kind
    return kind if defect else None
