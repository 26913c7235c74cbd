"""Do maps of taught models point at the defect? Rendered scenes with masks: ``python -m benchmarks.taught_maps``.

Each product is taught from 10 good and 10 defective scenes, and from 10 good ones alone; the map of other defective
scenes, as every verdict has it, is compared with the mask (pointing game, see `explanation.localisation`).
"""

from __future__ import annotations

import argparse
import tempfile
from functools import partial
from pathlib import Path

import numpy as np

from defect_app.engine import upsample_map
from defect_app.explanation.localisation import Localisation, localise
from defect_app.inspection import Inspector
from defect_app.inspection.inspector import input_pixels
from defect_app.intake import PhotoFile
from defect_app.scenes import render
from defect_app.scenes.files import scene_jpeg
from defect_app.teaching import TaughtClass, TeachingFile, TeachingRequest, teach

PRODUCTS = ("casting", "box", "metal", "phone")
TAUGHT = 10
GOOD, DEFECT = TaughtClass("good", "Good", "ok"), TaughtClass("defect", "Defect", "defect")


def taught(product: str, folder: Path, *, with_defects: bool) -> Inspector:
    """Teach a model of a rendered product, and load it."""
    classes = (GOOD, DEFECT) if with_defects else (GOOD,)
    files = [
        TeachingFile(PhotoFile.of_bytes(f"{seed}.jpg", partial(bytes, scene_jpeg(render(product, seed, bad)))), name)
        for bad, name, first in ((False, "good", 0), (True, "defect", 100))
        if with_defects or not bad
        for seed in range(first, first + TAUGHT)
    ]
    model = teach(TeachingRequest(product, product, classes, files), out=folder)
    return Inspector(model.spec, model.folder)


def measured(product: str, inspector: Inspector, scenes: int) -> list[Localisation]:
    """Compare the maps of further defective scenes with their masks."""
    found = []
    for seed in range(500, 500 + scenes):
        scene = render(product, seed, True)
        height, width = scene.mask.shape
        shown = inspector.engine.predict(input_pixels(scene.photo, inspector.spec)).activation_map
        values = shown.values if shown is not None else np.zeros((1, 1), np.float32)
        found.append(localise(upsample_map(values, height=height, width=width), scene.mask))
    return found


def main() -> None:
    """Print a line for each product and way of teaching."""
    parser = argparse.ArgumentParser(description="Maps of taught models on rendered scenes with masks.")
    parser.add_argument("--scenes", type=int, default=40)
    arguments = parser.parse_args()
    print("| product | taught | hits | by chance | heat on the defect | best overlap |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for product in PRODUCTS:
            for with_defects in (True, False):
                inspector = taught(product, Path(folder), with_defects=with_defects)
                maps = measured(product, inspector, arguments.scenes)
                hits, chance = sum(m.hit for m in maps), np.mean([m.chance for m in maps])
                inside, overlap = np.mean([m.heat_inside for m in maps]), np.mean([m.best_iou for m in maps])
                way = "10 + 10" if with_defects else "10 good"
                print(
                    f"| {product} | {way} | {hits} of {len(maps)} | {chance:.2f} | {inside:.2f} | {overlap:.2f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
