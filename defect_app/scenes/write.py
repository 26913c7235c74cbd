"""Writes rendered scenes to a folder: JPEGs, mask PNGs and the table labels.csv."""

import csv
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from defect_app import scenes
from defect_app.errors import DefectLensError
from defect_app.scenes.files import folder_names, scene_jpeg

COLUMNS: tuple[str, ...] = ("file", "mask", "label", "seed", "what")


def write_scenes(
    product: str, count: int, seed: int, folder: Path | str, progress: Callable[[int, int], None] | None = None
) -> int:
    """Render scenes ``seed`` to ``seed + count - 1`` of a product into a folder.

    A picture's row enters ``labels.csv`` once both its files lie on disk, so that an interrupted run (Ctrl-C) leaves
    a table that agrees with the folder. Rows of earlier runs of other seeds or products stay; the same are replaced.

    Parameters
    ----------
    product : str
        One of ``defect_app.scenes.PRODUCTS``.
    count : int
        How many scenes, 0 or more.
    seed : int
        The first scene's seed, 0 or above.
    folder : Path or str
        Made if missing; gets ``<product>_<seed>.jpg``, ``<product>_<seed>_mask.png`` (0 and 255) and ``labels.csv``.
    progress : callable, optional
        Called with (scenes written, scenes wanted) after each scene.

    Returns
    -------
    int
        How many scenes were written: ``count``.

    Raises
    ------
    DefectLensError
        If the product is unknown, the count or the seed is negative, or the folder cannot be written.
    KeyboardInterrupt
        When the user stops the run; what is done stays.
    """
    if count < 0:
        raise DefectLensError(f"Expected a count of 0 or more scenes, got {count}")
    scenes.labels(product)  # an unknown product is an error before anything is made on disk
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _write(product, range(seed, seed + count), folder, progress)
    except OSError as error:
        raise DefectLensError(
            f"Scenes cannot be written to {folder}: {error.strerror or error}.",
            "Choose a folder that you may write to.",
        ) from error


def _write(product: str, seeds: range, folder: Path, progress: Callable[[int, int], None] | None) -> int:
    table = folder / "labels.csv"
    replaced = {folder_names(product, seed)[0] for seed in seeds}
    others = [row for row in _read_rows(table) if row["file"] not in replaced]
    # A new table takes the old one's place in one step: Ctrl-C at any moment leaves one of the two, whole.
    fresh = table.with_suffix(".csv.partial")
    with fresh.open("w", newline="", encoding="utf-8") as opened:
        rows = csv.DictWriter(opened, COLUMNS)
        rows.writeheader()
        rows.writerows(others)
    fresh.replace(table)
    with table.open("a", newline="", encoding="utf-8") as opened:
        rows = csv.DictWriter(opened, COLUMNS)
        for done, seed in enumerate(seeds, start=1):
            scene = scenes.render(product, seed)
            photo_name, mask_name = folder_names(product, seed)
            # Encoded in memory and written in one go: OpenCV's own writer reports a full disk as a bare False.
            (folder / photo_name).write_bytes(scene_jpeg(scene))
            _, mask = cv2.imencode(".png", scene.mask.astype(np.uint8) * 255)
            (folder / mask_name).write_bytes(mask.tobytes())
            rows.writerow(dict(zip(COLUMNS, (photo_name, mask_name, scene.label, seed, scene.what), strict=True)))
            opened.flush()
            if progress is not None:
                progress(done, len(seeds))
    return len(seeds)


def _read_rows(table: Path) -> list[dict[str, str]]:
    if not table.exists():
        return []
    with table.open(newline="", encoding="utf-8") as opened:
        rows = csv.DictReader(opened)
        if tuple(rows.fieldnames or ()) != COLUMNS:
            raise DefectLensError(
                f"{table} is not a table of scenes: expected the columns {', '.join(COLUMNS)}.",
                "Choose an empty folder.",
            )
        return list(rows)
