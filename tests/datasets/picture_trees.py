"""Made-up picture folders for the tests of data sets and training."""

from pathlib import Path

import cv2
import numpy as np


def spotted_picture(seed: int, *, defect: bool, side: int = 64) -> np.ndarray:
    """Draw smooth grey clouds, with a black blot when defective; uint8 RGB of shape (side, side, 3)."""
    rng = np.random.default_rng(seed)
    clouds = cv2.resize(rng.uniform(90, 220, (6, 6)).astype(np.float32), (side, side), interpolation=cv2.INTER_CUBIC)
    picture = np.repeat(np.clip(clouds, 0, 255).astype(np.uint8)[..., None], 3, axis=2)
    if defect:
        centre = tuple(int(c) for c in rng.integers(side // 4, 3 * side // 4, 2))
        cv2.circle(picture, centre, side // 6, (0, 0, 0), -1)
    return picture


def write_picture(path: Path, pixels: np.ndarray) -> None:
    """Write RGB pixels as PNG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))


def make_tree(root: Path, per_class: int = 30) -> Path:
    """Write a folder with the classes ``ok`` and ``defect``."""
    for index in range(per_class):
        write_picture(root / "ok" / f"{index:03d}.png", spotted_picture(index, defect=False))
        write_picture(root / "defect" / f"{index:03d}.png", spotted_picture(1000 + index, defect=True))
    return root
